/** `kleiber retry`: a person puts a task that stopped back in line; what failed before is written off. */
import type { Command } from 'commander';
import { type ExitCode, problem } from '../report/problem.ts';
import { actOn, personOf } from './by-person.ts';
import { type Context, complain } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject } from './project.ts';

interface RetryFlags {
  reason: string;
  dryRun?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task')
    .option('--reason <text>', 'what has changed; the next attempt is told', 'a person asked for another try')
    .option('--dry-run', 'say what would be written')
    .action(async (id: string, flags: RetryFlags) => done(await retry(id, flags, context)));
}

async function retry(id: string, flags: RetryFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const task = findTask(project.value.keeper.look(), id);
    if (!task.ok) return complain(context, task.failure);
    const { state, standing, card } = task.value;
    if (state === null || !['blocked', 'cancelled', 'landed'].includes(state.stage.kind))
      return complain(context, problem(1, `${card.id} has not stopped; it is ${standing}`, [], ['kleiber status']));
    const event = { kind: 'requeued' as const, by: await personOf(project.value), reason: flags.reason };
    return actOn(state, event, `${card.id} is back in line`, flags.dryRun === true, project.value, context);
  } finally {
    project.value.close();
  }
}
