/** Lists that are too long for every run of the tests: each commit has its part of them, and the full run has all. */
import { spawnSync } from 'node:child_process';
import { PROJECT } from './house-sources.ts';

/** Another one for every commit, and the same for everybody who tests that commit. */
function turn(): number {
  const { stdout } = spawnSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: PROJECT, encoding: 'utf8' });
  const hash = Number.parseInt(stdout.trim(), 16);
  return Number.isNaN(hash) ? new Date().getDate() : hash;
}

/** `count` entries, spread over the list. `KLEIBER_EVERY=1`, which the full run sets too, means all of them. */
export function rotating<Entry>(list: readonly Entry[], count: number): Entry[] {
  if (process.env.KLEIBER_EVERY === '1' || count >= list.length) return [...list];
  const step = Math.floor(list.length / count);
  const first = turn() % list.length;
  const chosen = new Set(Array.from({ length: count }, (_, index) => (first + index * step) % list.length));
  return list.filter((_, index) => chosen.has(index));
}
