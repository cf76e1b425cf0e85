/** `kleiber board`: the run in a browser of this machine, as it happens, with what only a person may do. */
import { type Command, InvalidArgumentError } from 'commander';
import { type RunningBoard, startBoard } from '../board/server.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import { openAddress } from '../shell/open-address.ts';
import { boardEdges } from './board-edges.ts';
import { type Context, complain, note, say } from './context.ts';
import { openDoorbell } from './doorbell.ts';
import { liveProject } from './live-project.ts';
import { openProject, type Project } from './project.ts';

interface BoardFlags {
  port: number;
  open: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--port <n>', 'the port on this machine; without it any free one', portOf, 0)
    .option('--no-open', 'only print the address')
    .action(async (flags: BoardFlags) => done(await board(flags, context)));
}

function portOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a whole number from 0 to 65535');
  return value;
}

async function board(flags: BoardFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const running = await showBoard(project.value, flags.port, context);
    if (!running.ok) return complain(context, running.failure);
    say(context, running.value.address);
    note(
      context,
      'Open it in a browser on this machine. It holds the key to this board, so keep it to yourself. Ctrl-C ends it.',
    );
    if (flags.open && context.stdout.isTTY === true) openAddress(running.value.address, context.environment);
    await stopped(context.stopping);
    await running.value.close();
    return 0;
  } finally {
    project.value.close();
  }
}

/** Starts the board of an open project; closing it leaves the project open. */
export async function showBoard(
  project: Project,
  port: number,
  context: Context,
): Promise<Result<RunningBoard, Problem>> {
  const doorbell = openDoorbell(project, text => note(context, text));
  const live = liveProject(project, context);
  const end = async (): Promise<void> => {
    await Promise.all([live.stop(), doorbell.close()]);
  };
  try {
    const running = await startBoard(boardEdges(live, context, doorbell), port);
    const close = async (): Promise<void> => {
      await running.close();
      await end();
    };
    return ok({ ...running, close });
  } catch (error) {
    await end();
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return fail(problem(1, `the board cannot listen on port ${port}`, [error.message], ['kleiber board']));
  }
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
