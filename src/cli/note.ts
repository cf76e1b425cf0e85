/** `kleiber note`: an issue for the weekly review of the table (seed 4, failure recovery: document the issue). */
import { type Command, InvalidArgumentError } from 'commander';
import { PHASES, type Phase } from '../domain/tier.ts';
import { canonicalAgent, KNOWN_AGENTS } from '../policy/routing-table.ts';
import type { ExitCode } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { type Context, complain } from './context.ts';
import { decide } from './decide.ts';
import { nobodyNamed } from './named-agents.ts';
import { openProject, type Project } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<agent>', 'whose work it is about')
    .argument('<phase>', 'LEAD, PLAN or EXEC', phaseOf)
    .argument('<text>', 'what was seen')
    .action(async (agent: string, phase: Phase, text: string) => done(await note(agent, phase, text, context)));
}

function phaseOf(text: string): Phase {
  const phase = PHASES.find(name => name === text.toUpperCase());
  if (phase === undefined) throw new InvalidArgumentError(`one of ${PHASES.join(', ')}`);
  return phase;
}

async function note(given: string, phase: Phase, text: string, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const agent = canonicalAgent(given);
    const known = agentsOf(project.value);
    if (!known.includes(agent))
      return complain(
        context,
        nobodyNamed(given, known, name => `kleiber note ${name} ${phase} "…"`),
      );
    const by = await personOf(project.value);
    return decide(
      () => ({ kind: 'noted', by, agent, phase, text }),
      `noted for the next review of ${agent} in ${phase}: kleiber calibrate`,
      project.value,
      context,
    );
  } finally {
    project.value.close();
  }
}

const agentsOf = (project: Project): string[] => [...new Set([...project.roles.keys(), ...KNOWN_AGENTS])];
