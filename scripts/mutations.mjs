/**
 * For each promise a build that breaks it, and the test that has to turn red: `node scripts/mutations.mjs [id …]`; all of them
 * without an id, and `--list` names them. `--controlled` leaves out the run in a whole build.
 * A mutation whose test stays green, or whose line is gone, is a failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const all = JSON.parse(readFileSync(join(root, 'scripts/mutations.json'), 'utf8'));
const say = line => process.stdout.write(`${line}\n`);

/** Without the marks of a test runner that may have started this one, and without its wish for long forms. */
const environment = id => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$|KLEIBER_FULL$)/.test(name)),
  ),
  KLEIBER_MUTATION: id,
});

/** The tests of that name with their results. */
function runTests({ test, name }, id) {
  const folder = mkdtempSync(join(tmpdir(), 'kleiber-mutation-'));
  try {
    const report = join(folder, 'report.json');
    const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const words = ['run', test, '-t', pattern, '--reporter=json', `--outputFile.json=${report}`];
    const options = { cwd: root, env: environment(id), encoding: 'utf8' };
    const { stderr } = spawnSync(process.execPath, [vitest, ...words], options);
    try {
      const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
      const unloaded = testResults.find(file => file.status === 'failed' && file.assertionResults.length === 0);
      if (unloaded !== undefined) return unloaded.message;
      return testResults.flatMap(file => file.assertionResults).filter(({ fullName }) => fullName.includes(name));
    } catch {
      // No report means that the broken build did not even load.
      return stderr.slice(-500);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why a mutation proves nothing, or null. */
function faultOf(mutation) {
  const count = readFileSync(join(root, mutation.file), 'utf8').split(mutation.find).length - 1;
  if (count !== 1) return `its line stands ${count} times in ${mutation.file}`;
  const results = runTests(mutation, mutation.id);
  if (typeof results === 'string') return `its build does not load: ${results}`;
  if (results.length === 0) return `no test of ${mutation.test} is called "${mutation.name}"`;
  const ran = results.filter(({ status }) => status === 'passed' || status === 'failed');
  // What this machine cannot run at all, for want of a sandbox, cannot turn red either.
  if (ran.length === 0) return null;
  if (!ran.some(isRed)) return `"${mutation.name}" of ${mutation.test} stays green`;
  if (isControlled) return null;
  const whole = runTests(mutation, '');
  const isSound = typeof whole !== 'string' && !whole.some(isRed);
  return isSound ? null : `"${mutation.name}" of ${mutation.test} is red in a whole build as well`;
}

const isRed = ({ status }) => status === 'failed';

/** The tests that run this have run the same tests in a whole build. */
const CONTROLLED = '--controlled';
const isControlled = process.argv.includes(CONTROLLED);
const asked = process.argv.slice(2).filter(word => word !== CONTROLLED);
if (asked[0] === '--list') {
  for (const { id, breaks } of all) say(`${id.padEnd(28)} ${breaks}`);
  process.exit(0);
}
const unknown = asked.filter(id => !all.some(mutation => mutation.id === id));
if (unknown.length > 0) {
  process.stderr.write(`no mutation is called ${unknown.join(', ')}; node scripts/mutations.mjs --list names them\n`);
  process.exit(2);
}
const chosen = asked.length === 0 ? all : all.filter(({ id }) => asked.includes(id));
const faults = chosen.map(mutation => {
  const fault = faultOf(mutation);
  say(
    `${fault === null ? 'red, as it must be' : 'NOT CAUGHT'}  ${mutation.id}: ${mutation.breaks}${fault === null ? '' : `\n  ${fault}`}`,
  );
  return fault;
});
const missed = faults.filter(fault => fault !== null).length;
say(`${chosen.length - missed} of ${chosen.length} broken builds are caught`);
process.exitCode = missed === 0 ? 0 : 1;
