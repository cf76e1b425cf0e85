/** A worker: picks ready tasks of its agents, claims them one at a time per slot, and runs attempts until it is told to stop. */

import { findRole } from '../agent/roles.ts';
import { isHeld } from '../baton/hold.ts';
import { allEnded } from '../domain/all-ended.ts';
import { QUIET_MS } from '../domain/clock.ts';
import { LEAD_STREAM } from '../domain/event.ts';
import type { BoardTask } from '../policy/board.ts';
import { readyTasks } from '../policy/board.ts';
import { pauseText, type Said } from '../policy/controls.ts';
import { movesByItself } from '../policy/escalation.ts';
import { landingsSeenBy } from '../policy/landings.ts';
import { scribeRounds, scribeTask } from '../policy/mechanical-tasks.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { runAttempt } from './attempt.ts';
import { type Claim, claimTask } from './claim.ts';
import type { WorkerEdges, WorkerOptions, WorkerResult } from './edges.ts';
import { isPassing, refusalNotes } from './refusal.ts';
import { type Tidier, tidier } from './tidier.ts';

export async function runWorker(options: WorkerOptions, edges: WorkerEdges): Promise<WorkerResult> {
  const result: WorkerResult = { attempts: 0, refused: [], halted: null };
  const { notice } = edges;
  const notes: Notes = { idle: idleNote(notice), pause: pauseNote(notice), refusals: refusalNotes(notice) };
  const halting = new AbortController();
  const stopping = AbortSignal.any([options.stopping, halting.signal]);
  const shared: SlotOptions = { ...options, stopping, halting, tidier: tidier(edges), inTurn: turns() };
  const slot = (): Promise<void> => runSlot(shared, edges, result, notes);
  const slots = Array.from({ length: options.concurrency }, slot);
  await allEnded(slots, () => halting.abort());
  return { ...result, refused: notes.refusals.standing() };
}

/** The options of a slot; whoever learns that no request can succeed any more stops the others before their next one. */
interface SlotOptions extends WorkerOptions {
  halting: AbortController;
  tidier: Tidier;
  /** Slots look for work one after the other: together they would all want the first task, and all but one lose it. */
  inTurn: ReturnType<typeof turns>;
}

/** Runs one thing after the other, in the order in which they were asked for. */
function turns(): <Value>(work: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const own = last.then(work);
    last = own.catch(() => undefined); // told to whoever asked for it
    return own;
  };
}

/** The key or the account is refused, and the next request would be too. */
const HOPELESS: ReadonlySet<string> = new Set(['unauthorized', 'spend_limit']);

/** What all slots tell the person together, so that nothing is said once per slot. */
interface Notes {
  idle: ReturnType<typeof idleNote>;
  pause: ReturnType<typeof pauseNote>;
  refusals: ReturnType<typeof refusalNotes>;
}

async function runSlot(options: SlotOptions, edges: WorkerEdges, result: WorkerResult, notes: Notes): Promise<void> {
  for (;;) {
    const found = await options.inTurn(() => findWork(options, edges, result, notes));
    if (found === 'over') return;
    if (typeof found !== 'string') {
      await work(found, options, edges, result);
      if (options.until === 'once') return;
      notes.idle.note('worked');
      continue;
    }
    if (found === 'nothing_to_hope_for' && options.until !== 'stopped') return;
    notes.idle.note(found);
    if (found === 'nobody_conducts' && options.until !== 'stopped') return;
    await (found === 'paused' ? edges.bell(options.stopping) : rest(options, edges));
  }
}

/** What a slot does next. `over`: it begins nothing any more. */
async function findWork(
  options: SlotOptions,
  edges: WorkerEdges,
  result: WorkerResult,
  notes: Notes,
): Promise<Claim | Pass | 'over' | 'paused'> {
  if (options.stopping.aborted || result.halted !== null) return 'over';
  if (options.guard !== null && edges.spentToday() >= options.guard) {
    result.halted = { reason: 'cost_guard', detail: 'the daily spend has passed the cost guard' };
    return 'over';
  }
  const view = edges.keeper.look();
  const { paused } = view.controls;
  if (paused === null) return await claimFirst(view, options, edges, notes.refusals);
  if (options.until === 'stopped') {
    notes.pause.note(paused);
    return 'paused';
  }
  result.halted = { reason: 'paused', detail: pauseText(paused) };
  return 'over';
}

