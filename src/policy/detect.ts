/** What `init` writes about a repository, found out from its tracked files and its manifests alone. */
import { type DetectedCheck, detectChecks } from './detect-checks.ts';
import { coverageReason, type DetectedCoverage, detectCoverage } from './detect-coverage.ts';
import { detectRoles } from './detect-roles.ts';
import { inFolder, isBelow, type ProjectFolder, projectFolders, type RepositoryListing } from './project-folders.ts';

/** `reasons` has one line per decision, for people. */
export interface Detection {
  checks: DetectedCheck[];
  /** Ignored dependency folders, whether they exist yet or not, relative to the root. */
  deps: string[];
  /** Agent to path trees; a role without folders is absent and keeps what it has. */
  roles: Record<string, string[]>;
  /** A tool that tells what tests run; null where none is in sight. */
  coverage: DetectedCoverage | null;
  reasons: string[];
}

const DEPENDENCY_FOLDERS: [manifest: RegExp, folder: string][] = [
  [/^package\.json$/, 'node_modules'],
  [/^(?:pyproject\.toml|setup\.(?:cfg|py)|requirements[\w.-]*\.txt)$/, '.venv'],
  [/^composer\.json$/, 'vendor'],
  [/^Gemfile$/, 'vendor/bundle'],
  [/^Cargo\.toml$/, 'target'],
];

/** Workspaces of Rust build into one folder at their root; packages of npm may have a folder each. */
const isShared = (folder: string): boolean => folder === 'target';

function detectDeps(projects: readonly ProjectFolder[], files: readonly string[]): string[] {
  const found: string[] = [];
  for (const { folder: project, names } of projects) {
    for (const [manifest, folder] of DEPENDENCY_FOLDERS) {
      const path = inFolder(project, folder);
      const isTracked = files.some(file => isBelow(path, file));
      const isInside = isShared(folder) && found.some(at => at.endsWith(folder) && isBelow(at.slice(0, -7), project));
      const hasManifest = [...names].some(name => manifest.test(name));
      if (hasManifest && !isTracked && !isInside && !found.includes(path)) found.push(path);
    }
  }
  return found.sort();
}

/** Pure: the same listing gives the same answer, and nothing of the repository is run. */
export function detect(listing: RepositoryListing): Detection {
  const projects = projectFolders(listing.files);
  const { checks, reasons: checkReasons } = detectChecks(projects, listing);
  const { roles, reasons: roleReasons } = detectRoles(listing);
  const deps = detectDeps(projects, listing.files);
  const depsReason = deps.length > 0 ? [`dependency folders, bound read-only: ${deps.join(', ')}`] : [];
  const coverage = detectCoverage(projects, listing);
  const coverageReasons = coverage === null ? [] : [coverageReason(coverage)];
  return {
    checks,
    deps,
    roles,
    coverage,
    reasons: [...checkReasons, ...coverageReasons, ...depsReason, ...roleReasons],
  };
}
