/**
 * The one door of the two commands: `node scripts/run.mjs start|test|build|… [arguments]`. It makes sure that the
 * packages are there and that their own Node runs, then hands over. Only syntax and modules of Node 18 may be used here,
 * because this file runs on whatever Node the machine has.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const binaries = join(modules, '.bin');
const nodePackage = join(modules, 'node');

/** What a word runs, one after the other; arguments of the caller go to the last one. */
function stepsOf(word) {
  if (word === 'start') return [['scripts/build.mjs'], ['dist/bin/kleiber.cjs', 'rehearse']];
  if (word === 'record-example') return [['scripts/build.mjs'], ['scripts/record-example.mjs']];
  const script = `scripts/${word}.mjs`;
  return /^[a-z]+$/.test(word || '') && word !== 'run' && existsSync(join(root, script)) ? [[script]] : [];
}

const say = line => process.stderr.write(`${line}\n`);

const readJson = path => JSON.parse(readFileSync(path, 'utf8'));

/** The folders of a lock file with what stands in them; optional packages may be missing on this platform. */
const lockedPackages = path =>
  Object.entries(readJson(path).packages).filter(([folder, locked]) => folder !== '' && !locked.link);

/** Compares contents and not times: a checkout back and forth changes times and owes no new installation. */
function isInstalled() {
  const installed = join(modules, '.package-lock.json');
  if (!existsSync(installed)) return false;
  const found = new Map(lockedPackages(installed));
  return lockedPackages(join(root, 'package-lock.json')).every(([folder, locked]) => {
    const there = found.get(folder);
    return there === undefined ? Boolean(locked.optional) : there.version === locked.version;
  });
}

/** The caller's environment without the project's own binaries: npm must not run on the Node that it is replacing. */
function plainEnvironment() {
  const folders = (process.env.PATH || '').split(delimiter).filter(folder => folder !== binaries);
  return { ...process.env, PATH: folders.join(delimiter) };
}

/** Runs to the end and prints what it said only when it failed. */
function runQuietly(command, parameters, folder) {
  const done = spawnSync(command, parameters, {
    cwd: folder,
    env: plainEnvironment(),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (done.status === 0) return true;
  say(`${done.stdout || ''}${done.stderr || ''}${done.error ? done.error.message : ''}`.trimEnd());
  return false;
}

/** `[22, 22, 2]` of `>=22.22.2` or of `v24.21.0`. */
const numbers = text => (text.match(/\d+/g) || []).slice(0, 3).map(Number);

function isAtLeast(version, least) {
  const [found, needed] = [numbers(version), numbers(least)];
  const at = needed.findIndex((part, index) => part !== found[index]);
  return at === -1 || found[at] > needed[at];
}

function refuse(why) {
  say(`${why}\nfix   nvm install 24   or   mise use node@24`);
  process.exit(1);
}

/** On a Node that is too old for them npm skips the native parts of the bundler, and says nothing. */
const LEAST_TO_INSTALL = '20.19.0';

function install() {
  if (!isAtLeast(process.version, LEAST_TO_INSTALL)) {
    refuse(`Installing the development packages needs Node ${LEAST_TO_INSTALL} or newer; this is ${process.version}.`);
  }
  say('Installing the development packages (npm ci); the first time takes about a minute …');
  if (runQuietly('npm', ['ci', '--no-audit', '--no-fund'], root)) return;
  say('The packages could not be installed; npm says why above.\nfix   check the network, then   npm ci');
  process.exit(1);
}

/** The version that a Node binary prints when it can start at all, else null. */
function versionOf(node) {
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : null;
}

/**
 * The Node of the packages. Its package fetches the binary in an install script, which npm skips where scripts are
 * switched off; then the same script is run here, and a Node of the machine that is new enough is the last resort.
 */
function findNode() {
  const packaged = join(nodePackage, 'bin', 'node');
  if (versionOf(packaged)) return packaged;
  if (!existsSync(packaged)) {
    say("Fetching the development packages' own Node (its install script did not run) …");
    runQuietly(process.execPath, ['installArchSpecificPackage.js'], nodePackage);
  }
  if (versionOf(packaged)) return packaged;
  const least = readJson(join(root, 'package.json')).engines.node;
  if (isAtLeast(process.version, least)) return process.execPath;
  return refuse(`Development needs Node ${least.replace('>=', '')} or newer; this is ${process.version}.`);
}

/** Starts one step in the foreground. Ctrl-C reaches the child through the terminal, so here it only must not end the wait. */
function follow(node, parameters) {
  const env = { ...process.env, PATH: [binaries, plainEnvironment().PATH].join(delimiter) };
  return new Promise(resolve => {
    const child = spawn(node, parameters, { cwd: root, env, stdio: 'inherit' });
    process.on('SIGINT', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', error => {
      say(error.message);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code === null ? 128 + constants.signals[signal] : code));
  });
}

async function main() {
  const [word, ...rest] = process.argv.slice(2);
  const wanted = stepsOf(word);
  if (wanted.length === 0) {
    say('usage: node scripts/run.mjs start|test|build [arguments]');
    return 2;
  }
  if (!isInstalled()) install();
  const node = findNode();
  for (const [index, step] of wanted.entries()) {
    const [script, ...fixed] = step;
    const code = await follow(node, [join(root, script), ...fixed, ...(index === wanted.length - 1 ? rest : [])]);
    if (code !== 0) return code;
  }
  return 0;
}

process.exitCode = await main();
