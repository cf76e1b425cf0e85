/** Claiming: taking a ready task in one append, after everything that must be true before money is spent on it. */

import { routingZone } from '../agent/purse.ts';
import { findRole } from '../agent/roles.ts';
import type { SessionMoney } from '../agent/session.ts';
import { letGo, tryHold } from '../baton/hold.ts';
import { rememberedValidation } from '../domain/check.ts';
import { LEAD_STREAM, type TaskEvent, targetStream, taskStream, worktreeStream } from '../domain/event.ts';
import type { Owner } from '../domain/owner.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { type BoardTask, nextAgent } from '../policy/board.ts';
import { taskFaults } from '../policy/check-plan.ts';
import { type Hindrance, hindranceOf, tableFor } from '../policy/controls.ts';
import { evidenceOf } from '../policy/evidence.ts';
import { foldTask } from '../policy/fold.ts';
import { lanesKept } from '../policy/lanes.ts';
import { type Routing, route } from '../policy/route.ts';
import type { TaskState } from '../policy/task-state.ts';
import { validationKey } from '../policy/validation-key.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { adopt, importHalfAdopted } from './adopt.ts';
import type { WorkerEdges } from './edges.ts';
import { askForMoney, defer, moneyOf } from './money.ts';
import { park, whyParked } from './park.ts';
import type { ClaimRefusal } from './refusal.ts';

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
  /** What is left to reviewers, and whether the reserve is open to it. */
  money: SessionMoney;
}

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
  const faults = taskFaults(file.task, [], edges.studio.roles, view.board);
  if (faults[0] !== undefined) return fail({ reason: 'unfit', detail: faults.map(fault => fault.problem).join('; ') });
  const agent = nextAgent(card);
  const role = findRole(edges.studio.roles, agent);
  if (role === null) return fail({ reason: 'unfit', detail: `no agent is named ${agent}` });
  const state = card.state === null ? await adopt(file, edges) : await importHalfAdopted(card.state, edges);
  if (!('id' in state)) return fail(state);
  const hindrance = hindranceOf(view.controls, edges.studio.config.routing, state.override !== null);
  if (hindrance !== null) return fail(hindered(hindrance, state.id));
  const routing = routeNow(file.task, card, state, view, edges);
  if (tier !== null && routing.tier !== tier) return fail({ reason: 'other_tier' });
  const parked = whyParked(state, routing, edges);
  if (parked !== null) return fail(park(state, parked, edges));
  const permission = askForMoney(file.task, card, state, routing, view, edges);
  if (permission.kind === 'defer') {
    defer(state, permission, edges);
    return fail({ reason: 'deferred' });
  }
  const tip = await checkedTip(state.target.branch, edges);
  if (!tip.ok) return tip;
  if (permission.advice !== null) edges.notice(`${state.id}: ${permission.advice}`);
  const money = moneyOf(file.task, card, state, routing, edges);
  return append({ task: file.task, text: file.text, agent, role, state, routing, tip: tip.value, money }, view, edges);
}

const hindered = (hindrance: Hindrance, id: string): ClaimRefusal =>
  hindrance.reason === 'paused'
    ? { reason: 'paused' }
    : {
        reason: 'no_choice',
        detail: `routing is manual, so a person chooses: kleiber override ${id} --model sonnet --reason "…"`,
      };

function routeNow(task: Task, card: BoardTask, state: TaskState, view: BoardView, { studio }: WorkerEdges): Routing {
  const { config, clock } = studio;
  const evidence = evidenceOf(state, card, task, config);
  const zone = routingZone(studio, clock.now());
  return route(task.head, tableFor(state.plan, config.routing, view), { ...evidence, zone });
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
  /** Who makes this attempt. */
  agent: string;
  role: Role;
  state: TaskState;
  routing: Routing;
  tip: string;
  money: SessionMoney;
}

function append(ready: Prepared, view: BoardView, edges: WorkerEdges): Result<Claim, ClaimRefusal> {
  const { state, routing, agent } = ready;
  const { holder, studio } = edges;
  const lanes = holder.baton.lanes();
  const { tier } = routing;
  const limit = studio.config.lanes[tier] - lanesKept(view.states.values(), lanes, tier);
  const stream = taskStream(state.id);
  // Looked at before anything is written: a refusal that writes would wake everybody up, and be asked for again at once.
  if (lanes.filter(lane => lane.tier === tier && lane.stream !== stream).length >= limit)
    return fail({ reason: 'lane_full' });
  const slot = holdSlot(agent, edges);
  const event = claimedEvent(ready, slot, holder.owner);
  const [seq, at] = [state.seq + 1, holder.at()];
  const opensLane = { tier, limit, owner: holder.owner };
  const outcome = holder.baton.append({ stream, seq, event, at, opensLane });
  if (outcome === 'appended') {
    const claimed = foldTask(state.id, state, { position: 0, stream, seq, at, event }) ?? state;
    return ok(claimOf(ready, claimed, event));
  }
  letGo(holder, worktreeStream(slot));
  return fail({ reason: outcome === 'lane_full' ? 'lane_full' : 'lost' });
}

type Claimed = Extract<TaskEvent, { kind: 'claimed' }>;

function claimedEvent({ state, routing, tip }: Prepared, worktree: string, owner: Owner): Claimed {
  const { tier, effort, because } = routing;
  const attempt = state.attempts.length + 1;
  return {
    kind: 'claimed',
    attempt,
    owner,
    route: { tier, effort, because },
    base: state.work?.base ?? tip,
    worktree,
    session: resumedSession(state) ?? `${state.id}-a${attempt}`,
  };
}

/** The conversation to go on with; null begins a new one. */
const resumedSession = ({ handovers }: TaskState): string | null => handovers.at(-1)?.session ?? null;

function claimOf(ready: Prepared, claimed: TaskState, { attempt, worktree, session, base }: Claimed): Claim {
  const { task, text, role, state, routing, money } = ready;
  const resumes = resumedSession(state) !== null;
  const start = state.work?.commit ?? base;
  return { task, text, role, state: claimed, routing, attempt, slot: worktree, session, resumes, base, start, money };
}

/**
 * The first free worktree of an agent. One that a dead attempt still needs is left alone until its work is saved; its claim
 * is older than its worker's death, so whoever looks after taking the worktree sees it, however long ago the board was looked at.
 */
function holdSlot(agent: string, { holder, keeper }: WorkerEdges): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? agent : `${agent}-${number}`;
    if (isNeeded(name, keeper.statesNow()) || !tryHold(holder, worktreeStream(name))) continue;
    if (!isNeeded(name, keeper.statesNow())) return name;
    letGo(holder, worktreeStream(name));
  }
}

const isNeeded = (slot: string, states: ReadonlyMap<string, TaskState>): boolean =>
  [...states.values()].some(({ stage }) => stage.kind === 'running' && stage.worktree === slot);
