/** A brief of the repository: tree, manifests and instructions, small enough to be read at once. */

/** What the brief is made from; reading is somebody else's business. */
export interface BriefSource {
  /** Tracked paths, sorted. */
  files: readonly string[];
  read(path: string): string | null;
}

const MOST_FILES = 300;
const MOST_MANIFEST_CHARACTERS = 4_000;
const MANIFESTS = [
  'package.json',
  'pyproject.toml',
  'Cargo.toml',
  'go.mod',
  'Makefile',
  'composer.json',
  'Gemfile',
  'README.md',
];

export function repositoryBrief(source: BriefSource): string {
  const manifests = MANIFESTS.filter(path => source.files.includes(path)).map(path =>
    manifest(path, source.read(path) ?? ''),
  );
  return [`${source.files.length} tracked files`, fileTree(source.files), ...manifests].join('\n\n');
}

/** All paths where they are few, else folders with their number of files. */
function fileTree(files: readonly string[]): string {
  if (files.length <= MOST_FILES) return fenced(files.join('\n'));
  const folders = new Map<string, number>();
  for (const file of files) {
    const folder = file.split('/').slice(0, -1).slice(0, 3).join('/') || '.';
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const lines = [...folders]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, count]) => `${folder}/ (${count} files)`);
  return fenced(lines.slice(0, MOST_FILES).join('\n'));
}

const manifest = (path: string, text: string): string => `${path}:\n${fenced(text.slice(0, MOST_MANIFEST_CHARACTERS))}`;

const fenced = (text: string): string => `~~~text\n${text.replaceAll('~~~', '~ ~ ~')}\n~~~`;
