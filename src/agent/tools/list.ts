/** Lists the files of the worktree. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { globFault, matchesGlob } from '../../policy/glob.ts';
import { answer, defineTool, refuse, type Tool } from './tool.ts';
import { resolvePath, type Workspace } from './workspace.ts';

const MOST_ENTRIES = 400;

/** Folders nobody reads file by file. */
const SKIPPED = new Set(['.git', 'node_modules', '.venv', 'target', 'dist', '__pycache__']);

const input = z.strictObject({
  path: z.string().default('.'),
  glob: z.string().optional().describe('for example src/**/*.ts'),
});

export const listTool = (workspace: Workspace): Tool =>
  defineTool('list', 'List files below a folder.', input, async ({ path, glob }) => {
    if (glob !== undefined && globFault(glob) !== null) return refuse(`"${glob}" is not a glob of literals, * and **`);
    const resolved = resolvePath(workspace, path);
    if (!resolved.ok) return refuse(resolved.why);
    const files = walk(resolved.absolute, resolved.relative).filter(
      file => glob === undefined || matchesGlob(glob, file),
    );
    if (files.length === 0) return answer('no files');
    const more =
      files.length > MOST_ENTRIES ? `\n[${files.length - MOST_ENTRIES} more; give a narrower path or glob]` : '';
    return answer(files.slice(0, MOST_ENTRIES).join('\n') + more);
  });

function walk(absolute: string, relative: string): string[] {
  const entries = entriesOf(absolute).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(entry => {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    if (entry.isDirectory())
      return SKIPPED.has(entry.name) ? [`${path}/ (not listed)`] : walk(join(absolute, entry.name), path);
    return entry.name === '.git' ? [] : [path];
  });
}

function entriesOf(absolute: string) {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch {
    return []; // not a folder, or gone since: nothing to list either way
  }
}
