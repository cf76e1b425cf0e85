/** Claiming: taking a ready task in one append, after everything that must be true before money is spent on it. */

import { findRole } from '../agent/roles.ts';
import { letGo, tryHold } from '../baton/hold.ts';
import type { Blocker } from '../domain/blocker.ts';
import { rememberedValidation } from '../domain/check.ts';
import { LEAD_STREAM, type TaskEvent, targetStream, taskStream, worktreeStream } from '../domain/event.ts';
import { NO_USAGE } from '../domain/money.ts';
import { donePath } from '../domain/record-paths.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import type { BoardTask } from '../policy/board.ts';
import { taskFaults } from '../policy/check-plan.ts';
import { foldTask } from '../policy/fold.ts';
import { mayTryAgain } from '../policy/next-step.ts';
import { type Routing, route } from '../policy/route.ts';
import type { TaskState } from '../policy/task-state.ts';
import { validationKey } from '../policy/validation-key.ts';
import type { BoardView, TaskFile } from '../report/board-keeper.ts';
import type { WorkerEdges } from './edges.ts';

/** A task that is ours until we say otherwise. */
export interface Claim {
  task: Task;
  /** The task file as it was claimed: it may be gone by the time it is read. */
  text: string;
  role: Role;
  state: TaskState;
  routing: Routing;
  attempt: number;
  /** The worktree's name, `engineer-backend` or `engineer-backend-2`. */
  slot: string;
  session: string;
  resumes: boolean;
  base: string;
  start: string;
}

export type ClaimRefusal =
  | { reason: 'lost' }
  | { reason: 'lane_full' }
  | { reason: 'other_tier' }
  | { reason: 'unfit'; detail: string }
  | { reason: 'no_target'; detail: string }
  /** The conductor has not run the checks on the base yet. */
  | { reason: 'baseline_pending' }
  | { reason: 'baseline_not_green'; detail: string }
  | { reason: 'parked'; detail: string }
  /** The log was lost, but git knows that this work is done. */
  | { reason: 'landed_before'; detail: string };

export async function claimTask(
  view: BoardView,
  card: BoardTask,
  tier: Tier | null,
  edges: WorkerEdges,
): Promise<Result<Claim, ClaimRefusal>> {
  const file = view.tasks.get(card.card.id);
  if (file === undefined) return fail({ reason: 'unfit', detail: 'its file is gone or faulty' });
  // A file edited in place may not have been seen yet; the next look reads it.
  if (!edges.keeper.isCurrent(file)) return fail({ reason: 'lost' });
  const faults = taskFaults(file.task, [], edges.studio.roles, new Set(view.board.keys()));
  if (faults[0] !== undefined) return fail({ reason: 'unfit', detail: faults.map(fault => fault.problem).join('; ') });
  const role = findRole(edges.studio.roles, file.task.head.agent);
  if (role === null) return fail({ reason: 'unfit', detail: `no agent is named ${file.task.head.agent}` });
  const state = card.state === null ? await adopt(file, edges) : await importHalfAdopted(card.state, edges);
  if (!('id' in state)) return fail(state);
  const routing = routeNow(file.task, card, state, edges);
  if (tier !== null && routing.tier !== tier) return fail({ reason: 'other_tier' });
  const parked = whyParked(state, routing, edges);
  if (parked !== null) return fail(park(state, parked, edges));
  const tip = await checkedTip(state.target.branch, edges);
  if (!tip.ok) return tip;
  return append({ task: file.task, text: file.text, role, state, routing, tip: tip.value }, view, edges);
}

const routeNow = (task: Task, card: BoardTask, state: TaskState, edges: WorkerEdges): Routing =>
  route(task.head, edges.studio.config.routing, {
    strikes: state.strikes,
    critical: card.critical,
    hasTemplate: task.body.template !== '',
  });

/** A file that no event names is a request; this is where it becomes a task of ours. */
async function adopt(file: TaskFile & { task: Task }, edges: WorkerEdges): Promise<TaskState | ClaimRefusal> {
  const target = edges.target();
  if (target === null)
    return { reason: 'no_target', detail: 'the checkout is on no branch, so there is nowhere to land it' };
  // Before the integration ref exists nobody can tell whether this has landed already.
  if ((await edges.store.integrationTip(target.branch)) === null) return { reason: 'baseline_pending' };
  const { id, agent, plan } = file.task.head;
  const event: TaskEvent = { kind: 'created', target, agent, file: file.path, fileHash: file.hash, plan: plan ?? null };
  const state = appendFirst(id, event, edges);
  return state === null ? { reason: 'lost' } : await importLanded(state, edges);
}

/** Who adopted it may have died before it could say that it has landed; a done file is what gives that away. */
async function importHalfAdopted(state: TaskState, edges: WorkerEdges): Promise<TaskState | ClaimRefusal> {
  const tip = state.seq === 1 ? await edges.store.integrationTip(state.target.branch) : null;
  const done = tip === null ? null : await edges.store.readBlob(tip, donePath(state.agent, state.id));
  return done === null ? state : await importLanded(state, edges);
}

