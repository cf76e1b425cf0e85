/**
 * How quick kleiber is, as ratios: everything is measured side by side in one run, on one Node, against the floor of the
 * machine or what one would pick instead. Prints a table and writes `.bench/<time>.json`. Nothing here is a test: figures
 * depend on the machine and on what else it does. Arguments choose parts by name: `npm run bench -- status git`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { benchClaims } from './bench/claims.mjs';
import { benchGit } from './bench/git.mjs';
import { benchLanding } from './bench/landing.mjs';
import { PROJECT, packageFolder, removeFolders } from './bench/measure.mjs';
import { benchPickUp } from './bench/pick-up.mjs';
import { benchStart } from './bench/start.mjs';
import { benchStatus } from './bench/status.mjs';
import { benchTokens } from './bench/tokens.mjs';

const PARTS = {
  start: benchStart,
  status: benchStatus,
  claims: benchClaims,
  pickup: benchPickUp,
  git: benchGit,
  landing: benchLanding,
  tokens: benchTokens,
};

const say = line => process.stdout.write(`${line}\n`);

const shown = value => (Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toFixed(2));

/** One line of the table: what, how much, the limit, and whether it was kept. */
function lineOf({ name, value, unit, limit, least, note }) {
  const bound = limit === undefined ? `>= ${shown(least)}` : `<= ${shown(limit)}`;
  const mark = isKept({ value, limit, least }) ? '✓' : '✗';
  return `  ${mark} ${name.padEnd(58)} ${shown(value).padStart(8)} ${unit.padEnd(5)} ${bound.padEnd(10)} ${note ?? ''}`.trimEnd();
}

const isKept = ({ value, limit, least }) => (limit === undefined ? value >= least : value <= limit);

async function runPart(name) {
  say(`\n${name}   (load ${loadavg()[0].toFixed(1)})`);
  const rows = [];
  for await (const row of PARTS[name]()) {
    rows.push({ part: name, ...row, kept: isKept(row) });
    say(lineOf(row));
  }
  return rows;
}

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find(name => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) {
    say(`no part is named ${unknown}; there are ${Object.keys(PARTS).join(', ')}`);
    return 2;
  }
  packageFolder();
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model, load: loadavg() };
  say(`Node ${machine.node} on ${machine.cpus} x ${machine.model}`);
  const rows = [];
  for (const name of chosen.length > 0 ? chosen : Object.keys(PARTS)) rows.push(...(await runPart(name)));
  const folder = join(PROJECT, '.bench');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(path, `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`);
  say(`\n${rows.filter(row => row.kept).length} of ${rows.length} within their limits; written to ${path}`);
  return 0;
}

try {
  process.exitCode = await main();
} finally {
  removeFolders();
}
