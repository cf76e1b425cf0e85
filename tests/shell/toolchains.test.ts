import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canShow, resolveHiddenPaths } from '../../src/shell/hidden-paths.ts';
import { planToolchains } from '../../src/shell/toolchains.ts';

let home: string;
beforeEach(() => {
  home = join(realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-home-'))), 'user');
  mkdirSync(home);
});
afterEach(() => rmSync(dirname(home), { recursive: true, force: true }));

const file = (path: string, text = '') => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
};
const link = (path: string, to: string) => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  symlinkSync(to, join(home, path));
};

const plan = (entries: string[], environment: Record<string, string> = {}) =>
  planToolchains({
    hiddenPaths: { home, repositoryRoots: [join(home, 'project')], hidden: [join(home, 'private')] },
    pathEntries: entries.map(entry => join(home, entry)),
    environment,
    isVisible: path => path.startsWith('/usr/'),
  });

const shown = (...paths: string[]) => paths.map(path => join(home, path));
const nothing = { paths: [], links: [], path: [], variables: {} };

describe('what is shown for a folder on PATH', () => {
  test('the folder alone, if nothing belongs to it', () => {
    file('bin/tool');
    expect(plan(['bin'])).toEqual({ ...nothing, paths: shown('bin'), path: shown('bin') });
  });

  test('the installation that it is a part of', () => {
    file('.nvm/versions/node/v24/bin/node');
    file('tools/jdk/bin/java');
    file('tools/jdk/lib/modules');
    expect(plan(['.nvm/versions/node/v24/bin', 'tools/jdk/bin'])).toEqual({
      paths: shown('.nvm', 'tools/jdk'),
      links: [],
      path: shown('.nvm/versions/node/v24/bin', 'tools/jdk/bin'),
      variables: { NVM_DIR: join(home, '.nvm') },
    });
  });

  test('the version manager behind a shim, where its variable says it is', () => {
    file('elsewhere/pyenv/shims/python3');
    const root = join(home, 'elsewhere/pyenv');
    expect(plan(['elsewhere/pyenv/shims'], { PYENV_ROOT: root, PYENV_VERSION: '3.12', SECRET: 'x' })).toEqual({
      paths: [root],
      links: [],
      path: shown('elsewhere/pyenv/shims'),
      variables: { PYENV_ROOT: root, PYENV_VERSION: '3.12' },
    });
  });

  test('the programs of cargo with the toolchains of rustup, and not its credentials', () => {
    file('.cargo/bin/rustup');
    file('.cargo/lib/x');
    file('.cargo/credentials.toml');
    file('.rustup/settings.toml');
    expect(plan(['.cargo/bin'])).toEqual({
      paths: shown('.cargo/bin', '.rustup'),
      links: [],
      path: shown('.cargo/bin'),
      variables: { RUSTUP_HOME: join(home, '.rustup') },
    });
  });

  test('the packages that a checkout links programs to, and not the checkout', () => {
    file('project/node_modules/node/bin/node');
    link('project/node_modules/.bin/node', '../node/bin/node');
    expect(plan(['project/node_modules/.bin'])).toEqual({
      ...nothing,
      paths: shown('project/node_modules'),
      path: shown('project/node_modules/.bin'),
    });
  });

  test('where its links lead: an installation whole, anything else as a single file', () => {
    file('.local/share/uv/tools/ruff/pyvenv.cfg', 'home = /usr/bin\n');
    file('.local/share/uv/tools/ruff/bin/ruff');
    file('.local/share/uv/tools/ruff/lib/x');
    link('.local/bin/ruff', '../share/uv/tools/ruff/bin/ruff');
    file('work/secret-notes.txt');
    file('work/script.sh');
    link('.local/bin/script', join(home, 'work/script.sh'));
    link('.local/bin/broken', 'nowhere');
    expect(plan(['.local/bin'])).toEqual({
      ...nothing,
      paths: shown('.local/bin', '.local/share/uv/tools/ruff', 'work/script.sh'),
      path: shown('.local/bin'),
    });
  });

  test('the interpreter of a virtual environment that a link leads to', () => {
    file('.local/share/uv/python/cpython/bin/python3');
    file('.local/share/uv/python/cpython/lib/x');
    file('venv/pyvenv.cfg', `home = ${join(home, '.local/share/uv/python/cpython/bin')}\nversion = 3.12\n`);
    file('venv/lib/x');
    file('venv/bin/pytest');
    expect(plan(['venv/bin']).paths).toEqual(shown('.local/share/uv/python/cpython', 'venv'));
  });

  test('a link on the way is made again', () => {
    file('.local/share/fnm/node-versions/v24/installation/bin/node');
    link('run/multishell', join(home, '.local/share/fnm/node-versions/v24/installation'));
    expect(plan(['run/multishell/bin'])).toEqual({
      paths: shown('.local/share/fnm'),
      links: [[join(home, 'run/multishell/bin'), join(home, '.local/share/fnm/node-versions/v24/installation/bin')]],
      path: shown('run/multishell/bin'),
      variables: { FNM_DIR: join(home, '.local/share/fnm') },
    });
  });
});

describe('what is not shown', () => {
  test('a private folder, HOME itself and a checkout, even if they stand on PATH', () => {
    for (const path of ['.config/composer/bin/x', '.ssh/x', 'private/bin/x', 'project/x']) file(path);
    expect(plan(['.config/composer/bin', '.ssh', 'private/bin', '.', '..', 'project', 'missing'])).toEqual(nothing);
  });

  test('a folder that a link on PATH leads to, if it is private', () => {
    file('private/bin/tool');
    link('bin', 'private/bin');
    link('tools/tool', join(home, 'private/bin/tool'));
    expect(plan(['bin', 'tools'])).toEqual({ ...nothing, paths: shown('tools'), path: shown('tools') });
  });

  test('a checkout with programs and libraries, of which only the folder on PATH is', () => {
    for (const path of ['work/app/bin/run', 'work/app/lib/x', 'work/app/.git/config', 'work/app/.env']) file(path);
    expect(plan(['work/app/bin']).paths).toEqual(shown('work/app/bin'));
  });

  test('a private folder under a HOME that is a link', () => {
    symlinkSync(home, join(home, '../link'));
    const given = {
      home: join(home, '../link'),
      repositoryRoots: [join(home, '../link/project')],
      hidden: ['/no/such'],
    };
    expect(resolveHiddenPaths(given)).toEqual({
      home,
      repositoryRoots: [join(home, '../link/project')],
      hidden: ['/no/such'],
    });
    file('project/x');
    expect(resolveHiddenPaths(given).repositoryRoots).toEqual([join(home, 'project')]);
  });

  test('the folders of credentials, and everything that holds or lies in them', () => {
    const paths = { home: '/home/u', repositoryRoots: ['/home/u/project'], hidden: ['/state'] };
    const refused = ['/', '/home', '/home/u', '/home/u/.ssh', '/home/u/.ssh/x', '/home/u/.config/x', '/home/u/.cargo'];
    const more = ['/home/u/.local', '/home/u/.local/share', '/state', '/state/x', '/home/u/project/.git/kleiber'];
    expect([...refused, ...more, '/home/u/project'].filter(path => canShow(path, paths))).toEqual([]);
    const allowed = ['/home/u/.cargo/bin', '/home/u/.pyenv', '/home/u/project/node_modules', '/statement'];
    expect(allowed.filter(path => canShow(path, paths))).toEqual(allowed);
  });
});
