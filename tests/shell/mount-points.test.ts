import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mountDependency } from '../../src/shell/dependency-mounts.ts';
import { prepareMountPoint } from '../../src/shell/mount-points.ts';

let base: string;
let worktree: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'kleiber-mounts-'));
  worktree = join(base, 'worktree');
  mkdirSync(worktree);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const prepare = (at: string) => prepareMountPoint(worktree, { source: '/anywhere', at });

describe('the place of a dependency folder in a worktree', () => {
  test('is made where it is missing', () => {
    expect(prepare('packages/web/node_modules')).toBe('ready');
    expect(readdirSync(join(worktree, 'packages/web/node_modules'))).toEqual([]);
    expect(prepare('packages/web/node_modules')).toBe('ready');
  });

  test('is never made behind a link', () => {
    mkdirSync(join(base, 'victim'));
    symlinkSync('../../victim', join(worktree, 'web'));
    mkdirSync(join(worktree, 'packages'));
    symlinkSync(join(base, 'victim'), join(worktree, 'packages/api'));
    expect([prepare('web/node_modules'), prepare('packages/api/node_modules')]).toEqual(['gone', 'gone']);
    expect(readdirSync(join(base, 'victim'))).toEqual([]);
  });

  test('taken by a link or a file is refused, so that nothing else is used in its place', () => {
    symlinkSync('fake', join(worktree, 'node_modules'));
    writeFileSync(join(worktree, 'vendor'), '');
    expect([prepare('node_modules'), prepare('vendor')]).toEqual(['taken', 'taken']);
  });

  test('outside the worktree or in its git folder is refused', () => {
    const outside = ['../victim', '/etc/victim', 'a/../../victim', '.git/hooks', '', '.'];
    expect(outside.map(prepare)).toEqual(outside.map(() => 'taken'));
    expect(existsSync(join(base, 'victim'))).toBe(false);
  });
});

describe('how a dependency folder is shown', () => {
  const source = (...folders: string[]) => {
    for (const folder of folders) mkdirSync(join(base, 'node_modules', folder), { recursive: true });
    return { source: join(base, 'node_modules'), at: 'node_modules' };
  };

  test('read-only, with existing caches in memory', () => {
    const bind = source('react', '.cache', '.vite-temp');
    expect(mountDependency(bind, false)).toEqual([
      ...['--ro-bind', bind.source, '/workspace/node_modules'],
      ...['--tmpfs', '/workspace/node_modules/.cache'],
      ...['--tmpfs', '/workspace/node_modules/.vite-temp'],
    ]);
  });

  test('package by package where vite would have to make its cache', () => {
    const bind = source('vite', '.cache');
    symlinkSync('../packages/own', join(bind.source, 'own'));
    expect(mountDependency(bind, false)).toEqual([
      ...['--tmpfs', '/workspace/node_modules'],
      ...['--symlink', '../packages/own', '/workspace/node_modules/own'],
      ...['--ro-bind', join(bind.source, 'vite'), '/workspace/node_modules/vite'],
    ]);
  });

  test('as an overlay where bubblewrap can', () => {
    const bind = source('react');
    expect(mountDependency(bind, true)).toEqual([
      '--overlay-src',
      bind.source,
      '--tmp-overlay',
      '/workspace/node_modules',
    ]);
  });

  test('a build folder is left out where it could not be written', () => {
    expect(mountDependency({ source: '/c/target', at: 'target' }, false)).toEqual([]);
    expect(mountDependency({ source: '/c/.venv', at: '.venv' }, false)).toEqual([
      '--ro-bind',
      '/c/.venv',
      '/workspace/.venv',
    ]);
  });
});
