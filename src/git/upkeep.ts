/** Keeps the store quick over years: git's own clean-up is off, because it throws away what no ref names yet. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreContext } from './store-context.ts';

/** Every git process looks into each pack, so their number is what is paid for. */
const MANY_PACKS = 50;

/**
 * Joins packs and single objects once there are many packs. It drops nothing: a geometric repack goes by packs and
 * not by refs. A failure costs speed only, so it is left to the next time.
 */
export async function joinPacks(store: StoreContext): Promise<void> {
  const files = await readdir(join(store.path, 'objects/pack'));
  if (files.filter(name => name.endsWith('.pack')).length < MANY_PACKS) return;
  await store.git(['repack', '--geometric=2', '-d', '--quiet'], { deadlineMs: 600_000 });
}