/** Until there is news; what can wait is done when there has been none for a moment. */
async function rest({ stopping, tidier }: SlotOptions, edges: WorkerEdges): Promise<void> {
  const rang = await edges.bell(stopping, tidier.isDue() ? QUIET_MS : undefined);
  if (!rang && !stopping.aborted) await tidier.tidyOne(stopping);
}

/** `nobody_conducts`: something waits for a conductor, and none is there. */
type Pass = 'wait' | 'nobody_conducts' | 'nothing_to_hope_for';

/** The first ready task that can be had. */
async function claimFirst(
  view: BoardView,
  options: SlotOptions,
  edges: WorkerEdges,
  refusals: Notes['refusals'],
): Promise<Claim | Pass> {
  let [hope, isPending] = [false, false];
  for (const task of readyTasks(view.board, options.agents, view.controls.line)) {
    const claim = await claimTask(view, task, options.tier, edges);
    if (claim.ok) {
      refusals.forget(task);
      return claim.value;
    }
    refusals.note(task, claim.failure);
    hope ||= isPassing(claim.failure);
    isPending ||= claim.failure.reason === 'baseline_pending';
  }
  // Only now, because it takes a look at every task, and a task that is there need not wait for that.
  const tasks = [...view.board.values()];
  hope ||= tasks.some(({ standing }) => standing === 'running');
  const needsConductor = isPending || tasks.some(task => isForTheConductor(task, view)) || expectsScribe(view, edges);
  if (hope || (needsConductor && isHeld(edges.holder, LEAD_STREAM))) return 'wait';
  return needsConductor ? 'nobody_conducts' : 'nothing_to_hope_for';
}

async function work(claim: Claim, options: SlotOptions, edges: WorkerEdges, result: WorkerResult): Promise<void> {
  result.attempts++;
  const halted = await runAttempt(claim, options, edges);
  options.tidier.leave(claim.slot);
  if (halted !== null && HOPELESS.has(halted.reason)) options.halting.abort();
  // A run without an end outlives a network that is down for a while; its lanes wait longer each time.
  if (halted?.reason !== 'unreachable' || options.until !== 'stopped') result.halted ??= halted;
}

const IDLE: Partial<Record<Pass | 'worked' | 'paused', string>> = {
  nothing_to_hope_for: 'waiting for tasks; Ctrl-C stops',
  nobody_conducts: 'nobody conducts here, so work waits to be tested and landed: kleiber conduct',
};

/** Says once that there is nothing to do, and again only after there was something: a silent program looks like a dead one. */
function idleNote(notice: (text: string) => void) {
  let said: string | null = null;
  return {
    note: (pass: Pass | 'worked' | 'paused'): void => {
      const text = IDLE[pass] ?? null;
      if (text !== null && text !== said) notice(text);
      said = text;
    },
  };
}

/** Says once per pause that nothing new is started. */
function pauseNote(notice: (text: string) => void) {
  let saidOf = '';
  return {
    note: (paused: Said): void => {
      if (paused.since !== saidOf) notice(`${pauseText(paused)}; nothing new is started until: kleiber resume`);
      saidOf = paused.since;
    },
  };
}

/** What a conductor moves may still make something ready. */
const FOR_THE_CONDUCTOR: ReadonlySet<string> = new Set(['submitted', 'in_review', 'queued']);

/** Also what has stopped and will be moved by the conductor without a person. */
const isForTheConductor = (task: BoardTask, view: BoardView): boolean =>
  FOR_THE_CONDUCTOR.has(task.standing) ||
  (task.state !== null && movesByItself(task.state, landingsSeenBy(task.card.id, view.board)));

/** The conductor is about to add a scribe's task, or will with its next tick. */
function expectsScribe(view: BoardView, edges: WorkerEdges): boolean {
  const role = findRole(edges.studio.roles, 'scribe');
  const branch = edges.target()?.branch;
  if (role === null || branch === undefined || edges.studio.config.scribe === 'off') return false;
  return scribeRounds(view).some(
    round => round.landed.at(-1)?.state?.target.branch === branch && scribeTask(round, role, '') !== null,
  );
}
