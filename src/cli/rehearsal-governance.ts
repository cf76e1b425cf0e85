/** The end of a rehearsal: a day whose money is nearly gone, a task that its own cap has stopped, and the weekly review. */
import { nanoFromUsd } from '../domain/money.ts';
import { moveText } from '../policy/calibrate.ts';
import {
  type BudgetStop,
  ELSEWHERE,
  faultsOfStop,
  PRICE_LIST,
  proposalFaults,
  REVIEWED,
} from '../rehearsal/program.ts';
import { receiptsTask } from '../rehearsal/sample/by-hand.ts';
import * as budget from './budget.ts';
import * as calibrate from './calibrate.ts';
import { systemClock } from './clock.ts';
import * as conduct from './conduct.ts';
import type { Project } from './project.ts';
import type { Stage } from './rehearsal-stage.ts';
import { echo, typeByHand } from './rehearsal-step.ts';
import { runCommand } from './run-command.ts';

/** Money is spent elsewhere, the day turns red, and what the plan still needs waits for another day. */
export async function showRedZone(project: Project, sandbox: string[], stage: Stage): Promise<void> {
  const { context } = stage;
  const plan = planOf(project);
  if (plan === null || context.stopping.aborted) return;
  const { tokens, model, note } = ELSEWHERE;
  echo(context, `kleiber budget log --plan ${plan} --phase PLAN --tokens ${tokens} --model ${model} --note "${note}"`);
  const what = ['--plan', plan, '--phase', 'PLAN', '--tokens', String(tokens), '--model', model, '--note', note];
  // Unless it is booked the task would be started, and no script is for it.
  if ((await runCommand(budget, ['log', ...what], context)) !== 0) return;
  typeByHand(receiptsTask(plan, systemClock.now().toISOString()), stage);
  echo(context, 'kleiber conduct --until-idle --past-guard');
  const stopping = AbortSignal.any([context.stopping, AbortSignal.timeout(LONGEST_MS)]);
  await runCommand(conduct, ['--until-idle', '--past-guard', ...sandbox], { ...context, stopping });
}

/** Nothing starts here, so it is over in a moment; past this something has gone wrong and is shown as it stands. */
const LONGEST_MS = 30_000;

const planOf = (project: Project): string | null =>
  [...project.keeper.look().board.values()].map(({ card }) => card.plan ?? null).find(plan => plan !== null) ?? null;

/** The weekly review of one role; gives what it proposes. */
export async function reviewTable(project: Project, { context }: Stage): Promise<string[]> {
  const { agent } = REVIEWED;
  echo(context, `kleiber calibrate --agent ${agent}`);
  await runCommand(calibrate, ['--agent', agent], context);
  return calibrate.calibrationOf({ agent }, project).moves.map(moveText);
}

/** From the ledger, the task file and the words of the blocker; null where that task was not stopped by its cap. */
export function budgetStopOf(project: Project): BudgetStop | null {
  const { tasks, board } = project.keeper.look();
  const task = tasks.get(PRICE_LIST)?.task;
  const stage = board.get(PRICE_LIST)?.state?.stage;
  const problem = stage?.kind === 'blocked' ? stage.blocker.problem : '';
  const needs = /smallest next request needs \$([\d.]+\d)/.exec(problem)?.[1];
  if (task === undefined || needs === undefined) return null;
  const rows = project.ledger.rows().filter(({ purpose }) => purpose.task === PRICE_LIST);
  return {
    spent: rows.reduce((sum, row) => sum + (row.settled ?? row.reserved), 0),
    cap: nanoFromUsd(task.head.budget_usd ?? project.config.budget.task_usd),
    next: nanoFromUsd(Number(needs)),
  };
}

/** What of it is otherwise than the script has it. */
export const whatStopped = (stop: BudgetStop | null, proposals: readonly string[]): string[] => [
  ...(stop === null ? [`${PRICE_LIST} was not stopped by its cap`] : faultsOfStop(stop)),
  ...proposalFaults(proposals),
];
