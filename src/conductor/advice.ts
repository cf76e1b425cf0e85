/**
 * Opus answers a worker's technical question in a conversation of its own, read-only, so that the worker can go on in its
 * own (seed 2, escalation prompt). Once per task; what it leaves open, or a second question, goes to a person.
 */
import * as z from 'zod';
import { handOverText } from '../agent/hand-over-texts.ts';
import { findRole } from '../agent/roles.ts';
import { runSession, type SessionResult } from '../agent/session.ts';
import { runIn } from '../agent/tools/run.ts';
import { toolsOf } from '../agent/tools/toolbox.ts';
import type { Blocker } from '../domain/blocker.ts';
import { type PlanSession, type TaskEvent, taskStream } from '../domain/event.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import { adviceLane } from '../policy/lanes.ts';
import { stopNeed, stopProblem } from '../policy/raise.ts';
import { currentAttempt, type TaskState } from '../policy/task-state.ts';
import { formatTask } from '../record/task-file.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { acceptedTask } from './accepted-task.ts';
import { appendTask } from './append.ts';
import type { ConductorEdges } from './edges.ts';
import { plainSchema } from './plan/draft.ts';

const ADVISER = 'conductor (opus)';
const MOST_TURNS = 12;
const MOST_DIFFERENCE = 20_000;

const adviceSchema = z.strictObject({
  kind: z.enum(['decision', 'needs_person']),
  decision: z.string().describe('the decision, or the question for the person'),
  rationale: z.string(),
  patterns: z.array(z.string()).describe('patterns and places to follow'),
});

/** True when something was written; false while opus has no free lane, or when the run is being stopped. */
export async function askForAdvice(
  state: TaskState,
  view: BoardView,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  if (state.stage.kind !== 'blocked') return false;
  const { blocker } = state.stage;
  const task = await acceptedTask(state, view, edges);
  const role = findRole(edges.studio.roles, 'architect');
  if (task === null || role === null) return refer(state, 'its file or the architect is gone', null, edges);
  const lane = adviceLane(state.id);
  return await edges.beside.begin(lane, slot =>
    inLane(lane, { state, task, blocker, architect: role, slot }, edges, signal),
  );
}

interface Question {
  state: TaskState;
  task: Task;
  blocker: Blocker;
  architect: Role;
  /** Which of the worktrees for advice is its own. */
  slot: number;
}

/** Null while opus is busy. */
function inLane(lane: string, asked: Question, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> | null {
  const { baton, owner } = edges.holder;
  if (!baton.takeLane(lane, { tier: 'opus', limit: edges.studio.config.lanes.opus, owner })) return null;
  return converse(asked, edges, signal)
    .then(result => result !== null && result.outcome.kind !== 'stopped' && conclude(asked.state, result, edges))
    .finally(() => baton.freeLane(lane, owner));
}

function conclude(state: TaskState, result: SessionResult, edges: ConductorEdges): boolean {
  const endedAt = edges.holder.at();
  const session: PlanSession = { agent: 'architect', tier: 'opus', endedAt, spend: result.spend };
  if (result.outcome.kind !== 'answered') return refer(state, `no advice (${whyNone(result.outcome)})`, session, edges);
  const advice = parseAdvice(result.outcome.text);
  if (advice === null) return refer(state, 'the answer could not be read', session, edges);
  if (advice.kind === 'needs_person') return refer(state, advice.decision, session, edges);
  const text = [advice.decision, advice.rationale, ...advice.patterns.map(pattern => `- ${pattern}`)]
    .filter(part => part.trim() !== '')
    .join('\n\n');
  return appendTask(state, { kind: 'answered', by: ADVISER, text, widen: [], session }, edges);
}

const whyNone = (outcome: SessionResult['outcome']): string =>
  outcome.kind === 'budget' ? `${stopProblem(outcome)} ${stopNeed(outcome)}` : outcome.kind.replaceAll('_', ' ');

function refer(state: TaskState, note: string, session: PlanSession | null, edges: ConductorEdges): boolean {
  const event: TaskEvent = { kind: 'referred', by: ADVISER, note, session };
  return appendTask(state, event, edges);
}

function parseAdvice(text: string) {
  try {
    return adviceSchema.parse(JSON.parse(text));
  } catch {
    return null; // words that are no advice decide nothing
  }
}

/** Null when there was no tree to look at; then it is tried again. */
async function converse(
  { state, task, blocker, architect, slot }: Question,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<SessionResult | null> {
  const { studio, store } = edges;
  const start = state.work?.commit ?? (await store.integrationTip(state.target.branch));
  if (start === null) return null;
  const tree = await store.openWorktree(`${edges.worktrees}/advice-${slot}`, `kleiber/advice-${slot}`, start);
  if (!tree.ok) return null;
  const role: Role = { ...architect, readOnly: true, tools: ['read', 'list', 'search'] };
  const run = runIn(studio.sandbox, { worktree: tree.value.path, binds: edges.binds(), gitDir: store.path });
  const isAsked = (): boolean => edges.holder.baton.read(taskStream(state.id)).at(-1)?.seq === state.seq;
  return await runSession(
    {
      session: `${state.id}-advice-${state.seq}`,
      task: state.id,
      plan: state.plan,
      attempt: currentAttempt(state),
      phase: task.head.phase,
      role,
      tier: 'opus',
      effort: 'medium',
      tools: toolsOf(role, { root: tree.value.path, zone: null }, run),
      opening: await adviceOpening(state, task, blocker, role, edges),
      resume: true,
      news: 'Go on, and answer.',
      format: plainSchema(z.toJSONSchema(adviceSchema, { io: 'input' })),
      endsBy: 'answer',
      turns: MOST_TURNS,
      taskCapUsd: task.head.budget_usd ?? null,
      cacheLife: '5m',
      afterTurn: async () => !signal.aborted && isAsked(),
      signal,
    },
    studio,
  );
}

async function adviceOpening(
  state: TaskState,
  task: Task,
  blocker: Blocker,
  role: Role,
  edges: ConductorEdges,
): Promise<string> {
  const { work } = state;
  const difference = work === null ? '' : await edges.store.diff(work.base, work.commit, MOST_DIFFERENCE);
  const parts: [string, string][] = [
    ['The task', formatTask(task).trim()],
    ['The question', `${fenced(blocker.problem)}\n\n${fenced(blocker.need)}`],
    ['What was tried', blocker.tried.map(line => `- ${line}`).join('\n')],
    ['Options', blocker.options.map((line, index) => `${index + 1}. ${line}`).join('\n')],
    ['What the worker would choose', blocker.recommendation ?? ''],
    ['The work so far', difference === '' ? '' : fenced(difference)],
  ];
  const sections = parts.flatMap(([title, text]) => (text === '' ? [] : [`## ${title}\n\n${text}`]));
  return [handOverText(role, 'advise'), ...sections].join('\n\n');
}

/** The worker's words are material here, as files are. */
const fenced = (text: string): string => `~~~text\n${text.replaceAll('~~~', '~ ~ ~')}\n~~~`;
