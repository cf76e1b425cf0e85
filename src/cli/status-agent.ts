/** `kleiber status --agent <name>`: the status questions of its role, answered from the record (seed 2). */
import { handOverText } from '../agent/hand-over-texts.ts';
import { findRole } from '../agent/roles.ts';
import { readyTasks } from '../policy/board.ts';
import { nearestWord } from '../record/nearest.ts';
import { agentStatus, statusAnswers } from '../report/agent-status.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type Context, complain, say, sayJson } from './context.ts';
import { openProject } from './project.ts';

export async function statusOfAgent(agent: string, isJson: boolean, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const { board } = project.value.keeper.look();
    const names = [...project.value.roles.keys()];
    const role = findRole(project.value.roles, agent);
    const isKnown = role !== null || [...board.values()].some(({ card }) => card.agent === agent);
    if (!isKnown) {
      const nearest = nearestWord(agent, names);
      const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
      const fix = `kleiber status --agent ${nearest ?? 'engineer-backend'}`;
      return complain(
        context,
        problem(2, `no agent is named ${agent}${hint}`, [`Agents here: ${names.join(', ')}`], [fix]),
      );
    }
    const status = agentStatus(agent, board, readyTasks(board, 'all'));
    if (isJson) sayJson(context, 'agent_status', { ...status });
    else say(context, handOverText(role, 'status', statusAnswers(status)));
    return 0;
  } finally {
    project.value.close();
  }
}
