/** The agents that a person names on the command line, in whatever spelling. */
import { findRole } from '../agent/roles.ts';
import { nearestWord } from '../domain/nearest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Problem, problem } from '../report/problem.ts';
import type { Project } from './project.ts';

export type Agents = ReadonlySet<string> | 'all';

/** As given and as their roles spell them; a worker under a name that nobody has would wait for ever. */
export function namedAgents(agents: Agents, { roles }: Pick<Project, 'roles'>): Result<Agents, Problem> {
  if (agents === 'all') return ok(agents);
  const found = [...agents].map(given => ({ given, role: findRole(roles, given) }));
  const stranger = found.find(({ role }) => role === null);
  return stranger === undefined
    ? ok(new Set(found.flatMap(({ given, role }) => [given, role?.name ?? given])))
    : fail(nobodyNamed(stranger.given, [...roles.keys()], name => `kleiber work --agent ${name}`));
}

/** `command` is what helps, with the name that was meant. */
export function nobodyNamed(given: string, names: readonly string[], command: (name: string) => string): Problem {
  const nearest = nearestWord(given, names);
  return problem(
    2,
    `no agent is named ${given}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
    [`Agents here: ${names.join(', ')}`],
    [command(nearest ?? 'engineer-backend')],
    'no_such_agent',
  );
}
