/** Runs a command in the sandbox, and searches with one. */
import * as z from 'zod';
import type { CommandOutcome, Sandbox, SandboxedCommand } from '../../shell/sandbox.ts';
import { answer, defineTool, refuse, type Tool, type ToolAnswer } from './tool.ts';

/** The sandbox with everything that stays the same for one worktree. */
export type RunCommand = (
  command: Pick<SandboxedCommand, 'command' | 'timeoutMs' | 'signal'> & { writable: boolean },
) => Promise<CommandOutcome>;

/** Binds a sandbox to one worktree. */
export const runIn =
  (sandbox: Sandbox, place: Pick<SandboxedCommand, 'worktree' | 'binds'> & { gitDir?: string }): RunCommand =>
  command =>
    sandbox.run({ ...place, ...command });

const MOST_SECONDS = 600;

const runInput = z.strictObject({
  command: z.string().min(1).max(8000),
  seconds: z.number().int().min(1).max(MOST_SECONDS).optional().describe('time limit, 120 if not given'),
});

export const runTool = (run: RunCommand, writable: boolean): Tool =>
  defineTool(
    'run',
    'Run a bash command in the worktree, without network.',
    runInput,
    async ({ command, seconds = 120 }, signal) => {
      const outcome = await run({ command, timeoutMs: seconds * 1000, signal, writable });
      return showOutcome(outcome, seconds);
    },
    'redirect to a file and read it in pieces',
  );

function showOutcome(outcome: CommandOutcome, seconds: number): ToolAnswer {
  const { output } = outcome;
  switch (outcome.kind) {
    case 'exited':
      return { text: `exit code ${outcome.exitCode}\n${output}`, isError: outcome.exitCode !== 0 };
    case 'timed_out':
      return refuse(`stopped after ${seconds} seconds; nothing of it is left running\n${output}`);
    case 'flooded':
      return refuse(`stopped: it printed too much\n${output}`);
    case 'aborted':
      return refuse('interrupted');
    case 'not_started':
      return refuse(`could not be started: ${output}`);
  }
}

const searchInput = z.strictObject({
  pattern: z.string().min(1).max(500).describe('extended regular expression'),
  path: z.string().default('.'),
});

/** grep does the matching in the sandbox, so that a pattern that takes for ever hits a time limit and not kleiber. */
export const searchTool = (run: RunCommand): Tool =>
  defineTool(
    'search',
    'Search file contents.',
    searchInput,
    async ({ pattern, path }, signal) => {
      const folder = path.replace(/^\/workspace(?:\/|$)/, '') || '.';
      const skip = ['.git', 'node_modules', '.venv', 'target', 'dist'].map(name => `--exclude-dir=${name}`).join(' ');
      const command = `grep -rnIE ${skip} -e ${quote(pattern)} -- ${quote(folder)} | head -n 200`;
      const outcome = await run({ command, timeoutMs: 20_000, signal, writable: false });
      if (outcome.kind !== 'exited') return showOutcome(outcome, 20);
      return answer(outcome.output.trim() === '' ? 'no match' : outcome.output);
    },
    'search for less',
  );

/** One word for bash, whatever is in it. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
