/** Moves what workers stopped at: to a stronger model, to opus for advice, or on, once what was missing has landed. */
import { unreachable } from '../domain/result.ts';
import { whyGit } from '../git/git.ts';
import { type BlockedMove, blockedMove, escalationNote } from '../policy/escalation.ts';
import { landingsSeenBy } from '../policy/landings.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { askForAdvice } from './advice.ts';
import { appendTask } from './append.ts';
import type { ConductorEdges } from './edges.ts';
import { isPaused } from './paused.ts';

const CONDUCTOR = 'conductor';

/** True when something was written. What takes a conversation comes after everything that takes none. */
export async function moveBlocked(view: BoardView, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  let wrote = false;
  const questions: TaskState[] = [];
  for (const state of view.states.values()) {
    const move = state.stage.kind === 'blocked' ? blockedMove(state, landingsSeenBy(state.id, view.board)) : null;
    if (move?.kind === 'advise') questions.push(state);
    else if (move !== null) wrote = (await act(move, state, edges)) || wrote;
  }
  for (const state of wrote || isPaused(view) ? [] : questions)
    if (await askForAdvice(state, view, edges, signal)) return true;
  return wrote;
}

type Immediate = Exclude<BlockedMove, { kind: 'advise' }>;

async function act(move: Immediate, state: TaskState, edges: ConductorEdges): Promise<boolean> {
  switch (move.kind) {
    case 'escalate':
      return escalate(move, state, edges);
    case 'resume':
      return await resume(move.landed, state, edges);
    case 'wait':
    case 'person':
      return false;
    default:
      return unreachable(move);
  }
}

function escalate(
  { to, reason }: Extract<BlockedMove, { kind: 'escalate' }>,
  state: TaskState,
  edges: ConductorEdges,
): boolean {
  const { stage } = state;
  const asking = state.attempts.at(-1)?.route.tier;
  if (stage.kind !== 'blocked' || asking === undefined) return false;
  const note = escalationNote(stage.blocker, asking);
  return appendTask(state, { kind: 'escalated', by: CONDUCTOR, to, reason, note }, edges);
}

/** The same conversation goes on, in a worktree that holds what it waited for. */
async function resume(landed: readonly string[], state: TaskState, edges: ConductorEdges): Promise<boolean> {
  const tip = await edges.store.integrationTip(state.target.branch);
  const brought = tip === null || state.work === null ? null : await bringIn(tip, state.work.commit, state, edges);
  if (brought === 'failed') return false;
  const has = landed.length === 1 ? 'has' : 'have';
  const conflicts = brought?.conflicts ?? [];
  const marks =
    conflicts.length === 0
      ? ''
      : `\nIt does not fit your work in ${conflicts.join(', ')}: resolve the marks between <<<<<<< and >>>>>>> first.`;
  const text = `${landed.join(' and ')} ${has} landed, and what landed is in your worktree now. Read the files again before you go on.${marks}`;
  const draft = brought === null ? {} : { draft: brought.draft };
  return appendTask(state, { kind: 'answered', by: CONDUCTOR, text, widen: [], ...draft }, edges);
}

interface Brought {
  draft: { base: string; commit: string };
  conflicts: string[];
}

async function bringIn(
  tip: string,
  commit: string,
  state: TaskState,
  edges: ConductorEdges,
): Promise<Brought | 'failed'> {
  if (await edges.store.isAncestor(commit, tip)) return { draft: { base: tip, commit: tip }, conflicts: [] };
  const message = `Bring ${state.target.branch} in`;
  const merged = await edges.store.mergeCandidate({ base: tip, commit, message, trailers: [], at: edges.holder.at() });
  if (!merged.ok) {
    edges.obstacle(`${state.id}: what landed could not be brought in (${whyGit(merged.failure)})`);
    return 'failed';
  }
  return merged.value.kind === 'merged'
    ? { draft: { base: tip, commit: merged.value.commit }, conflicts: [] }
    : { draft: { base: tip, commit: merged.value.draft }, conflicts: merged.value.files };
}
