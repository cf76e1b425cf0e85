/** The user's own `notify:` command: run beside the sandbox with next to no environment, and told what happened on its standard input. */
import { runProcess } from '../shell/run-process.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';

const TIMEOUT_MS = 10_000;

export interface Notice {
  subject: string;
  text: string;
  repository: string;
  at: string;
}

/** Null when it went well, else why not, in one line. The API key is not in its environment. */
export async function notify(command: string, notice: Notice, context: Context): Promise<string | null> {
  const outcome = await runProcess(
    {
      file: '/bin/sh',
      arguments: ['-c', `exec 0<&3 3<&-\n${command}`],
      folder: context.home,
      environment: { PATH: context.environment.PATH ?? '/usr/bin:/bin', HOME: context.home },
      options: `${JSON.stringify({ schemaVersion: 1, kind: 'alert', ...notice })}\n`,
      reportsStatus: false,
      timeoutMs: TIMEOUT_MS,
    },
    systemClock,
  );
  if (outcome.kind === 'exited' && outcome.exitCode === 0) return null;
  if (outcome.kind === 'exited') return `notify: ended with exit code ${outcome.exitCode}`;
  return outcome.kind === 'timed_out' ? `notify: took longer than ${TIMEOUT_MS / 1000} s` : 'notify: could not be run';
}
