/** `kleiber status --watch`: the status screen again whenever something has happened; without a terminal, a line per event. */
import type { ExitCode } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note } from './context.ts';
import { openDoorbell } from './doorbell.ts';
import { followLog, untilStopped } from './follow.ts';
import { openProject, type Project } from './project.ts';

/** Shows the status once on a context of the caller's making. */
type Show = (context: Context) => Promise<ExitCode>;

/** At most this often: nobody reads faster. */
const LEAST_PAUSE_MS = 100;

const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?1049l';
const HOME = '\u001b[H\u001b[2J';

/** Goes on until it is stopped; then the last screen stays. */
export async function watchStatus(show: Show, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    return context.stdout.isTTY === true
      ? await repaint(show, project.value, context)
      : await follow(show, project.value, context);
  } finally {
    project.value.close();
  }
}

async function repaint(show: Show, project: Project, context: Context): Promise<ExitCode> {
  const doorbell = openDoorbell(project, text => note(context, text));
  const wait = doorbell.waiter();
  let screen = '';
  context.stdout.write(ENTER);
  try {
    while (!context.stopping.aborted) {
      const next = await screenOf(show, context);
      if (next !== screen) context.stdout.write(`${HOME}${next}\n  Ctrl-C ends this view\n`);
      screen = next;
      await systemClock.sleep(LEAST_PAUSE_MS, context.stopping);
      await wait(context.stopping);
    }
  } finally {
    context.stdout.write(`${LEAVE}${screen}`);
    await doorbell.close();
  }
  return 0;
}

async function screenOf(show: Show, context: Context): Promise<string> {
  const texts: string[] = [];
  const { isTTY, columns } = context.stdout;
  const write = (text: string): number => texts.push(text);
  await show({
    ...context,
    stdout: { write, ...(isTTY && { isTTY }), ...(columns && { columns }) },
    stderr: { write },
  });
  return texts.join('');
}

async function follow(show: Show, project: Project, context: Context): Promise<ExitCode> {
  const code = await show(context);
  const follower = followLog(project.baton, context, () => '');
  await untilStopped(context);
  follower.stop();
  return code;
}
