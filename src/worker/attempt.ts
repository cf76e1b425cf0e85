/** One attempt: a worktree, a conversation, and a hand-in. Every write about the task is an append for this attempt, so a stale worker is refused. */

import { runSession, type SessionResult } from '../agent/session.ts';
import type { AgentEvent } from '../agent/spec.ts';
import { runIn } from '../agent/tools/run.ts';
import { toolsOf } from '../agent/tools/toolbox.ts';
import { letGo } from '../baton/hold.ts';
import { type TaskEvent, taskStream, worktreeStream } from '../domain/event.ts';
import { NO_USAGE } from '../domain/money.ts';
import { tellIfSlow } from '../domain/slow.ts';
import { type GitFailure, whyGit } from '../git/git.ts';
import type { Standing } from '../policy/board.ts';
import { proofRules } from '../policy/proof-rules.ts';
import { writesCode } from '../policy/review-criteria.ts';
import { attemptZone } from '../policy/zones.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { Claim } from './claim.ts';
import type { WorkerEdges, WorkerOptions, WorkerResult } from './edges.ts';
import { giveUp, handIn } from './hand-in.ts';
import {
  type Dependency,
  handoverNotes,
  noteText,
  notReadyText,
  protocolOf,
  resumeNews,
  taskOpening,
} from './prompts.ts';
import { appendFor, isStillOurs, type Running, saveWork } from './running.ts';

/** A worktree is saved at least this often, so that no work is ever further away. */
const CHECKPOINT_TURNS = 5;
const CHECKPOINT_MS = 60_000;

export async function runAttempt(
  claim: Claim,
  options: WorkerOptions,
  edges: WorkerEdges,
): Promise<WorkerResult['halted']> {
  try {
    const opened = await openSlot(claim, edges);
    if (!opened.ok) return noWorktree(claim, opened.failure, edges);
    const running: Running = {
      claim,
      worktree: opened.value,
      zone: attemptZone(claim.task.head, claim.role, claim.state),
      seq: claim.state.seq,
      commit: claim.start,
      lost: false,
      told: [...claim.state.told],
      leftOut: [],
      unsaved: null,
    };
    const isOpened: TaskEvent = { kind: 'checkpoint', attempt: claim.attempt, commit: claim.start };
    if (!appendFor(running, isOpened, edges, false)) return await giveUp(running, edges);
    const result = await converse(running, options, edges);
    return await handIn(running, result, edges);
  } finally {
    letGo(edges.holder, worktreeStream(claim.slot));
  }
}

/** A large repository takes its time, and so does the git of a dead worker that has not ended yet. */
function openSlot({ slot, start, state }: Claim, { store, worktrees, studio, notice }: WorkerEdges) {
  const opening = store.openWorktree(`${worktrees}/${slot}`, `agent/${slot}`, start);
  return tellIfSlow(opening, `${state.id}: preparing its worktree …`, studio.clock, notice);
}

/** Without a worktree nothing was spent and nobody is to blame: the task goes back. */
function noWorktree(claim: Claim, failure: GitFailure, edges: WorkerEdges): null {
  const end = { reason: 'tool_unavailable' as const, detail: `the worktree could not be made (${whyGit(failure)})` };
  edges.holder.baton.append({
    stream: taskStream(claim.state.id),
    seq: claim.state.seq + 1,
    event: {
      kind: 'ended',
      attempt: claim.attempt,
      end,
      strike: false,
      checkpoint: null,
      spend: { usage: NO_USAGE, cost: 0 },
    },
    at: edges.holder.at(),
    closesLane: true,
  });
  return null;
}

async function converse(running: Running, options: WorkerOptions, edges: WorkerEdges): Promise<SessionResult> {
  const { claim, worktree, zone } = running;
  const { studio } = edges;
  const workspace = { root: worktree.path, zone: claim.role.readOnly ? null : zone };
  const run = runIn(studio.sandbox, { worktree: worktree.path, binds: edges.binds(), gitDir: edges.store.path });
  return await runSession(
    {
      session: claim.session,
      task: claim.state.id,
      plan: claim.state.plan,
      attempt: claim.attempt,
      phase: claim.task.head.phase,
      role: claim.role,
      tier: claim.routing.tier,
      effort: claim.routing.effort,
      tools: toolsOf(claim.role, workspace, run),
      opening: await openingOf(running, edges),
      resume: claim.resumes,
      news: resumeNews(claim.state),
      format: null,
      endsBy: 'tool',
      turns: studio.config.limits.turns,
      taskCapUsd: claim.task.head.budget_usd ?? null,
      money: claim.money,
      cacheLife: '5m',
      notes: () => running.told.map(noteText),
      afterTurn: turnKeeper(running, options, edges),
      signal: options.killed,
      stopping: options.stopping,
      watch: approachWatch(running, edges),
    },
    studio,
  );
}

async function openingOf(running: Running, edges: WorkerEdges): Promise<string> {
  const { claim, zone } = running;
  const view = edges.keeper.look();
  const diff = claim.start === claim.base ? '' : await edges.store.diff(claim.base, claim.start, 20_000);
  const dependencies = claim.task.head.depends_on.flatMap((id): Dependency[] => {
    const landed = view.states.get(id)?.submission;
    return landed == null ? [] : [{ id, summary: landed.report.summary, files: landed.files.map(file => file.path) }];
  });
  const checks = edges.studio.config.checks.map(check => check.command);
  const notes = handoverNotes(claim.state, diff);
  const protocol = protocolOf(claim.role, claim.routing.tier);
  return taskOpening(
    claim.text,
    dependencies,
    zone,
    checks,
    notes,
    protocol,
    notReadyText(claim.role, notReady(view, claim)),
    writesCode(claim.task, claim.role) ? proofRules(edges.studio.config) : [],
  );
}

/** Tasks that were meant to come first and are still to land; what nobody will bring is no reason for a stand-in. */
const notReady = (view: BoardView, claim: Claim): { id: string; files: string[] }[] =>
  claim.task.head.after
    .filter(id => !OVER.has(view.board.get(id)?.standing ?? 'cancelled'))
    .map(id => ({ id, files: view.tasks.get(id)?.task.head.files ?? [] }));

const OVER: ReadonlySet<Standing> = new Set(['landed', 'cancelled']);

/** After every turn: is the task still ours, and is it time to save? */
function turnKeeper(running: Running, options: WorkerOptions, edges: WorkerEdges): (turn: number) => Promise<boolean> {
  let savedAt = edges.studio.clock.monotonicMs();
  return async turn => {
    if (!isStillOurs(running, edges) || options.stopping.aborted) return false;
    const due = turn % CHECKPOINT_TURNS === 0 || edges.studio.clock.monotonicMs() - savedAt > CHECKPOINT_MS;
    if (!due) return true;
    savedAt = edges.studio.clock.monotonicMs();
    const before = running.commit;
    const commit = await saveWork(running, edges, 'checkpoint');
    return (
      commit === before ||
      appendFor(running, { kind: 'checkpoint', attempt: running.claim.attempt, commit }, edges, false)
    );
  };
}

/** The first words of the worker are its approach; they go into the started file. */
function approachWatch(running: Running, edges: WorkerEdges): (event: AgentEvent) => void {
  let known = false;
  return event => {
    if (event.type === 'waiting') edges.notice(`${running.claim.state.id} waits: ${event.why.replaceAll('_', ' ')}`);
    if (event.type !== 'text' || known || running.lost) return;
    known = true;
    appendFor(
      running,
      { kind: 'approach', attempt: running.claim.attempt, text: event.text.slice(0, 1500) },
      edges,
      false,
    );
  };
}