async function importLanded(state: TaskState, edges: WorkerEdges): Promise<TaskState | ClaimRefusal> {
  const landing = (await edges.landedBefore(state.target.branch)).get(state.id);
  if (landing === undefined) return state;
  const { commit, model, costUsd } = landing;
  const event: TaskEvent = { kind: 'imported', commit, model, costUsd };
  edges.holder.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, event, at: edges.holder.at() });
  return {
    reason: 'landed_before',
    detail: `it has landed already as ${commit.slice(0, 9)}; retry it to build it again`,
  };
}

function appendFirst(id: string, event: TaskEvent, edges: WorkerEdges): TaskState | null {
  const at = edges.holder.at();
  const outcome = edges.holder.baton.append({ stream: taskStream(id), seq: 1, event, at });
  return outcome === 'appended' ? foldTask(id, null, { position: 0, stream: taskStream(id), seq: 1, at, event }) : null;
}

function whyParked(state: TaskState, routing: Routing, edges: WorkerEdges): Blocker | null {
  if (routing.exhausted)
    return parkedBlocker('every tier has failed at it', 'Change the task or take it over, then retry it.');
  if (mayTryAgain(state, edges.studio.config.limits.attempts)) return null;
  return parkedBlocker(
    `it has used its ${edges.studio.config.limits.attempts} attempts`,
    'Look at the reports, change the task if need be, then retry it.',
  );
}

const parkedBlocker = (problem: string, need: string): Blocker => ({
  type: 'technical',
  problem,
  tried: [],
  need,
  options: [],
});

function park(state: TaskState, blocker: Blocker, edges: WorkerEdges): ClaimRefusal {
  const event: TaskEvent = {
    kind: 'blocked',
    attempt: state.attempts.length,
    blocker,
    checkpoint: null,
    spend: { usage: NO_USAGE, cost: 0 },
    resumable: false,
  };
  edges.holder.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, event, at: edges.holder.at() });
  return { reason: 'parked', detail: blocker.problem };
}

/** The integration tip, if its code is known to be green under today's checks: no money is spent on a broken base. */
async function checkedTip(branch: string, edges: WorkerEdges): Promise<Result<string, ClaimRefusal>> {
  const tip = await edges.store.integrationTip(branch);
  if (tip === null) return fail({ reason: 'baseline_pending' });
  const key = validationKey(await edges.store.rootEntries(tip), edges.conditions());
  const known = edges.holder.baton.recallValidation(key);
  if (known !== null && rememberedValidation(known)?.result === 'green') return ok(tip);
  const { baton } = edges.holder;
  const found = baton.read(targetStream(branch)).findLast(stored => stored.event.kind === 'baseline');
  // What an earlier conductor saw may be mended by now; whoever leads now looks again.
  const isToday = (found?.position ?? 0) > (baton.read(LEAD_STREAM).at(-1)?.position ?? 0);
  const result =
    found?.event.kind === 'baseline' && found.event.commit === tip ? found.event.validation.result : 'green';
  if (!isToday || result === 'green') return fail({ reason: 'baseline_pending' });
  const detail = `the checks ${result === 'red' ? 'are red' : 'could not run'} on the base`;
  return fail({ reason: 'baseline_not_green', detail });
}

interface Prepared {
  task: Task;
  text: string;
  role: Role;
  state: TaskState;
  routing: Routing;
  tip: string;
}

function append(ready: Prepared, view: BoardView, edges: WorkerEdges): Result<Claim, ClaimRefusal> {
  const { state, routing, task } = ready;
  const { holder, studio } = edges;
  const slot = holdSlot(task.head.agent, view, edges);
  const attempt = state.attempts.length + 1;
  const resumed = state.handovers.at(-1)?.session ?? null;
  const session = resumed ?? `${state.id}-a${attempt}`;
  const base = state.work?.base ?? ready.tip;
  const event: TaskEvent = {
    kind: 'claimed',
    attempt,
    owner: holder.owner,
    route: { tier: routing.tier, effort: routing.effort, because: routing.because },
    base,
    worktree: slot,
    session,
  };
  const opensLane = { tier: routing.tier, limit: studio.config.lanes[routing.tier], owner: holder.owner };
  const outcome = holder.baton.append({
    stream: taskStream(state.id),
    seq: state.seq + 1,
    event,
    at: holder.at(),
    opensLane,
  });
  if (outcome === 'appended') {
    const claimed =
      foldTask(state.id, state, {
        position: 0,
        stream: taskStream(state.id),
        seq: state.seq + 1,
        at: holder.at(),
        event,
      }) ?? state;
    return ok({
      task,
      text: ready.text,
      role: ready.role,
      state: claimed,
      routing,
      attempt,
      slot,
      session,
      resumes: resumed !== null,
      base,
      start: state.work?.commit ?? base,
    });
  }
  letGo(holder, worktreeStream(slot));
  return fail({ reason: outcome === 'lane_full' ? 'lane_full' : 'lost' });
}

/** The first free worktree of an agent. One that a dead attempt still needs is left alone until its work is saved. */
function holdSlot(agent: string, view: BoardView, edges: WorkerEdges): string {
  const needed = new Set(
    [...view.states.values()].flatMap(state => (state.stage.kind === 'running' ? [state.stage.worktree] : [])),
  );
  for (let number = 1; ; number++) {
    const name = number === 1 ? agent : `${agent}-${number}`;
    if (!needed.has(name) && tryHold(edges.holder, worktreeStream(name))) return name;
  }
}
