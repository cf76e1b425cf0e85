/** What a run would do next, without doing it: the same decisions, and then words instead of deeds. */

import { NANO_PER_USD } from '../domain/money.ts';
import { readyTasks } from '../policy/board.ts';
import { estimateCost } from '../policy/estimate.ts';
import { nextStep } from '../policy/next-step.ts';
import { route } from '../policy/route.ts';
import type { ExitCode } from '../report/problem.ts';
import { type Context, complain, say } from './context.ts';
import { openProject, type Project } from './project.ts';

export async function dryRun(
  agents: ReadonlySet<string> | 'all',
  conducts: boolean,
  context: Context,
): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const lines = [...wouldStart(agents, project.value), ...(conducts ? wouldMove(project.value) : [])];
    for (const line of lines) say(context, line);
    if (lines.length === 0) say(context, 'nothing to do');
    return 0;
  } finally {
    project.value.close();
  }
}

function wouldStart(agents: ReadonlySet<string> | 'all', project: Project): string[] {
  const view = project.keeper.look();
  return readyTasks(view.board, agents).map(task => {
    const file = view.tasks.get(task.card.id);
    if (file === undefined) return `skip   ${task.card.id}  its file is gone or faulty`;
    const evidence = {
      strikes: task.state?.strikes ?? 0,
      critical: task.critical,
      hasTemplate: file.task.body.template !== '',
    };
    const routing = route(file.task.head, project.config.routing, evidence);
    const cost = estimateCost(routing.tier, task.card.minutes).likely / NANO_PER_USD;
    return `start  ${task.card.id}  ${task.card.agent} on ${routing.tier}, about $${cost.toFixed(2)}`;
  });
}

function wouldMove(project: Project): string[] {
  const view = project.keeper.look();
  return [...view.states.values()].flatMap(state =>
    state.stage.kind === 'submitted'
      ? [`${nextStep(state, state.stage, false).kind.replaceAll('_', ' ')}  ${state.id}`]
      : [],
  );
}
