/** What a run would do next, without doing it: the same decisions, and then words instead of deeds. */

import { NANO_PER_USD } from '../domain/money.ts';
import { nextAgent, readyTasks } from '../policy/board.ts';
import { tableFor } from '../policy/controls.ts';
import { estimateFrom } from '../policy/estimate.ts';
import { pastTasks } from '../policy/history.ts';
import { nextStep, type Submitted } from '../policy/next-step.ts';
import { gateDemand } from '../policy/review.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { ExitCode } from '../report/problem.ts';
import { type Context, complain, say } from './context.ts';
import { candidateOf } from './may-start.ts';
import { namedAgents } from './named-agents.ts';
import { openProject, type Project } from './project.ts';

export async function dryRun(
  agents: ReadonlySet<string> | 'all',
  conducts: boolean,
  context: Context,
): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const named = namedAgents(agents, project.value);
    if (!named.ok) return complain(context, named.failure);
    const lines = [...wouldStart(named.value, project.value), ...(conducts ? wouldMove(project.value) : [])];
    for (const line of lines) say(context, line);
    if (lines.length === 0) say(context, 'nothing to do');
    return 0;
  } finally {
    project.value.close();
  }
}

function wouldStart(agents: ReadonlySet<string> | 'all', project: Project): string[] {
  const view = project.keeper.look();
  return readyTasks(view.board, agents, view.controls.line).map(task => {
    const candidate = candidateOf(task, view, project);
    if (candidate === null) return `skip   ${task.card.id}  its file is gone or faulty`;
    const { routing, permission, held } = candidate;
    if (held !== null) return `skip   ${task.card.id}  ${held.why}: ${held.fix}`;
    if (permission.kind === 'defer') return `defer  ${task.card.id}  until ${permission.until}: ${permission.why}`;
    const past = pastTasks(view.states.values());
    const cost = estimateFrom(past, task.card.agent, routing.tier, task.card.minutes).likely / NANO_PER_USD;
    return `start  ${task.card.id}  ${nextAgent(task)} on ${routing.tier}, about $${cost.toFixed(2)}`;
  });
}

function wouldMove(project: Project): string[] {
  const view = project.keeper.look();
  return [...view.states.values()].flatMap(state =>
    state.stage.kind === 'submitted' ? [`${moveOf(state, state.stage, view, project)}  ${state.id}`] : [],
  );
}

function moveOf(state: TaskState, stage: Submitted, view: BoardView, project: Project): string {
  const card = view.board.get(state.id);
  const task = view.tasks.get(state.id)?.task;
  if (card === undefined || task === undefined) return 'skip';
  const { config } = project;
  const demand = gateDemand(state, card, task, tableFor(state.plan, config.routing, view), config);
  const { kind } = nextStep(state, stage, demand);
  return kind === 'review' && view.controls.paused !== null
    ? 'wait   (paused) for a review of'
    : kind.replaceAll('_', ' ');
}
