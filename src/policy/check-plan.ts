/**
 * Checks a plan without a model: everything that would make parallel work collide or stall is found before any task
 * file is written (seed 2's zones). What code can mend it mends; the rest goes back to the planner.
 */
import type { Config } from '../domain/config.ts';
import { nearestWord } from '../domain/nearest.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import type { Tier } from '../domain/tier.ts';
import { DEFAULT_MINUTES } from './board.ts';
import { type Decided, tableFor } from './controls.ts';
import { IDEAL_MINUTES } from './estimate.ts';
import { evidenceOf, type OwnRules } from './evidence.ts';
import { asTree, globFault, globsOverlap } from './glob.ts';
import { ancestors, findCycle, type GraphNode } from './graph.ts';
import { type Routing, route } from './route.ts';
import { canonicalAgent, type ProjectTable } from './routing-table.ts';
import { globsOutsideRole } from './zones.ts';

export interface PlanFault {
  task: string;
  problem: string;
  /** The key of the task file that it is about, and a right line for it; absent where it is about the plan. */
  key?: FaultyKey;
}

export type FaultyKey = keyof typeof RIGHT;

/** What a right line looks like, by its key. */
export const RIGHT = {
  agent: 'agent: engineer-backend',
  depends_on: 'depends_on: []',
  after: 'after: []',
  files: 'files: [src/backend/**, src/shared/money.ts]',
  criteria: '- [ ] 1. A coupon lowers the total by its value',
  description: '## Description',
} as const;

export interface CheckedPlan {
  /** With added edges and neighbours' zones written into the constraints. */
  tasks: Task[];
  /** What code changed, one sentence each. */
  mended: string[];
  /** Worth knowing, stops nothing. */
  warnings: string[];
}

/** What decides about a task that nobody has tried yet: the table, and what kleiber.yml says beside it. */
export interface RoutingRules extends OwnRules {
  table: ProjectTable;
}

/** The rules as they stand: a plan is made with the table of today. */
export const rulesToday = (config: Pick<Config, 'routing' | keyof OwnRules>, decided: Decided): RoutingRules => ({
  table: tableFor(null, config.routing, decided),
  risks: config.risks,
  escalate_when: config.escalate_when,
});

export type PlanCheck = { ok: true; plan: CheckedPlan } | { ok: false; faults: PlanFault[] };

/** `existing` are ids already in the repository: a plan may depend on them and may not reuse them. */
export function checkPlan(
  tasks: readonly Task[],
  roles: ReadonlyMap<string, Role>,
  existing: ReadonlySet<string>,
  rules: RoutingRules,
): PlanCheck {
  const faults = [
    ...idFaults(tasks, existing),
    ...tasks.flatMap(task => [...taskFaults(task, tasks, roles, existing), ...zoneNeeded(task, roles)]),
  ];
  const cycle = findCycle(nodesOf(tasks));
  if (cycle !== null) faults.push({ task: cycle[0] ?? '', problem: `depends on itself: ${cycle.join(' → ')}` });
  if (tasks.length === 0) faults.push({ task: '', problem: 'the plan has no tasks' });
  if (faults.length > 0) return { ok: false, faults };
  const ordered = addOverlapEdges(tasks, roles);
  const withZones = ordered.tasks.map(task => withNeighbours(task, ordered.tasks));
  const warnings = withZones.flatMap(task => minuteWarnings(task, routePlanned(task, false, rules).tier));
  return { ok: true, plan: { tasks: withZones, mended: ordered.mended, warnings } };
}

/** Route of a task that has not been tried yet. */
export const routePlanned = (task: Task, critical: boolean, rules: RoutingRules): Routing =>
  route(task.head, rules.table, evidenceOf(null, { critical }, task, rules));

export const nodesOf = (tasks: readonly Task[]): GraphNode[] =>
  tasks.map(({ head }) => ({
    id: head.id,
    dependsOn: head.depends_on,
    minutes: head.traits.minutes ?? DEFAULT_MINUTES,
  }));

/** Tasks that run side by side are told apart by their files, so a plan names them; a task typed by hand may leave it to its role. */
const zoneNeeded = ({ head }: Task, roles: ReadonlyMap<string, Role>): PlanFault[] =>
  head.files.length === 0 && roleOf(head.agent, roles)?.produces === 'change'
    ? [{ task: head.id, problem: 'files: names no path it may write', key: 'files' }]
    : [];

function idFaults(tasks: readonly Task[], existing: ReadonlySet<string>): PlanFault[] {
  const seen = new Set<string>();
  return tasks.flatMap(({ head }) => {
    const twice = seen.has(head.id) || existing.has(head.id);
    seen.add(head.id);
    return twice ? [{ task: head.id, problem: 'this id is already taken' }] : [];
  });
}

