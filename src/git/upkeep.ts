/**
 * Keeps git quick where every landing adds a pack: in the store, whose own clean-up is off because it throws away what no ref
 * names yet, and in the user's repository, where nobody else may run git for a whole night.
 */
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { passFullDisk } from '../domain/full-disk.ts';
import { attempt, type Git, gitAt, textOf } from './git-command.ts';
import type { StoreContext } from './store-context.ts';
import type { UserRepository } from './user-repository.ts';

/** Every git process looks into each pack, so their number is what is paid for. As many are git's own limit. */
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

/** Those that somebody keeps are not joined, so they do not count. */
function packsIn(files: readonly string[]): number {
  const kept = new Set(files.filter(name => name.endsWith('.keep')).map(name => name.slice(0, -'.keep'.length)));
  return files.filter(name => name.endsWith('.pack') && !kept.has(name.slice(0, -'.pack'.length))).length;
}

/**
 * Joins packs and single objects. It drops nothing: a geometric repack goes by packs and not by refs. A failure, also for want
 * of room for both, costs speed only, so it is left to the next time.
 */
async function joinAll(git: Git): Promise<void> {
  const repack = ['repack', '--geometric=2', '-d', '--quiet', '--no-write-bitmap-index'];
  await git(repack, { deadlineMs: 600_000 }).catch(passFullDisk);
}

/** In the store, once there are many packs. */
export async function joinPacks(store: StoreContext): Promise<void> {
  const folder = join(store.path, 'objects/pack');
  const files = await readdir(folder);
  await sweepHalfPacks(folder, files);
  if (packsIn(files) >= MANY_PACKS) await joinAll(store.git);
}

/** In the user's repository, as git does it there after a merge or a fetch: at its limit, and not where it was told not to. */
export async function joinDelivered(repository: UserRepository): Promise<void> {
  const objects = join(repository.commonDir, 'objects');
  // Nothing depends on it, so what cannot be looked at is left alone.
  const packs = packsIn(await readdir(join(objects, 'pack')).catch(() => []));
  if (packs < MANY_PACKS || existsSync(join(objects, 'info/alternates'))) return;
  if (packs >= (await mostPacks(repository))) await joinAll(repository.git);
}

const UPKEEP = '^(gc\\.auto|gc\\.autopacklimit|maintenance\\.auto)$';

/** What the user's own settings say; those that kleiber runs git with have the scope `command`. */
async function mostPacks({ environment, commonDir }: UserRepository): Promise<number> {
  const git = gitAt(environment, { gitDir: commonDir, withUserSettings: true });
  const found = await attempt(git, ['config', '--show-scope', '--get-regexp', UPKEEP]);
  const said = found.ok ? textOf(found.value) : '';
  const lines = [...said.matchAll(/^(?!command\t)\S+\t(\S+) (.*)$/gm)];
  const values = new Map(lines.map(([, name = '', value = '']) => [name, value]));
  const limit = Number(values.get('gc.autopacklimit') ?? MANY_PACKS);
  const isOff = values.get('gc.auto') === '0' || /^(false|no|off|0)$/i.test(values.get('maintenance.auto') ?? '');
  return isOff || limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
