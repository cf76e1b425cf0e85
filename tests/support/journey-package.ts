/** The package as npm packs it, made once for all tests that start it: built, packed and unpacked beside the other packages. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { PROJECT } from './house-sources.ts';

const CACHE = join(PROJECT, 'node_modules/.cache/kleiber-packed');

/** Everything that decides what is in the package. */
const INPUTS = ['src/**', 'scripts/*', 'package.json', 'package-lock.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];

const packingSchema = z
  .array(z.object({ filename: z.string(), unpackedSize: z.number(), files: z.array(z.object({ path: z.string() })) }))
  .length(1);

export interface PackedPackage {
  /** The archive that `npm pack` made. */
  archive: string;
  /** Where it lies unpacked, without an installation. */
  folder: string;
  /** What starts it: `node <launcher> …`. */
  launcher: string;
  unpackedSize: number;
  files: readonly { path: string }[];
}

/** Test files run in processes of their own; the first one packs, the others wait for it and find the result. */
export function packedPackage(): PackedPackage {
  mkdirSync(CACHE, { recursive: true });
  const folder = join(CACHE, fingerprint());
  const lock = new DatabaseSync(join(CACHE, 'lock.db'), { timeout: 60_000 });
  try {
    // SQLite's lock is waited for by the system and let go by it when a process dies.
    lock.exec('BEGIN EXCLUSIVE');
    if (!existsSync(folder)) {
      forgetOldest();
      pack(folder);
    }
  } finally {
    lock.close();
  }
  return describePackage(folder);
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const entries = globSync(INPUTS, { cwd: PROJECT, withFileTypes: true }).filter(entry => entry.isFile());
  for (const path of entries.map(entry => join(entry.parentPath, entry.name)).sort())
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex').slice(0, 24);
}

const MOST_KEPT = 4;

/** Every change of the sources makes another package; those that nobody has asked for lately go. */
function forgetOldest(): void {
  const kept = globSync('*/packing.json', { cwd: CACHE }).map(path => dirname(join(CACHE, path)));
  const byAge = kept.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of byAge.slice(MOST_KEPT)) rmSync(folder, { recursive: true, force: true });
}

function pack(folder: string): void {
  const made = mkdtempSync(join(CACHE, 'making-'));
  try {
    const packing = run('npm', ['pack', '--json', '--pack-destination', made], made);
    writeFileSync(join(made, 'packing.json'), packing);
    const [only] = packingSchema.parse(JSON.parse(packing));
    run('tar', ['-xzf', join(made, only?.filename ?? ''), '-C', made], made);
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** The environment has a home of its own, so that nobody's npm settings change what is packed. */
function run(command: string, parameters: string[], home: string): string {
  const env = { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), HOME: home };
  const done = spawnSync(command, parameters, { cwd: PROJECT, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (done.status !== 0) throw new Error(`${command} ${parameters[0]} failed:\n${done.stdout}\n${done.stderr}`);
  return done.stdout;
}

function describePackage(folder: string): PackedPackage {
  const [only] = packingSchema.parse(JSON.parse(readFileSync(join(folder, 'packing.json'), 'utf8')));
  if (only === undefined) throw new Error('npm pack named no package');
  return {
    archive: join(folder, only.filename),
    folder: join(folder, 'package'),
    launcher: join(folder, 'package/dist/bin/kleiber.cjs'),
    unpackedSize: only.unpackedSize,
    files: only.files,
  };
}
