/**
 * A command in a folder, cut off from everything else: this edge starts it, limits it, and kills all of it. It never
 * decides what may run.
 */

/** Inside, every worktree is at this one path, so that what a model reads is identical in every attempt. */
export const WORKSPACE = '/workspace';

export interface SandboxedCommand {
  /** The worktree on this machine; it appears at `WORKSPACE`. */
  worktree: string;
  /** A bash command line. */
  command: string;
  /** Where to start, relative to the worktree. */
  folder?: string;
  timeoutMs: number;
  /** False for roles that only read. */
  writable: boolean;
  /** Folders shown read-only: dependency folders of the user's checkout, by their path relative to the worktree. */
  binds: DependencyBind[];
  /** Extra variables; nothing else of the caller's environment gets in. */
  env?: Record<string, string>;
  /** Read-only git directory that the worktree's `.git` file points into, so that `git log` works inside. */
  gitDir?: string;
  signal?: AbortSignal;
}

export interface DependencyBind {
  source: string;
  /** Relative to the worktree, for example `packages/web/node_modules`. */
  at: string;
}

/** How it ended. `output` holds both streams in order of arrival, head and tail, with a line that counts what was cut. */
export interface CommandOutcome {
  kind: 'exited' | 'timed_out' | 'flooded' | 'aborted' | 'not_started';
  exitCode: number | null;
  output: string;
  durationMs: number;
}

export interface Sandbox {
  kind: 'bubblewrap' | 'none';
  /** Changes when the confinement changes; part of what makes an old validation worthless. */
  fingerprint: string;
  run(command: SandboxedCommand): Promise<CommandOutcome>;
}

export type SandboxFailure =
  | { reason: 'sandbox_missing'; detail: string }
  | { reason: 'sandbox_broken'; detail: string };
