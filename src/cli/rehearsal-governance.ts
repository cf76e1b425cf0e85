/** The end of a rehearsal: a day whose money is nearly gone, a task that its own cap has stopped, and the weekly review. */
import { join } from 'node:path';
import { inputBound } from '../agent/conversation.ts';
import { calendarOf } from '../agent/meter.ts';
import { readConversation } from '../agent/transcript.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { firstTurnMinimum } from '../policy/budget.ts';
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
import { purseOf } from './purse.ts';
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

/** From the ledger, the task file and the transcript; null where that task never had a conversation. */
export function budgetStopOf(project: Project): BudgetStop | null {
  const task = project.keeper.look().tasks.get(PRICE_LIST)?.task;
  const conversation = readConversation(join(project.places.transcripts, `${PRICE_LIST}-a1.jsonl`));
  if (conversation === null || task === undefined) return null;
  const rows = project.ledger.rows().filter(({ purpose }) => purpose.task === PRICE_LIST);
  const size = inputBound({ ...conversation, spec: conversation });
  const { day } = calendarOf(systemClock.now());
  const price = purseOf(project).price.worst(conversation.preamble.model, size, '5m', day);
  return {
    spent: rows.reduce((sum, row) => sum + (row.settled ?? row.reserved), 0),
    cap: nanoFromUsd(task.head.budget_usd ?? project.config.budget.task_usd),
    next: price === null ? 0 : firstTurnMinimum(price),
  };
}

/** What of it is otherwise than the script has it. */
export const whatStopped = (stop: BudgetStop | null, proposals: readonly string[]): string[] => [
  ...(stop === null ? [`${PRICE_LIST} was never started`] : faultsOfStop(stop)),
  ...proposalFaults(proposals),
];
