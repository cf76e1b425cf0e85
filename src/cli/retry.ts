/** `kleiber retry`: a person puts a task that stopped back in line; what failed before is written off. */
import type { Command } from 'commander';
import { taskStream } from '../domain/event.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task')
    .option('--reason <text>', 'what has changed; the next attempt is told', 'a person asked for another try')
    .action(async (id: string, flags: { reason: string }) => done(await retry(id, flags.reason, context)));
}

async function retry(id: string, reason: string, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const task = findTask(project.value.keeper.look(), id);
    if (!task.ok) return complain(context, task.failure);
    const { state, standing, card } = task.value;
    if (state === null || !['blocked', 'cancelled', 'landed'].includes(standing))
      return complain(context, problem(1, `${card.id} has not stopped; it is ${standing}`, [], ['kleiber status']));
    const { name } = await project.value.checkout.identity();
    const outcome = project.value.baton.append({
      stream: taskStream(state.id),
      seq: state.seq + 1,
      at: systemClock.now().toISOString(),
      event: { kind: 'requeued', by: name, reason },
    });
    if (outcome !== 'appended')
      return complain(context, problem(1, `${card.id} has moved on meanwhile`, [], ['kleiber status']));
    say(context, `${card.id} is back in line`);
    return 0;
  } finally {
    project.value.close();
  }
}
