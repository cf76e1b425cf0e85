/** Who owns a file that two tasks have changed, and who resolves the conflict in it (seed 2, merge conflicts). */
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import { asTree, matchesGlob } from './glob.ts';
import { canonicalAgent } from './routing-table.ts';
import type { TaskState } from './task-state.ts';
import { zoneFault, zoneOf } from './zones.ts';

/** Everything that owns something. */
export interface Owners {
  roles: ReadonlyMap<string, Role>;
  states: readonly TaskState[];
  tasks: readonly Task[];
}

/**
 * The agent that makes the resolve attempt in place of the task's own: the one that owns all of these files, if the task and
 * its own paths let it write them. Null when that is the task's own agent, or nobody in particular.
 */
export function resolverOf(
  files: readonly string[],
  task: Task,
  widened: readonly string[],
  owners: Owners,
): string | null {
  const names = new Set(files.map(path => agentOwning(path, task.head.id, owners)));
  const [owner = null, ...others] = names;
  if (owner === null || others.length > 0 || isSame(owner, task.head.agent)) return null;
  const role = roleNamed(owner, owners);
  if (role === null || role.readOnly || role.produces !== 'change') return null;
  const zone = zoneOf(task.head, role, widened);
  return files.every(path => zoneFault(zone, path) === null) ? owner : null;
}

const isSame = (a: string, b: string): boolean => canonicalAgent(a) === canonicalAgent(b);

const roleNamed = (agent: string, { roles }: Owners): Role | null =>
  roles.get(agent) ?? roles.get(canonicalAgent(agent)) ?? null;

/** The one role whose own paths it lies in; else the agent that landed it last; else the one whose task names it. */
function agentOwning(path: string, resolver: string, owners: Owners): string | null {
  const inside = [...owners.roles.values()].filter(role => worksIn(role, path));
  if (inside.length === 1) return inside[0]?.name ?? null;
  return claimantOf(path, resolver, owners)?.agent ?? null;
}

const worksIn = ({ paths, produces, readOnly }: Role, path: string): boolean =>
  produces === 'change' && !readOnly && (paths ?? []).some(glob => matchesGlob(asTree(glob), path));

/** One sentence per file, for a task's own agent that resolves the conflict itself. */
export const ownerSentences = (files: readonly string[], resolver: string, owners: Owners): string =>
  files
    .map(path => {
      const owner = claimantOf(path, resolver, owners);
      return owner === null
        ? `${path} belongs to no other task: keep what landed and add yours.`
        : `${path} belongs to ${owner.id} (${owner.agent}): what landed from it is the truth, fit yours around it.`;
    })
    .join('\n');

interface Claimant {
  id: string;
  agent: string;
}

function claimantOf(path: string, resolver: string, { states, tasks }: Owners): Claimant | null {
  const others = states.filter(state => state.id !== resolver);
  const zones = tasks.filter(({ head }) => head.id !== resolver);
  return lastToLand(path, others) ?? namedIn(path, zones);
}

function lastToLand(path: string, states: readonly TaskState[]): Claimant | null {
  const landed = states.flatMap(({ id, agent, stage, submission }) =>
    stage.kind === 'landed' && submission?.files.some(file => file.path === path) === true
      ? [{ at: stage.at, id, agent }]
      : [],
  );
  return landed.sort((a, b) => a.at.localeCompare(b.at)).at(-1) ?? null;
}

const namedIn = (path: string, tasks: readonly Task[]): Claimant | null =>
  tasks.find(({ head }) => head.files.some(glob => matchesGlob(asTree(glob), path)))?.head ?? null;
