/**
 * `npm run chaos -- --kills N --seed S [--tasks T] [--minutes M]`: a conductor and four workers on real repositories with the
 * embedded Messages server, killed with SIGKILL at N random instants and at every named fault point at least once, and started
 * again at once. Prints what must be true at the end, and whether it was. The kills and their times follow from the seed; how
 * the processes interleave does not.
 */
import { parseArgs } from 'node:util';
import { runChaos } from '../tests/support/chaos-run.ts';
import { kleiber, packageFolder, removeFolders } from './bench/measure.mjs';

const OPTIONS = { kills: '200', seed: '1', tasks: '12', minutes: '60' };
const say = line => process.stdout.write(`${line}\n`);

function readOptions() {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  const { values } = parseArgs({ options });
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => {
      const value = Number(text);
      if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
      return [name, value];
    }),
  );
}

function sayReport(report) {
  say('');
  for (const { name, ok, detail } of report.findings) say(`${ok ? ' ok ' : 'BAD '} ${name}${ok ? '' : `\n${detail}`}`);
  const { points, paid, tookMs } = report;
  for (const name of points.missing) say(`BAD  nobody died at  ${name}`);
  say(`
seed ${report.seed}: ${report.randomKills + report.pointKills} kills (${report.randomKills} at random instants, ${report.pointKills} at ${points.reached} of ${points.known} fault points)
in ${Math.round(tookMs / 1000)} s and ${report.rounds} rounds; ${report.tasks} tasks in ${report.attempts} attempts, at most ${report.mostAttempts} for one
billed $${paid.billedUsd.toFixed(4)} <= ledger $${paid.ledgerUsd.toFixed(4)} <= billed + $${paid.assumedUsd.toFixed(4)} in flight at kills`);
}

async function main() {
  const { kills, seed, tasks, minutes } = readOptions();
  packageFolder();
  const [, launcher] = kleiber();
  const every = { undisturbed: true, everyPoint: true, keepBroken: true };
  const report = await runChaos({
    launcher,
    kills,
    seed,
    tasks,
    latencyMs: 60,
    lanes: 8,
    ...every,
    say,
    mostMs: minutes * 60_000,
  });
  sayReport(report);
  return report.findings.every(({ ok }) => ok) && report.points.missing.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
} finally {
  removeFolders();
}
