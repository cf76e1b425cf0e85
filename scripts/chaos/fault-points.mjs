/**
 * Loaded into a kleiber process before its first line (`node --import`): names every durable write that the process is
 * about to make or has just made, and kills it with SIGKILL at the one that it was told. The product knows nothing of it.
 *
 * A write is a transaction that commits, a file that is written, renamed, linked or removed, a git process that changes a
 * repository, or a command that is started in the sandbox. `CHAOS_POINTS` is the file that learns each name once per
 * process; `CHAOS_DIE_AT` is the name at which to die.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

const { CHAOS_POINTS, CHAOS_DIE_AT, CHAOS_ROLE, CHAOS_ROOT } = process.env;
const tell = fs.appendFileSync;
const told = new Set();

function point(name) {
  if (!told.has(name)) {
    told.add(name);
    tell(CHAOS_POINTS, `${CHAOS_ROLE}\t${name}\n`);
  }
  if (name !== CHAOS_DIE_AT) return;
  tell(CHAOS_POINTS, `died ${CHAOS_ROLE}\t${name}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** What a write is made of, however long it takes, has no points of its own. */
const writing = new AsyncLocalStorage();

/** Runs a write between its two points; a promise is over when it has settled. */
function between(name, write) {
  point(`before ${name}`);
  const value = writing.run(name, write);
  if (!(value instanceof Promise)) {
    point(`after ${name}`);
    return value;
  }
  return value.then(settled => {
    point(`after ${name}`);
    return settled;
  });
}

/** What kind of file a path is, so that one name stands for all of its kind; null is none of kleiber's. */
const KINDS = [
  [/\/transcripts\//, 'transcript'],
  [/\.md\.\d+$/, 'record file in the making'],
  [/\.md$/, 'record file'],
  [/\/store\.git\/worktrees\//, 'worktree of the store'],
  [/\/store\.git\//, 'store'],
  [/\/worktrees\//, 'worktree'],
  [/\/\.git\/kleiber\//, 'state'],
  [/\/\.git\//, 'git folder'],
  [/\/\.local\/state\//, 'state folder'],
];

function kindOf(path) {
  const text = String(path);
  if (!text.startsWith(CHAOS_ROOT)) return null;
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

const isFunction = value => typeof value === 'function';

/** The last argument of the older functions is told when it is over. */
function withCallback(name, given, call) {
  const done = given.at(-1);
  point(`before ${name}`);
  return call([
    ...given.slice(0, -1),
    (error, ...rest) => {
      if (!error) point(`after ${name}`);
      done(error, ...rest);
    },
  ]);
}

function patchFile(holder, key, verb, target) {
  const original = holder[key];
  holder[key] = function (...given) {
    const kind = kindOf(given[target]);
    const call = args => Reflect.apply(original, this, args);
    if (kind === null || writing.getStore() !== undefined) return call(given);
    const name = `${verb} ${kind}${lineOf(kind, given[1])}`;
    return isFunction(given.at(-1)) ? withCallback(name, given, call) : between(name, () => call(given));
  };
}

/** A transcript is told by the kind of line that is added. */
function lineOf(kind, text) {
  const line = kind === 'transcript' ? /^\{"line":"(\w+)"/.exec(String(text))?.[1] : undefined;
  return line === undefined ? '' : `: ${line}`;
}

/** What is written, renamed, linked or removed, and which argument names it. */
const WRITES = { appendFile: 0, writeFile: 0, rename: 1, link: 1, unlink: 0, rm: 0, copyFile: 1, symlink: 1 };
for (const [verb, target] of Object.entries(WRITES)) {
  patchFile(fs, verb, verb, target);
  patchFile(fs, `${verb}Sync`, verb, target);
  patchFile(fs.promises, verb, verb, target);
}
syncBuiltinESMExports();

/** A commit is told by the first thing that was written in it. */
let written = null;
const texts = new WeakMap();

const prepare = DatabaseSync.prototype.prepare;
DatabaseSync.prototype.prepare = function (text, ...rest) {
  const statement = Reflect.apply(prepare, this, [text, ...rest]);
  texts.set(statement, text.trim());
  return statement;
};

const run = StatementSync.prototype.run;
StatementSync.prototype.run = function (...given) {
  const text = texts.get(this) ?? '';
  const call = () => Reflect.apply(run, this, given);
  if (text.startsWith('BEGIN')) written = null;
  if (text === 'COMMIT' && written !== null) return between(`commit of ${written}`, call);
  if (/^(INSERT|UPDATE|DELETE)/.test(text)) written = whatIsWritten(text, given, written);
  return call();
};

function whatIsWritten(text, given, before) {
  if (text.startsWith('INSERT INTO events')) return `event ${JSON.parse(given[3]).kind}`;
  const [, verb, table] = /^(INSERT|UPDATE|DELETE)(?: OR REPLACE)? (?:INTO |FROM )?(\w+)/.exec(text) ?? [];
  return before ?? `${verb?.toLowerCase()} ${table}`;
}

/** Git commands that change a repository, told by their own names. */
const GIT_WRITES =
  /^(add|apply|branch|checkout|checkout-index|clean|clone|commit|commit-tree|config|fetch|hash-object|index-pack|init|merge|merge-tree|mktree|read-tree|repack|reset|rm|symbolic-ref|unpack-objects|update-index|update-ref|worktree|write-tree)$/;

function commandOf({ file, args = [] }) {
  if (file.endsWith('bwrap')) return 'command in the sandbox';
  const words = args.slice(1);
  const at = words.findIndex(word => GIT_WRITES.test(word));
  if (!file.endsWith('git') || at === -1) return null;
  return `git ${words[at]}${words[at] === 'worktree' ? ` ${words[at + 1]}` : ''}`;
}

const spawn = ChildProcess.prototype.spawn;
ChildProcess.prototype.spawn = function (options) {
  const name = commandOf(options);
  if (name === null) return Reflect.apply(spawn, this, [options]);
  point(`before ${name}`);
  // Registered first, so that nobody here has heard of the end yet.
  this.once('exit', () => point(`after ${name}`));
  return Reflect.apply(spawn, this, [options]);
};
