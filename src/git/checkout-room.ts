/**
 * Room for what is brought into the user's checkout, looked for before it is begun: git does not take back what it has half
 * written, and afterwards nobody could tell it from the user's own changes.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull, freeBytes, NO_ROOM_BYTES } from './full-disk.ts';
import { must } from './git-command.ts';
import { rawChanges } from './history.ts';
import type { Delivery } from './record-staging.ts';

/** Where so much is free, nobody needs to count. */
const PLENTY_BYTES = 4 * 1024 ** 3;
/** A file takes whole blocks, and perhaps a new folder. */
const BLOCKS_BYTES = 8 * 1024;

/** Throws, as a full disk is thrown, where the checkout's disk has no room for all that changes between tip and commit. */
export async function refuseWithoutRoom(delivery: Delivery): Promise<void> {
  const { root } = delivery.repository;
  const free = freeBytes(root);
  if (free === null || free >= PLENTY_BYTES) return;
  const needed = NO_ROOM_BYTES + (await indexBytes(delivery)) + (await writtenBytes(delivery));
  if (free < needed)
    throw diskFull(`${root}: ${needed} bytes are needed to bring in what has landed, ${free} are free`);
}

/** Git writes it anew, beside the old one, twice. */
async function indexBytes({ repository }: Delivery): Promise<number> {
  const found = await stat(join(repository.gitDir, 'index')).catch(() => null);
  return 2 * (found?.size ?? 0);
}

async function writtenBytes({ store, tip, commit }: Delivery): Promise<number> {
  const ids = (await rawChanges(store, tip, commit)).map(({ newId }) => newId);
  const asked = await must(store.git, ['cat-file', '--batch-check=%(objectsize)'], { input: `${ids.join('\n')}\n` });
  // What is removed or is a submodule has no size here.
  const sizes = asked.stdout.toString().split('\n').map(Number).filter(Number.isFinite);
  return sizes.reduce((sum, size) => sum + size + BLOCKS_BYTES, 0);
}
