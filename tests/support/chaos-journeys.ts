/** Journeys on a machine that lacks something: a namespace of their own with a small disk, few descriptors, or no watches. */
import { execFileSync } from 'node:child_process';
import { packedPackage } from './journey-package.ts';
import type { Journey, Started } from './journey-rig.ts';

/** What of the log must be true after every run that was disturbed: one landing by git, whatever the log remembers. */
export function landedTasks(journey: Journey): string[] {
  const format = '--format=%(trailers:key=Kleiber-Task,valueonly)';
  const lines = journey.git('log', '--first-parent', '--merges', format, 'main').split('\n');
  return lines.filter(line => line !== '').toSorted();
}

/** Runs a shell script in which `kleiber` is the packed CLI; `wrapper` is put before the shell. */
export function inShell(journey: Journey, script: string, wrapper: readonly string[] = []): Started {
  const words = [...wrapper, 'bash', '-c', `kleiber() { "$NODE" "$LAUNCHER" "$@"; }\n${script}`];
  const env = { NODE: process.execPath, LAUNCHER: packedPackage().launcher };
  return journey.startOther(words, { env });
}

/** As root a namespace of mounts is enough; anybody else needs a namespace of users around it. */
const MOUNTS = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-Urm'];
export const mountsWrapper: readonly string[] = MOUNTS;

/** Why file systems cannot be mounted here, or null. */
export const whyNoMounts: string | null = failureOf([...MOUNTS, 'bash', '-c', 'mount -t tmpfs -o size=1m none /mnt']);

/** Limits on watches are set per namespace of users. */
export const watchlessWrapper: readonly string[] = ['unshare', '-Ur'];
export const whyNoWatchLimits: string | null = failureOf([
  ...watchlessWrapper,
  'bash',
  '-c',
  'echo 0 > /proc/sys/user/max_inotify_instances',
]);

function failureOf([command = '', ...parameters]: readonly string[]): string | null {
  try {
    execFileSync(command, parameters, { stdio: 'pipe' });
    return null;
  } catch (error) {
    return String(error);
  }
}
