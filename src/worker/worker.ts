/** A worker: picks ready tasks of its agents, claims them one at a time per slot, and runs attempts until it is told to stop. */
import type { BoardTask } from '../policy/board.ts';
import { readyTasks } from '../policy/board.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { runAttempt } from './attempt.ts';
import { type ClaimRefusal, claimTask } from './claim.ts';
import type { WorkerEdges, WorkerOptions, WorkerResult } from './edges.ts';

export async function runWorker(options: WorkerOptions, edges: WorkerEdges): Promise<WorkerResult> {
  const result: WorkerResult = { attempts: 0, halted: null };
  const slots = Array.from({ length: options.concurrency }, () => runSlot(options, edges, result));
  await Promise.all(slots);
  return result;
}

async function runSlot(options: WorkerOptions, edges: WorkerEdges, result: WorkerResult): Promise<void> {
  const refusals = refusalNotes(edges.notice);
  while (!options.stopping.aborted && result.halted === null) {
    if (options.guard !== null && edges.spentToday() >= options.guard) {
      result.halted = { reason: 'cost_guard', detail: 'the daily spend has passed the cost guard' };
      return;
    }
    const pass = await tryOne(edges.keeper.look(), options, edges, result, refusals);
    if (pass === 'worked' && options.until === 'once') return;
    if (pass === 'worked') continue;
    if (pass === 'nothing_to_hope_for' && options.until !== 'stopped') return;
    await edges.bell(options.stopping);
  }
}

type Pass = 'worked' | 'wait' | 'nothing_to_hope_for';

async function tryOne(
  view: BoardView,
  options: WorkerOptions,
  edges: WorkerEdges,
  result: WorkerResult,
  refusals: Refusals,
): Promise<Pass> {
  let hope = [...view.board.values()].some(task => ON_ITS_WAY.has(task.standing));
  for (const task of readyTasks(view.board, options.agents)) {
    const claim = await claimTask(view, task, options.tier, edges);
    if (claim.ok) {
      result.attempts++;
      result.halted ??= await runAttempt(claim.value, options, edges);
      return 'worked';
    }
    refusals.note(task, claim.failure);
    hope ||= PASSING.has(claim.failure.reason);
  }
  return hope ? 'wait' : 'nothing_to_hope_for';
}

/** What moves may still make something ready. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['running', 'submitted', 'queued']);

/** Refusals that pass by themselves. */
const PASSING: ReadonlySet<ClaimRefusal['reason']> = new Set(['lost', 'lane_full', 'baseline_pending']);

type Refusals = ReturnType<typeof refusalNotes>;

/** Says why a ready task is not taken, once per reason. */
function refusalNotes(notice: (text: string) => void) {
  const said = new Set<string>();
  return {
    note: (task: BoardTask, refusal: ClaimRefusal): void => {
      if (!('detail' in refusal)) return;
      const text = `${task.card.id} is not started: ${refusal.detail}`;
      if (!said.has(text)) notice(text);
      said.add(text);
    },
  };
}
