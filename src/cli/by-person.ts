/** What a person does to a task: one event after the state that the person saw, or nothing when it has moved on. */
import { type TaskEvent, taskStream } from '../domain/event.ts';
import type { TaskState } from '../policy/task-state.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import type { Project } from './project.ts';

/** `name <address>` as git knows the person, or an empty text. */
export async function personOf(project: Project): Promise<string> {
  const { name, email } = await project.checkout.identity();
  return email === '' ? name : `${name} <${email}>`;
}

/** Writes the event, unless it is only a rehearsal of one (`--dry-run`), and says what came of it. */
export function actOn(
  state: TaskState,
  event: TaskEvent,
  said: string,
  dry: boolean,
  project: Project,
  context: Context,
): ExitCode {
  if (dry) {
    say(context, `would write: ${said}`);
    return 0;
  }
  const at = systemClock.now().toISOString();
  const outcome = project.baton.append({ stream: taskStream(state.id), seq: state.seq + 1, at, event });
  if (outcome !== 'appended')
    return complain(context, problem(1, `${state.id} has moved on meanwhile`, [], ['kleiber status']));
  say(context, said);
  return 0;
}
