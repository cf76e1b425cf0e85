/**
 * Runs a rehearsal and puts its record at the top of this repository, so that a visitor sees the files before running
 * anything: `tasks/ progress/ complete/ blocked/ reports/ orchestration_log.md`. What an older run left there goes.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RECORD = ['tasks', 'progress', 'complete', 'blocked', 'reports', 'orchestration_log.md'];

function filesBelow(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}

/** Files that name a place of this machine: they would tell a visitor nothing. */
function telltales(shop, places) {
  const files = RECORD.flatMap(name => (name.includes('.') ? [join(shop, name)] : filesBelow(join(shop, name))));
  return files.filter(file => places.some(place => readFileSync(file, 'utf8').includes(place)));
}

function main() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-example-')));
  const shop = join(folder, 'shop');
  try {
    const launcher = join(root, 'dist/bin/kleiber.cjs');
    const options = ['rehearse', '--keep', '--dir', shop];
    const { status } = spawnSync(process.execPath, [launcher, ...options], { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
    const missing = RECORD.filter(name => !existsSync(join(shop, name)));
    const found = telltales(shop, [folder, root, tmpdir(), homedir()]);
    for (const name of missing) process.stderr.write(`the rehearsal left no ${name}\n`);
    for (const file of found) process.stderr.write(`${file} names a place of this machine\n`);
    if (missing.length + found.length > 0) return 1;
    for (const name of RECORD) {
      rmSync(join(root, name), { recursive: true, force: true });
      cpSync(join(shop, name), join(root, name), { recursive: true });
    }
    process.stderr.write('The record of the rehearsal is at the top of this repository.\n');
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
