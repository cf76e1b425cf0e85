/** Writes a whole file of the worktree, inside the zone. */
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { answer, defineTool, refuse, type Tool } from './tool.ts';
import { resolvePath, type Workspace, whyNotWritable } from './workspace.ts';

const input = z.strictObject({ path: z.string(), content: z.string().max(1_000_000) });

export const writeTool = (workspace: Workspace): Tool =>
  defineTool('write', 'Create or replace a file. Only inside your zone.', input, async ({ path, content }) => {
    const resolved = resolvePath(workspace, path);
    if (!resolved.ok) return refuse(resolved.why);
    const fault = whyNotWritable(workspace, resolved.relative);
    if (fault !== null) return refuse(fault);
    const stat = lstatSync(resolved.absolute, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return refuse(`${path} is a folder`);
    // Writing to a pipe would wait for its reader, and everything else with it.
    if (stat?.isFile() === false) return refuse(`${path} is not a regular file`);
    mkdirSync(dirname(resolved.absolute), { recursive: true });
    writeFileSync(resolved.absolute, content);
    return answer(`wrote ${resolved.relative}, ${content.split('\n').length} lines`);
  });
