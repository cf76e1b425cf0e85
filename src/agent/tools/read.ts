/** Reads a file of the worktree, in pieces. */
import * as z from 'zod';
import { readRegularFile } from './regular-file.ts';
import { answer, defineTool, refuse, type Tool, type ToolAnswer } from './tool.ts';
import { resolvePath, type Workspace } from './workspace.ts';

const MOST_FILE_BYTES = 4_000_000;

const input = z.strictObject({
  path: z.string(),
  offset: z.number().int().min(1).optional().describe('first line, from 1'),
  limit: z.number().int().min(1).max(2000).optional().describe('number of lines'),
});

export const readTool = (workspace: Workspace): Tool =>
  defineTool(
    'read',
    'Read a text file. Lines are numbered.',
    input,
    async ({ path, offset = 1, limit = 400 }) => {
      const resolved = resolvePath(workspace, path);
      if (!resolved.ok) return refuse(resolved.why);
      const bytes = readRegularFile(resolved.absolute, MOST_FILE_BYTES);
      if (typeof bytes === 'string') return refuse(`${path}: ${bytes}`);
      return showLines(resolved.relative, bytes, offset, limit);
    },
    'read fewer lines',
  );

function showLines(path: string, bytes: Buffer, offset: number, limit: number): ToolAnswer {
  if (bytes.subarray(0, 8000).includes(0)) return answer(`${path} is binary, ${bytes.length} bytes`);
  const lines = bytes.toString('utf8').split('\n');
  const shown = lines.slice(offset - 1, offset - 1 + limit).map((line, index) => `${offset + index}\t${line}`);
  const rest = lines.length - (offset - 1 + shown.length);
  const tail = rest > 0 ? `\n[${rest} more lines; continue with offset ${offset + shown.length}]` : '';
  return answer(shown.join('\n') + tail);
}
