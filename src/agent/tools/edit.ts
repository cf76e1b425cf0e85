/** Replaces one piece of a file; every byte outside the piece stays as it is. */
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { answer, defineTool, refuse, type Tool } from './tool.ts';
import { resolvePath, type Workspace, whyNotWritable } from './workspace.ts';

const input = z.strictObject({
  path: z.string(),
  old: z.string().min(1).describe('exact text that stands in the file once'),
  new: z.string(),
});

export const editTool = (workspace: Workspace): Tool =>
  defineTool(
    'edit',
    'Replace a piece of a file that occurs exactly once. Only inside your zone.',
    input,
    async request => {
      const resolved = resolvePath(workspace, request.path);
      if (!resolved.ok) return refuse(resolved.why);
      const fault = whyNotWritable(workspace, resolved.relative);
      if (fault !== null) return refuse(fault);
      if (!lstatSync(resolved.absolute, { throwIfNoEntry: false })?.isFile())
        return refuse(`${request.path}: there is no such file`);
      const edited = replaceOnce(readFileSync(resolved.absolute), request.old, request.new);
      if (typeof edited === 'string') return refuse(`${request.path}: ${edited}`);
      writeFileSync(resolved.absolute, edited);
      return answer(`edited ${resolved.relative}`);
    },
  );

/** Works on bytes, so that a file in any encoding keeps what was not replaced; CRLF files take CRLF text. */
function replaceOnce(bytes: Buffer, before: string, after: string): Buffer | string {
  const standsAsGiven = before.includes('\n') && bytes.includes(before);
  const usesCrlf = bytes.includes('\r\n') && !standsAsGiven;
  const adapt = (text: string): Buffer => Buffer.from(usesCrlf ? text.replaceAll(/\r?\n/g, '\r\n') : text);
  const needle = adapt(before);
  const at = bytes.indexOf(needle);
  if (at < 0) return 'the old text does not stand in it; read the file again';
  if (bytes.indexOf(needle, at + 1) >= 0)
    return 'the old text stands in it more than once; give more of its surroundings';
  return Buffer.concat([bytes.subarray(0, at), adapt(after), bytes.subarray(at + needle.length)]);
}
