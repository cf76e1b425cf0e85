/** The rehearsal itself: kleiber's own commands in the order a person would type them, and that person's answers. */
import { type NanoUsd, NO_USAGE, type Usage } from '../domain/money.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import {
  type BudgetStop,
  differencesOf,
  dueAnswers,
  isAtRest,
  REQUEST,
  type RehearsedTask,
} from '../rehearsal/program.ts';
import { priceListTask } from '../rehearsal/sample/by-hand.ts';
import type { ExitCode } from '../report/problem.ts';
import * as answer from './answer.ts';
import { systemClock } from './clock.ts';
import * as conduct from './conduct.ts';
import { type Context, sayError } from './context.ts';
import * as plan from './plan.ts';
import { openProject, type Project } from './project.ts';
import { budgetStopOf, reviewTable, showRedZone, whatStopped } from './rehearsal-governance.ts';
import type { Stage } from './rehearsal-stage.ts';
import { echo, typeByHand } from './rehearsal-step.ts';
import * as review from './review.ts';
import { runCommand } from './run-command.ts';
import * as status from './status.ts';

export interface PlayOptions {
  speed: number;
  noSandbox: boolean;
}

/** How it ended. `differences` is what came out otherwise than the script has it; empty is a success. */
export interface Played {
  differences: string[];
  tasks: RehearsedTask[];
  spent: NanoUsd;
  /** Of all input tokens, those that were read from the cache: 0 to 1. */
  cachedShare: number;
  /** Null where nothing was stopped by its cap. */
  stop: BudgetStop | null;
  /** The day on which the deferred task comes back, `2026-11-22`; null where nothing is deferred. */
  deferredUntil: string | null;
  /** What the weekly review proposes, `scribe EXEC → sonnet (1 of 1 reworked on haiku)`. */
  proposals: string[];
}

/** A failure is the exit code of a command that had to stop; it has said why. */
export async function play(stage: Stage, options: PlayOptions): Promise<Result<Played, ExitCode>> {
  const { context } = stage;
  const sandbox = options.noSandbox ? ['--no-sandbox'] : [];
  echo(context, `kleiber plan "${REQUEST}" --yes`);
  const planned = await runCommand(plan, [REQUEST, '--yes', ...sandbox], context);
  if (planned !== 0) return fail(planned);
  const project = await openProject(context);
  if (!project.ok) throw new Error(`bug: the sample cannot be opened: ${project.failure.what}`);
  try {
    typeByHand(priceListTask(systemClock.now().toISOString()), stage);
    await work(project.value, sandbox, stage, options);
    await showRedZone(project.value, sandbox, stage);
    if (context.stopping.aborted) return fail(130);
    echo(context, 'kleiber status');
    await runCommand(status, [], context);
    echo(context, 'kleiber review');
    await runCommand(review, [], context);
    const proposals = await reviewTable(project.value, stage);
    return ok(outcomeOf(project.value, proposals, stage));
  } finally {
    project.value.close();
  }
}

/** Workers and conductor run until nothing moves any more; meanwhile the visitor answers what is asked. */
async function work(project: Project, sandbox: string[], stage: Stage, options: PlayOptions): Promise<void> {
  const done = new AbortController();
  const context = { ...stage.context, stopping: AbortSignal.any([stage.context.stopping, done.signal]) };
  echo(context, 'kleiber conduct');
  const visitor = answerUntilRest(project, context, options.speed).finally(() => done.abort());
  await runCommand(conduct, sandbox, context);
  done.abort();
  await visitor;
}

const LOOK_MS = 100;
const THINKING_MS = 800;

/** Longer than a rehearsal may take on a slow machine; past it something has gone wrong and is shown as it stands. */
const DEADLINE_MS = 240_000;

async function answerUntilRest(project: Project, context: Context, speed: number): Promise<void> {
  const untilMs = systemClock.monotonicMs() + DEADLINE_MS;
  while (!context.stopping.aborted && systemClock.monotonicMs() < untilMs) {
    const tasks = tasksOf(project);
    const [due] = dueAnswers(tasks);
    if (due === undefined && isAtRest(tasks)) return;
    await systemClock.sleep(due === undefined ? LOOK_MS : THINKING_MS / speed, context.stopping);
    if (due === undefined || context.stopping.aborted) continue;
    const widen = due.answer.widen === null ? [] : ['--widen', due.answer.widen];
    echo(context, ['kleiber answer', due.id, `"${due.answer.text}"`, ...widen].join(' '));
    await runCommand(answer, [due.id, due.answer.text, ...widen], context);
  }
}

const tasksOf = (project: Project): RehearsedTask[] => [...project.keeper.look().board.values()];

function outcomeOf(project: Project, proposals: string[], { server }: Stage): Played {
  const tasks = tasksOf(project);
  const refused = server.exchanges().filter(exchange => exchange.status !== 200);
  const rows = project.ledger.rows().filter(row => row.logged === null);
  const billed = Object.values(server.billed().byModel);
  const read = sumOf(billed, usage => usage.cacheRead);
  const input = sumOf(billed, usage => usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h);
  const stop = budgetStopOf(project);
  const booked = rows.map(row => row.usage ?? NO_USAGE);
  return {
    differences: [
      ...differencesOf(tasks),
      ...refused.map(exchange => `request ${exchange.number} was refused: ${exchange.error?.message ?? 'no reply'}`),
      ...bookFaults(billed, booked),
      ...whatStopped(stop, proposals),
    ],
    tasks,
    spent: sumOf(rows, row => row.settled ?? row.reserved),
    cachedShare: input === 0 ? 0 : read / input,
    stop,
    deferredUntil: tasks.find(task => task.standing === 'deferred')?.state?.deferral?.until ?? null,
    proposals,
  };
}

const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

/** The ledger must hold what the server has charged, token by token. */
function bookFaults(billed: readonly Usage[], booked: readonly Usage[]): string[] {
  const kinds = Object.keys(NO_USAGE) as (keyof Usage)[]; // the keys of a literal of this very type
  return kinds.flatMap(kind => {
    const [charged, written] = [sumOf(billed, usage => usage[kind] ?? 0), sumOf(booked, usage => usage[kind] ?? 0)];
    return charged === written ? [] : [`${kind}: the server charged ${charged} tokens, the ledger holds ${written}`];
  });
}

/** What differed, for people. */
export function tellDifferences(differences: readonly string[], context: Context): void {
  sayError(context, 'kleiber: the rehearsal did not go as its script has it');
  for (const line of differences) sayError(context, `  ${line}`);
}
