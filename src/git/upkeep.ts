/** Keeps the store quick over years: git's own clean-up is off, because it throws away what no ref names yet. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreContext } from './store-context.ts';

/** Every git process looks into each pack, so their number is what is paid for. */
const MANY_PACKS = 50;

/** Whoever writes a pack touches it all the time, so one that is this much older than the newest has lost its process. */
const HALF_MADE_MS = 3_600_000;

/** Takes away half packs of a git that was cut off: nothing else would, as git's own clean-up is off here. */
async function sweepHalfPacks(folder: string, names: readonly string[]): Promise<void> {
  const half = names.filter(name => /^tmp_(?:pack|idx|rev)_/.test(name));
  if (half.length === 0) return;
  const timeOf = async (name: string): Promise<number> =>
    (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0;
  const newest = Math.max(...(await Promise.all(names.map(timeOf))));
  for (const name of half)
    if (newest - (await timeOf(name)) > HALF_MADE_MS) await rm(join(folder, name), { force: true });
}

/**
 * Joins packs and single objects once there are many packs. It drops nothing: a geometric repack goes by packs and
 * not by refs. A failure costs speed only, so it is left to the next time.
 */
export async function joinPacks(store: StoreContext): Promise<void> {
  const folder = join(store.path, 'objects/pack');
  const files = await readdir(folder);
  await sweepHalfPacks(folder, files);
  if (files.filter(name => name.endsWith('.pack')).length < MANY_PACKS) return;
  await store.git(['repack', '--geometric=2', '-d', '--quiet'], { deadlineMs: 600_000 });
}
