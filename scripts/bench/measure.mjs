/** Tools of the benchmark: temporary folders, the built package, processes timed in turn, medians. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const root = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-bench-')));

/** A fresh folder that goes away at the end. */
export function folderFor(name) {
  return mkdtempSync(join(root, `${name}-`));
}

export const removeFolders = () => rmSync(root, { recursive: true, force: true });

let launcher = null;

/** Builds the package and keeps a copy of it, so that nobody's build meanwhile is measured. */
export function packageFolder() {
  const built = spawnSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  const folder = join(root, 'package');
  cpSync(join(PROJECT, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  launcher = join(folder, 'dist/bin/kleiber.cjs');
  // Node's own view of the machine, once, so that no figure pays for a cold disk.
  spawnSync(process.execPath, [launcher, '--version']);
}

export const kleiber = (...words) => [process.execPath, launcher, ...words];
export const NODE = [process.execPath, '-e', '0'];

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A place to run commands in: a home of its own, nothing of the caller's settings. */
export function placeFor(name) {
  const folder = folderFor(name);
  const [home, repository] = [join(folder, 'home'), join(folder, 'repository')];
  for (const path of [home, repository]) mkdirSync(path);
  const environment = {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Bench',
    GIT_AUTHOR_EMAIL: 'bench@example.org',
    GIT_COMMITTER_NAME: 'Bench',
    GIT_COMMITTER_EMAIL: 'bench@example.org',
  };
  const options = { cwd: repository, env: environment, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const run = (command, ...words) => execFileSync(command, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  run('git', 'init', '-q', '-b', 'main', '.');
  for (const [key, value] of [
    ['user.name', 'Bench'],
    ['user.email', 'bench@example.org'],
  ])
    run('git', 'config', '--global', key, value);
  return { home, repository, environment, run, git: (...words) => run('git', ...words).trimEnd() };
}

/** Milliseconds of one process from start to end. */
export function timeProcess([command, ...words], { repository, environment }) {
  const started = performance.now();
  const done = spawnSync(command, words, { cwd: repository, env: environment, stdio: 'ignore' });
  if (done.status === null) throw new Error(`${command} ${words.join(' ')} did not end by itself`);
  return performance.now() - started;
}

/**
 * Runs every contender in turn, round after round, and gives the median of the ratios to the first one of the same round:
 * what else the machine does hits all of them alike. `before` prepares a contender, untimed.
 */
export function compareProcesses(contenders, place, { rounds, before = {} }) {
  const names = Object.keys(contenders);
  const times = new Map(names.map(name => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      before[name]?.(round);
      const ms = timeProcess(contenders[name], place);
      // The first round only warms up.
      if (round > 0) times.get(name).push(ms);
    }
  }
  const [floor] = names;
  const ratio = name => median(times.get(name).map((ms, round) => ms / times.get(floor)[round]));
  return Object.fromEntries(names.map(name => [name, { ms: median(times.get(name)), ratio: ratio(name) }]));
}

/** The most memory that a Node process held, in MiB, told by itself at its end. */
export function peakMemory([command, ...words], { repository, environment }) {
  const script = join(root, 'memory.cjs');
  writeFileSync(
    script,
    "process.on('exit', () => require('fs').writeSync(3, String(process.resourceUsage().maxRSS / 1024)));\n",
  );
  const done = spawnSync(command, ['--require', script, ...words], {
    cwd: repository,
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return Number(done.output[3]);
}

/** Milliseconds of an action that runs here; `repeat` times, each after its own preparation. */
export async function timeActions(actions, rounds) {
  const names = Object.keys(actions);
  const times = new Map(names.map(name => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const run = await actions[name](round);
      const started = performance.now();
      await run();
      if (round > 0) times.get(name).push(performance.now() - started);
    }
  }
  return Object.fromEntries(names.map(name => [name, times.get(name)]));
}

/** The median of the ratios of two series, pair by pair. */
export const ratioOf = (series, floor) => median(series.map((ms, at) => ms / floor[at]));

/** Starts a command that goes on; `stop` asks it to end and waits. */
export function startCommand([command, ...words], { repository, environment }, extra = {}) {
  const child = spawn(command, words, {
    cwd: repository,
    env: { ...environment, ...extra },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const listen = text => {
    said += text;
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const ended = new Promise(resolve => child.once('close', resolve));
  return {
    ended,
    said: () => said,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

/** Asks again and again until there is an answer. */
export async function until(ask, what, mostMs = 30_000) {
  const end = performance.now() + mostMs;
  while (performance.now() < end) {
    const answer = ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    await pause(5);
  }
  throw new Error(`${what} did not happen within ${mostMs} ms`);
}
