/**
 * Everything that must hold, in order, with the time of each part: types, lint, build, tests (the house rules are among
 * them). Of what takes long each commit has its part: `--every` runs all of it, `--full` all of it at its full length. Other
 * arguments go to vitest, which then runs alone. The last line is plain: `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rotating } from '../tests/support/rotation.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = line => process.stdout.write(`${line}\n`);
const seconds = ms => `${(ms / 1000).toFixed(1)} s`;

/**
 * Whole runs, in lists of about equal weight: of each list so many files with every commit, one from every part of it. The
 * order within a list spreads the heavy ones.
 */
const IN_TURN = [
  {
    due: 1,
    files: [
      'journey/stopped-runs',
      'journey/taken-away',
      'journey/output',
      'journey/broken-files',
      'journey/wrong-use',
      'journey/interruption',
      'journey/replay',
    ],
  },
  {
    due: 1,
    files: [
      'conductor/review',
      'worker/attempt',
      'conductor/landing',
      'conductor/proof',
      'conductor/escalation',
      'conductor/delivery',
      'conductor/record',
      'conductor/validator',
      'cli/review',
      'worker/deferral',
      'worker/lost-log',
      'conductor/coverage',
      'worker/controls',
      'cli/validate',
      'worker/race',
    ],
  },
  {
    due: 1,
    files: [
      'starved/taken',
      'starved/disk',
      'chaos/signals',
      'chaos/load',
      'api/quota',
      'lied/lies',
      'starved/limits',
      'lied/forgeries',
      'api/stopped-by-quota',
      'attacked/secrets',
      'api/bad-day',
      'lied/sandboxed',
    ],
  },
  { due: 1, files: ['git/checkout', 'git/worktree', 'cli/controls', 'git/lifeline', 'git/tidy'] },
  { due: 1, files: ['rehearsal/rehearse', 'package'] },
];

function leftOut() {
  const left = IN_TURN.flatMap(({ due, files }) => {
    const chosen = rotating(files, due);
    return files.filter(file => !chosen.includes(file));
  });
  if (left.length > 0) say(`left to other commits, and to npm run test:every: ${left.join(' ')}`);
  return left.map(file => `--exclude=tests/${file}.test.ts`);
}

/**
 * The environment of every part: no key and no address of the caller, no git variables of a hook that called us, and an
 * empty home folder, so that a test sees what a stranger's machine would show it.
 */
function cleanEnvironment(home, isFull) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(ANTHROPIC_|GIT_|XDG_|KLEIBER_|npm_|FORCE_COLOR$)/.test(name) || name === 'KLEIBER_REQUIRE_SANDBOX',
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    ...(isFull ? { KLEIBER_FULL: '1' } : {}),
    ...(process.env.KLEIBER_EVERY === '1' ? { KLEIBER_EVERY: '1' } : {}),
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
  };
}

const run = (command, parameters, env) =>
  spawnSync(command, parameters, { cwd: root, env, stdio: 'inherit' }).status ?? 1;

/** A command that counts as one test. */
function simplePart(name, parameters) {
  return {
    name,
    run: env => {
      const status = run(process.execPath, parameters, env);
      return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: [] };
    },
  };
}

const readReport = path => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // No report means that vitest itself broke; its exit status says so and is counted.
    return { testResults: [] };
  }
};

/** Time per folder of `tests/`, slowest first, so that whoever adds a slow test sees where the minutes go. */
function sayFolders(files) {
  const times = new Map();
  for (const { name, startTime, endTime } of files) {
    const folder = dirname(relative(join(root, 'tests'), name)).split('/')[0];
    const key = folder === '.' ? basename(name) : folder;
    times.set(key, (times.get(key) ?? 0) + endTime - startTime);
  }
  const sorted = [...times].sort((a, b) => b[1] - a[1]);
  say(`   ${sorted.map(([folder, ms]) => `${folder} ${seconds(ms)}`).join(' · ')}`);
}

/** Vitest's own counts; a file that could not be loaded, or a run that ended badly without naming a test, is one failure. */
function countTests(files, status) {
  const tests = files.flatMap(file => file.assertionResults.map(test => ({ ...test, file: basename(file.name) })));
  const broken = files.filter(
    file => file.status === 'failed' && !file.assertionResults.some(t => t.status === 'failed'),
  );
  const failed = tests.filter(test => test.status === 'failed').length + broken.length;
  return {
    passed: tests.filter(test => test.status === 'passed').length,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: tests
      .filter(test => test.status !== 'passed' && test.status !== 'failed')
      .map(test => `${test.file}: ${test.fullName}`),
  };
}

function testPart(folder, chosen) {
  return {
    name: 'tests',
    run: env => {
      const report = join(folder, 'report.json');
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const status = run(process.execPath, [vitest, 'run', ...reporters, ...chosen], env);
      const files = readReport(report).testResults;
      sayFolders(files);
      return countTests(files, status);
    },
  };
}

function partsFor(folder, chosen) {
  if (chosen.length > 0) return [testPart(folder, chosen)];
  return [
    simplePart('types', ['node_modules/typescript/bin/tsc', '-p', '.']),
    simplePart('types of the page', ['node_modules/typescript/bin/tsc', '-p', 'web']),
    simplePart('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings']),
    simplePart('build', ['scripts/build.mjs']),
    testPart(folder, leftOut()),
  ];
}

/** Runs every part even when one fails: who mends wants to see all of it. */
function runParts(parts, env) {
  return parts.map(part => {
    say(`\n── ${part.name}`);
    const started = performance.now();
    const counts = part.run(env);
    const result = { name: part.name, ms: performance.now() - started, ...counts };
    say(`   ${part.name}: ${result.passed} passed, ${result.failed} failed, ${seconds(result.ms)}`);
    return result;
  });
}

function main() {
  const words = process.argv.slice(2);
  const isFull = words.includes('--full');
  if (isFull || words.includes('--every')) process.env.KLEIBER_EVERY = '1';
  const chosen = words.filter(word => word !== '--full' && word !== '--every');
  const folder = mkdtempSync(join(tmpdir(), 'kleiber-test-'));
  try {
    const home = mkdtempSync(join(folder, 'home-'));
    const results = runParts(partsFor(folder, chosen), cleanEnvironment(home, isFull));
    const skipped = results.flatMap(result => result.skipped);
    const total = key => results.reduce((sum, result) => sum + result[key], 0);
    say('');
    for (const name of skipped) say(`skipped  ${name}`);
    say(
      `time     ${results.map(({ name, ms }) => `${name} ${seconds(ms)}`).join(' · ')} · together ${seconds(total('ms'))}`,
    );
    say(`${total('passed')} passed, ${total('failed')} failed`);
    return total('failed') === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
