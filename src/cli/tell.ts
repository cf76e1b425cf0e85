/** `kleiber tell`: a person's word to the model at work; its conversation hears it with its next turn. */
import type { Command } from 'commander';
import { redactSecrets } from '../agent/redact.ts';
import { taskStream } from '../domain/event.ts';
import { neutralise } from '../domain/plain-text.ts';
import type { BoardTask } from '../policy/board.ts';
import { noteFault, whyNotTold } from '../policy/person-note.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note, say } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task that is being worked on')
    .argument('<text>', 'what its model should hear with its next turn')
    .option('--dry-run', 'say what would be written')
    .action(async (id: string, text: string, flags: { dryRun?: boolean }) =>
      done(await tell(id, text, flags.dryRun === true, context)),
    );
}

async function tell(id: string, given: string, dry: boolean, context: Context): Promise<ExitCode> {
  const redacted = redactSecrets(given, [context.environment.ANTHROPIC_API_KEY ?? '']);
  const text = neutralise(redacted).trim();
  const fault = noteFault(text);
  if (fault !== null) return complain(context, problem(2, fault, [], [`kleiber tell ${id} "…"`]));
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (redacted !== given) note(context, 'something that looks like a key was taken out of it');
    return write(id, text, await personOf(project.value), dry, project.value, context);
  } finally {
    project.value.close();
  }
}

const MOST_TRIES = 20;

/** The worker writes to the same stream while it works, so a place that was lost is looked for anew. */
function write(id: string, text: string, by: string, dry: boolean, project: Project, context: Context): ExitCode {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const task = findTask(project.keeper.look(), id);
    if (!task.ok) return complain(context, task.failure);
    const refusal = whyNotTold(task.value);
    if (refusal !== null) return complain(context, problem(1, refusal.why, [], [refusal.instead]));
    if (!dry && !append(task.value, text, by, project)) continue;
    say(context, `${dry ? 'would write: ' : ''}${task.value.card.id}: its model hears it with its next turn`);
    return 0;
  }
  return complain(context, problem(1, `${id} moves too fast to be told anything`, [], ['kleiber status']));
}

function append({ state }: BoardTask, text: string, by: string, { baton }: Project): boolean {
  if (state === null) return false;
  const event = { kind: 'told' as const, attempt: state.attempts.length, by, text };
  const at = systemClock.now().toISOString();
  return baton.append({ stream: taskStream(state.id), seq: state.seq + 1, at, event }) === 'appended';
}
