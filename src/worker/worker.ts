/** A worker: picks ready tasks of its agents, claims them one at a time per slot, and runs attempts until it is told to stop. */
import type { BoardTask } from '../policy/board.ts';
import { readyTasks } from '../policy/board.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { runAttempt } from './attempt.ts';
import { type ClaimRefusal, claimTask } from './claim.ts';
import type { Refused, WorkerEdges, WorkerOptions, WorkerResult } from './edges.ts';

export async function runWorker(options: WorkerOptions, edges: WorkerEdges): Promise<WorkerResult> {
  const result: WorkerResult = { attempts: 0, refused: [], halted: null };
  const notes: Notes = { idle: idleNote(edges.notice), refusals: refusalNotes(edges.notice) };
  const slots = Array.from({ length: options.concurrency }, () => runSlot(options, edges, result, notes));
  await Promise.all(slots);
  return { ...result, refused: notes.refusals.standing() };
}

/** What all slots tell the person together, so that nothing is said once per slot. */
interface Notes {
  idle: ReturnType<typeof idleNote>;
  refusals: ReturnType<typeof refusalNotes>;
}

async function runSlot(options: WorkerOptions, edges: WorkerEdges, result: WorkerResult, notes: Notes): Promise<void> {
  while (!options.stopping.aborted && result.halted === null) {
    if (options.guard !== null && edges.spentToday() >= options.guard) {
      result.halted = { reason: 'cost_guard', detail: 'the daily spend has passed the cost guard' };
      return;
    }
    const pass = await tryOne(edges.keeper.look(), options, edges, result, notes.refusals);
    if (pass === 'worked' && options.until === 'once') return;
    if (pass === 'nothing_to_hope_for' && options.until !== 'stopped') return;
    notes.idle.note(pass);
    if (pass === 'worked') continue;
    await edges.bell(options.stopping);
  }
}

type Pass = 'worked' | 'wait' | 'nothing_to_hope_for';

async function tryOne(
  view: BoardView,
  options: WorkerOptions,
  edges: WorkerEdges,
  result: WorkerResult,
  refusals: Notes['refusals'],
): Promise<Pass> {
  let hope = [...view.board.values()].some(task => ON_ITS_WAY.has(task.standing));
  for (const task of readyTasks(view.board, options.agents)) {
    const claim = await claimTask(view, task, options.tier, edges);
    if (claim.ok) {
      result.attempts++;
      refusals.forget(task);
      const halted = await runAttempt(claim.value, options, edges);
      // A run without an end outlives a network that is down for a while; its lanes wait longer each time.
      if (halted?.reason !== 'unreachable' || options.until !== 'stopped') result.halted ??= halted;
      return 'worked';
    }
    refusals.note(task, claim.failure);
    hope ||= PASSING.has(claim.failure.reason);
  }
  return hope ? 'wait' : 'nothing_to_hope_for';
}

/** Says once that there is nothing to do, and again only after there was something: a silent program looks like a dead one. */
function idleNote(notice: (text: string) => void) {
  let isSaid = false;
  return {
    note: (pass: Pass): void => {
      if (pass === 'nothing_to_hope_for' && !isSaid) notice('waiting for tasks; Ctrl-C stops');
      isSaid = pass === 'nothing_to_hope_for';
    },
  };
}

/** What moves may still make something ready. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['running', 'submitted', 'queued']);

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<ClaimRefusal['reason']> = new Set([
  'lost',
  'lane_full',
  'baseline_pending',
  'landed_before',
]);

/** Says why a ready task is not taken, once per reason, and remembers what stood in the way last. */
function refusalNotes(notice: (text: string) => void) {
  const said = new Set<string>();
  const standing = new Map<string, Refused>();
  const forget = (task: BoardTask): void => {
    standing.delete(task.card.id);
  };
  return {
    forget,
    standing: (): Refused[] => [...standing.values()],
    note: (task: BoardTask, refusal: ClaimRefusal): void => {
      const { reason } = refusal;
      forget(task);
      if (reason === 'unfit' || reason === 'no_target' || reason === 'baseline_not_green')
        standing.set(task.card.id, { id: task.card.id, reason });
      if (!('detail' in refusal)) return;
      const text = `${task.card.id} is not started: ${refusal.detail}`;
      if (!said.has(text)) notice(text);
      said.add(text);
    },
  };
}
