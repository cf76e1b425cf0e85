/** Commands without confinement, for `--no-sandbox`: a clean environment and the same limits, and no promise beyond that. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { bashArguments } from './bash-line.ts';
import { isInside } from './hidden-paths.ts';
import { plainEnvironment } from './inside-environment.ts';
import { runProcess } from './run-process.ts';
import type { CommandOutcome, DependencyBind, Sandbox, SandboxedCommand } from './sandbox.ts';

export interface NoSandboxOptions {
  home: string;
  /** PATH, split, in order. */
  pathEntries: readonly string[];
  clock: Clock;
}

/**
 * Starts in the worktree itself; `WORKSPACE` does not exist, `writable` and `gitDir` can't be enforced, and a process that
 * leaves its group (setsid) survives. Dependency folders are linked into the worktree while a command runs.
 */
export function openNoSandbox(options: NoSandboxOptions): Sandbox {
  const environment = plainEnvironment(options.pathEntries, options.home);
  return {
    kind: 'none',
    fingerprint: createHash('sha256').update('none').digest('hex'),
    run: command => runUnconfined(command, environment, options.clock),
  };
}

async function runUnconfined(
  command: SandboxedCommand,
  environment: Record<string, string>,
  clock: Clock,
): Promise<CommandOutcome> {
  const folder = join(command.worktree, command.folder ?? '.');
  if (!isInside(folder, command.worktree)) {
    return {
      kind: 'not_started',
      exitCode: null,
      output: `${command.folder} is not inside the worktree`,
      durationMs: 0,
    };
  }
  const links = command.binds.flatMap(bind => link(command.worktree, bind));
  const request = {
    file: 'bash',
    arguments: bashArguments(command.command),
    folder,
    environment: { ...environment, ...command.env },
    reportsStatus: true,
    timeoutMs: command.timeoutMs,
    ...(command.signal ? { signal: command.signal } : {}),
  };
  const outcome = await runProcess(request, clock);
  for (const path of links) unlink(path);
  return outcome;
}

/** Links only where nothing is; a link that a killed run left behind is taken over, so that it goes away this time. */
function link(worktree: string, bind: DependencyBind): string[] {
  const path = join(worktree, bind.at);
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry) return entry.isSymbolicLink() && readlinkSync(path) === bind.source ? [path] : [];
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(bind.source, path);
  return [path];
}

/** The command may have removed or replaced it; only our link is ours to remove. */
function unlink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path);
}
