/** `kleiber status --agent <name>`: the status questions of its role, answered from the record (seed 2). */
import { handOverText } from '../agent/hand-over-texts.ts';
import { findRole } from '../agent/roles.ts';
import { readyTasks } from '../policy/board.ts';
import { agentStatus, statusAnswers } from '../report/agent-status.ts';
import type { ExitCode } from '../report/problem.ts';
import { type Context, complain, say, sayJson } from './context.ts';
import { nobodyNamed } from './named-agents.ts';
import { openProject } from './project.ts';

export async function statusOfAgent(agent: string, isJson: boolean, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const { board, controls } = project.value.keeper.look();
    const names = [...project.value.roles.keys()];
    const role = findRole(project.value.roles, agent);
    const isTheirs = [...board.values()].some(({ card }) => card.agent === agent);
    const name = isTheirs ? agent : (role?.name ?? null);
    if (name === null)
      return complain(
        context,
        nobodyNamed(agent, names, meant => `kleiber status --agent ${meant}`),
      );
    const status = agentStatus(name, board, readyTasks(board, 'all', controls.line));
    if (isJson) sayJson(context, 'agent_status', { ...status });
    else say(context, handOverText(role, 'status', statusAnswers(status)));
    return 0;
  } finally {
    project.value.close();
  }
}
