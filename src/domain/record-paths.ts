/** Where the record lies in a repository. These paths are outside every zone: only kleiber writes them. */

export const RECORD_ROOTS = ['tasks', 'progress', 'complete', 'blocked', 'reports'] as const;
export const LOG_FILE = 'orchestration_log.md';

export const taskPath = (agent: string, id: string): string => `tasks/${agent}/${id}.md`;
export const startedPath = (agent: string, id: string): string => `progress/${agent}/${id}-started.md`;
export const donePath = (agent: string, id: string): string => `complete/${agent}/${id}-done.md`;
export const blockedPath = (agent: string, id: string): string => `blocked/${agent}/${id}-conflict.md`;
export const validationPath = (id: string): string => `reports/${id}-validation.md`;

export const isRecordPath = (path: string): boolean =>
  path === LOG_FILE || RECORD_ROOTS.some(root => path.startsWith(`${root}/`));
