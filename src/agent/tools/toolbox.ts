/** The tools of a role, sorted by name so that the list is byte-identical in every request. */
import type { Role } from '../../domain/role.ts';
import { editTool } from './edit.ts';
import { blockTool, submitTool } from './hand-in.ts';
import { listTool } from './list.ts';
import { readTool } from './read.ts';
import { type RunCommand, runTool, searchTool } from './run.ts';
import type { Tool } from './tool.ts';
import type { Workspace } from './workspace.ts';
import { writeTool } from './write.ts';

export function toolsOf(role: Role, workspace: Workspace, run: RunCommand): Tool[] {
  const all: Tool[] = [
    blockTool(),
    editTool(workspace),
    listTool(workspace),
    readTool(workspace),
    runTool(run, !role.readOnly),
    searchTool(run),
    submitTool(),
    writeTool(workspace),
  ];
  const allowed = role.readOnly ? role.tools.filter(name => name !== 'write' && name !== 'edit') : role.tools;
  return all.filter(tool => allowed.includes(tool.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}