export function taskFaults(
  task: Task,
  tasks: readonly Task[],
  roles: ReadonlyMap<string, Role>,
  existing: { has(id: string): boolean },
): PlanFault[] {
  const { head, body } = task;
  const role = roleOf(head.agent, roles);
  const isKnown = (id: string): boolean => existing.has(id) || tasks.some(other => other.head.id === id);
  const about = (key: FaultyKey, problems: readonly string[]): PlanFault[] =>
    problems.map(problem => ({ task: head.id, problem, key }));
  const missing = (ids: readonly string[]): string[] =>
    ids.filter(id => !isKnown(id)).map(id => `depends on ${id}, which does not exist`);
  return [
    ...about('agent', role === undefined ? [nobody(head.agent, [...roles.keys()])] : []),
    ...about('depends_on', missing(head.depends_on)),
    ...about('after', missing(head.after)),
    ...about('files', filesFaults(head.files, role)),
    ...about('criteria', body.acceptanceCriteria.length === 0 ? ['has no acceptance criteria'] : []),
    ...about('description', body.description === '' ? ['has no description'] : []),
  ];
}

function nobody(agent: string, names: readonly string[]): string {
  const nearest = nearestWord(agent, names);
  return `no agent is named ${agent}; ${nearest === null ? '' : `did you mean ${nearest}? `}agents here: ${names.join(', ')}`;
}

function filesFaults(files: readonly string[], role: Role | undefined): string[] {
  const isGlob = (glob: string): boolean => globFault(glob) === null;
  const strange = files
    .filter(glob => !isGlob(glob))
    .map(glob => `files: "${glob}" is not a glob of literals, * and **`);
  if (role === undefined) return strange;
  const outside = globsOutsideRole(files.filter(isGlob), role.paths).map(
    glob => `files: ${glob} is outside the paths of ${role.name} (${role.paths?.join(', ')})`,
  );
  const isNowhere = role.produces === 'change' && files.length === 0 && (role.paths ?? []).length === 0;
  return [
    ...strange,
    ...outside,
    ...(isNowhere ? [`files: names no path, and ${role.name} has no paths of its own`] : []),
  ];
}

/** Seed names in other spellings find their role too, as they do when the task is claimed. */
const roleOf = (agent: string, roles: ReadonlyMap<string, Role>): Role | undefined =>
  roles.get(agent) ?? roles.get(canonicalAgent(agent));

/** Two tasks that could run together must not share a path: the later one of the plan waits for the earlier. */
function addOverlapEdges(
  tasks: readonly Task[],
  roles: ReadonlyMap<string, Role>,
): { tasks: Task[]; mended: string[] } {
  const mended: string[] = [];
  let current = [...tasks];
  for (const [index, later] of tasks.entries()) {
    for (const earlier of tasks.slice(0, index)) {
      if (!overlap(earlier, later, roles) || areOrdered(earlier.head.id, later.head.id, current)) continue;
      mended.push(`${later.head.id} waits for ${earlier.head.id}: both may write ${sharedGlobs(earlier, later)}`);
      current = current.map(task => (task.head.id === later.head.id ? withDependency(task, earlier.head.id) : task));
    }
  }
  return { tasks: current, mended };
}

function areOrdered(a: string, b: string, tasks: readonly Task[]): boolean {
  const before = ancestors(nodesOf(tasks));
  return (before.get(b)?.has(a) ?? false) || (before.get(a)?.has(b) ?? false);
}

const withDependency = (task: Task, id: string): Task => ({
  ...task,
  head: { ...task.head, depends_on: [...task.head.depends_on, id] },
});

const overlap = (a: Task, b: Task, roles: ReadonlyMap<string, Role>): boolean =>
  roleOf(a.head.agent, roles)?.produces === 'change' &&
  roleOf(b.head.agent, roles)?.produces === 'change' &&
  a.head.files.some(left => b.head.files.some(right => globsOverlap(asTree(left), asTree(right))));

const sharedGlobs = (a: Task, b: Task): string =>
  a.head.files.filter(left => b.head.files.some(right => globsOverlap(asTree(left), asTree(right)))).join(', ');

/** Seed 2 tells every worker its neighbours' zones; so does the task file. */
function withNeighbours(task: Task, tasks: readonly Task[]): Task {
  const before = ancestors(nodesOf(tasks));
  const beside = tasks.filter(
    other =>
      other.head.id !== task.head.id &&
      other.head.files.length > 0 &&
      !before.get(task.head.id)?.has(other.head.id) &&
      !before.get(other.head.id)?.has(task.head.id),
  );
  if (beside.length === 0) return task;
  const lines = beside.map(other => `- ${other.head.files.join(', ')} (${other.head.agent}, ${other.head.id})`);
  const zones = `Others work at the same time; do not touch their zones:\n\n${lines.join('\n')}`;
  return {
    ...task,
    body: { ...task.body, constraints: [task.body.constraints, zones].filter(text => text !== '').join('\n\n') },
  };
}

function minuteWarnings(task: Task, tier: Tier): string[] {
  const minutes = task.head.traits.minutes;
  const [low, high] = IDEAL_MINUTES[tier];
  if (minutes === undefined || (minutes >= low && minutes <= high)) return [];
  return [`${task.head.id}: ${minutes} minutes is outside ${tier}'s ${low} to ${high} (seed 1, ideal task duration)`];
}
