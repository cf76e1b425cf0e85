/** A stranger's repository in which everything that git or npm can be made to run is planted: a task goes its whole road, and none of it runs outside the sandbox. */
import '../support/journey-patience.ts';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { House } from '../support/house-rig.ts';
import { run, submit } from '../support/house-rig-claude.ts';

let house: House;
afterEach(() => house.close());

/** A program that leaves a file behind, whoever runs it and whatever it is given. */
function plant(name: string): string {
  const program = join(house.root, `${name}.sh`);
  writeFileSync(
    program,
    `#!/bin/sh\ntouch '${house.root}/ran-'$(basename "$0" .sh)-$(basename "$PWD")\ncat 2>/dev/null\nexit 0\n`,
  );
  chmodSync(program, 0o755);
  return program;
}

const ran = (): string[] => readdirSync(house.root).filter(name => name.startsWith('ran-'));

/** Settings whose value git runs. */
const RUN_BY_GIT = [
  'core.fsmonitor',
  'core.pager',
  'core.editor',
  'core.sshCommand',
  'core.askPass',
  'core.gitProxy',
  'core.alternateRefsCommand',
  'diff.external',
  'diff.loud.textconv',
  'diff.loud.command',
  'merge.loud.driver',
  'filter.loud.clean',
  'filter.loud.smudge',
  'filter.loud.process',
  'credential.helper',
  'gpg.program',
  'sequence.editor',
  'uploadpack.packObjectsHook',
  'remote.origin.uploadpack',
  'remote.origin.receivepack',
  'protocol.ext.allow',
  'alias.status',
  'alias.commit',
];

const HOOKS = [
  'applypatch-msg',
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'pre-merge-commit',
  'post-merge',
  'pre-rebase',
  'post-checkout',
  'post-rewrite',
  'pre-push',
  'pre-receive',
  'update',
  'post-receive',
  'post-update',
  'reference-transaction',
  'push-to-checkout',
  'pre-auto-gc',
  'post-index-change',
  'fsmonitor-watchman',
  'sendemail-validate',
];

function plantHooks(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const hook of HOOKS) symlinkSync(plant(`hook-${hook}`), join(folder, hook));
}

/** Everything at once, in the checkout as it was cloned; `git` itself is the control that it works. */
function trap(): void {
  const scripts = {
    preinstall: 'touch /tmp/x',
    install: 'touch /tmp/x',
    postinstall: 'touch /tmp/x',
    test: 'touch /tmp/x',
  };
  house.commit(
    {
      '.gitattributes': '* filter=loud diff=loud merge=loud\n',
      'package.json': JSON.stringify({ name: 'evil', scripts }),
      'package-lock.json': '{}',
      '.claude/settings.json': JSON.stringify({ hooks: { SessionStart: [{ command: plant('claude') }] } }),
      '.npmrc': `script-shell=${plant('npm')}\n`,
      '.envrc': `${plant('direnv')}\n`,
      Makefile: `$(shell ${plant('make')})\n`,
      '.gitmodules': '[submodule "evil"]\n\tpath = evil\n\turl = ext::sh -c touch% /tmp/x\n',
      'src/backend/greet.txt': 'hello\n',
    },
    'everything a stranger could think of',
  );
  symlinkSync('/etc/passwd', join(house.user, 'src/backend/passwd'));
  symlinkSync('../../../..', join(house.user, 'src/backend/up'));
  const nested = join(house.user, 'vendor');
  execFileSync('git', ['init', '-q', nested]);
  execFileSync('git', [
    '-C',
    nested,
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@y',
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'x',
  ]);
  execFileSync('git', ['-C', nested, 'config', 'core.fsmonitor', plant('nested')]);
  house.git('add', 'src/backend/passwd', 'src/backend/up', 'vendor');
  house.git('commit', '-q', '-m', 'links and a repository within');
  plantHooks(join(house.user, '.git/hooks'));
  plantHooks(join(house.root, 'planted-hooks'));
  for (const key of RUN_BY_GIT) house.git('config', key, plant(key.replaceAll('.', '-').toLowerCase()));
  house.git('config', 'core.hooksPath', join(house.root, 'planted-hooks'));
  house.git('config', 'diff.ignoreSubmodules', 'none');
  house.git('config', 'submodule.recurse', 'true');
}

test('the traps are set: ordinary git runs them', () => {
  house = new House();
  trap();
  house.write({ 'src/backend/greet.txt': 'changed\n' });
  spawnSync('git', ['diff'], { cwd: house.user });
  expect(ran()).toContainEqual(expect.stringMatching(/^ran-(?:filter-loud|core-fsmonitor|diff-external)/));
});

test('from claim to delivery, through a conflict, none of them runs', async () => {
  house = new House();
  trap();
  house.commands.set('look', worktree => {
    // A worker can plant as well, in the worktree that kleiber's git reads.
    const nested = join(worktree, 'src/backend/own');
    mkdirSync(nested, { recursive: true });
    writeFileSync(join(worktree, 'src/backend/.gitattributes'), '* filter=loud\n');
  });
  const before = new Set(ran());
  house.task('a', ({ turn }) =>
    turn === 0
      ? { calls: [run('look'), ['write', { path: 'src/backend/greet.txt', content: 'hello a\n' }]] }
      : { calls: [submit()] },
  );
  house.task('b', ({ turn, heard }) => {
    const text = heard.includes('<<<<<<<') || heard.includes('conflicts') ? 'hello a and b\n' : 'hello b\n';
    return turn === 0
      ? { calls: [['write', { path: 'src/backend/greet.txt', content: text }]] }
      : { calls: [submit()] };
  });
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  await here.toTheEnd();
  expect(ran().filter(name => !before.has(name))).toEqual([]);
  expect(here.board()).toEqual({ a: 'landed', b: 'landed' });
  expect(house.read('src/backend/greet.txt')).toBe('hello a and b\n');
  expect(existsSync('/tmp/x')).toBe(false);
});
