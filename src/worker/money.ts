/** Money before a claim: may it start now, and what must it leave to others? */
import { permissionFor, sessionMoney } from '../agent/purse.ts';
import type { SessionMoney } from '../agent/session.ts';
import { type TaskEvent, taskStream } from '../domain/event.ts';
import type { Risk, Task } from '../domain/task.ts';
import type { BoardTask } from '../policy/board.ts';
import type { Permission } from '../policy/deferral.ts';
import { risksBeforehand } from '../policy/evidence.ts';
import { planNeedsOpus } from '../policy/opus-gates.ts';
import type { Routing } from '../policy/route.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { WorkerEdges } from './edges.ts';

const foundIn = (task: Task, state: TaskState, { studio }: WorkerEdges): Risk[] =>
  [...risksBeforehand(task, studio.config.risks), ...state.foundRisks].map(({ risk }) => risk);

/** Go or defer, by the zones and the reserve. */
export function askForMoney(
  task: Task,
  card: BoardTask,
  state: TaskState,
  routing: Routing,
  view: BoardView,
  edges: WorkerEdges,
): Permission {
  const { studio } = edges;
  const plan = card.card.plan ?? state.plan;
  return permissionFor(
    {
      head: task.head,
      found: foundIn(task, state, edges),
      tier: routing.tier,
      isOverridden: state.override !== null,
      planNeedsOpus: () => planNeedsOpus(plan, view, studio.config),
    },
    studio,
    studio.clock.now(),
  );
}

/** Said once for a reason and a date; the task comes back by itself, because every look asks anew. */
export function defer(
  state: TaskState,
  { why, until }: Extract<Permission, { kind: 'defer' }>,
  { holder }: WorkerEdges,
): void {
  if (state.deferral?.why === why && state.deferral.until === until) return;
  const event: TaskEvent = { kind: 'deferred', why, until };
  holder.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, event, at: holder.at() });
}

export const moneyOf = (
  task: Task,
  card: BoardTask,
  state: TaskState,
  routing: Routing,
  edges: WorkerEdges,
): SessionMoney =>
  sessionMoney(
    { head: task.head, found: foundIn(task, state, edges), tier: routing.tier },
    card.critical,
    edges.studio,
    edges.studio.clock.now(),
  );
