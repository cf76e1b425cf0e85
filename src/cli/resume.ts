/** `kleiber resume`: ends a pause; whatever has waited for it goes on. */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { type Context, complain } from './context.ts';
import { decide } from './decide.ts';
import { openProject } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command.action(async () => done(await resume(context)));
}

async function resume(context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const by = await personOf(project.value);
    return decide(
      ({ paused }) => (paused === null ? 'nothing is paused' : { kind: 'resumed', by }),
      'resumed: workers take tasks again, and reviews go on',
      project.value,
      context,
    );
  } finally {
    project.value.close();
  }
}
