/** Where the record lies in a repository. These paths are outside every zone: only kleiber writes them. */

export const RECORD_ROOTS = ['tasks', 'progress', 'complete', 'blocked', 'reports'] as const;
export const LOG_FILE = 'orchestration_log.md';

export const taskPath = (agent: string, id: string): string => `tasks/${agent}/${id}.md`;
export const startedPath = (agent: string, id: string): string => `progress/${agent}/${id}-started.md`;
export const donePath = (agent: string, id: string): string => `complete/${agent}/${id}-done.md`;
export const blockedPath = (agent: string, id: string): string => `blocked/${agent}/${id}-conflict.md`;
export const validationPath = (id: string): string => `reports/${id}-validation.md`;
export const reviewPath = (id: string): string => `reports/${id}-review.md`;

/** The validator's report on a branch has an id of its own shape: `branch-main`, slashes as hyphens. */
export const branchReportId = (branch: string): string =>
  `branch-${branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 56)
    .replace(/^-+|-+$/g, '')}`;
/** The state of every task, for people who read the folder on a web page. */
export const STATE_TABLE = 'progress/README.md';

export const isRecordPath = (path: string): boolean =>
  path === LOG_FILE || RECORD_ROOTS.some(root => path.startsWith(`${root}/`));
