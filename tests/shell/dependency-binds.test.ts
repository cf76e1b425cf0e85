import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findDependencyBinds, isDependencyPattern, lockFingerprint } from '../../src/shell/dependency-binds.ts';

let base: string;
let checkout: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-deps-')));
  checkout = join(base, 'checkout');
  mkdirSync(checkout);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const make = (...folders: string[]) => {
  for (const folder of folders) mkdirSync(join(checkout, folder), { recursive: true });
};

describe('dependency folders of a checkout', () => {
  test('are those that exist, one for each match of a star', async () => {
    make('node_modules', 'packages/web/node_modules', 'packages/api/node_modules', 'packages/docs', '.venv');
    const binds = await findDependencyBinds(checkout, ['node_modules', 'packages/*/node_modules', '.venv', 'vendor']);
    expect(binds).toEqual(
      ['.venv', 'node_modules', 'packages/api/node_modules', 'packages/web/node_modules'].map(at => ({
        source: join(checkout, at),
        at,
      })),
    );
  });

  test('a star matches part of a name, but no hidden folder', async () => {
    make('lib-a/vendor', 'lib-b/vendor', 'other/vendor', '.lib/vendor');
    const places = async (pattern: string) => (await findDependencyBinds(checkout, [pattern])).map(bind => bind.at);
    expect(await places('lib-*/vendor')).toEqual(['lib-a/vendor', 'lib-b/vendor']);
    expect(await places('*/vendor')).toEqual(['lib-a/vendor', 'lib-b/vendor', 'other/vendor']);
  });

  test('are named once, however often they match', async () => {
    make('a/node_modules');
    expect(await findDependencyBinds(checkout, ['*/node_modules', 'a/node_modules'])).toHaveLength(1);
  });

  test('a link out of the checkout, to its root or into its git folder is not followed', async () => {
    mkdirSync(join(base, 'secrets'));
    make('.git/objects', 'packages');
    symlinkSync('../secrets', join(checkout, 'node_modules'));
    symlinkSync('.', join(checkout, 'vendor'));
    symlinkSync('.git/objects', join(checkout, 'target'));
    symlinkSync('../../secrets', join(checkout, 'packages/a'));
    expect(
      await findDependencyBinds(checkout, ['node_modules', 'vendor', 'target', 'packages/*', 'packages/a']),
    ).toEqual([]);
  });

  test('a link inside the checkout shows what it leads to', async () => {
    make('common/node_modules', 'web');
    symlinkSync('../common/node_modules', join(checkout, 'web/node_modules'));
    expect(await findDependencyBinds(checkout, ['web/node_modules'])).toEqual([
      { source: join(checkout, 'common/node_modules'), at: 'web/node_modules' },
    ]);
  });

  test('a file is not a folder', async () => {
    writeFileSync(join(checkout, 'vendor'), '');
    expect(await findDependencyBinds(checkout, ['vendor'])).toEqual([]);
  });

  test('a pattern that climbs, is absolute or has two stars in one part is none', async () => {
    mkdirSync(join(base, 'secrets'));
    const bad = [
      '../secrets',
      join(base, 'secrets'),
      'a/../../secrets',
      '**',
      '*a*',
      '',
      'a//b',
      './a',
      '.git',
      'a/.git',
    ];
    expect(bad.filter(isDependencyPattern)).toEqual([]);
    expect(await findDependencyBinds(checkout, bad)).toEqual([]);
  });
});

describe('the fingerprint of the lock files', () => {
  const of = (files: Record<string, string>, folders?: string[]) =>
    lockFingerprint(path => (path in files ? Buffer.from(files[path] ?? '') : null), folders);

  test('changes with the content, the name and the presence of a lock file', () => {
    const all = [
      of({}),
      of({ 'package-lock.json': '1' }),
      of({ 'package-lock.json': '2' }),
      of({ 'yarn.lock': '1' }),
      of({ 'package-lock.json': '1', 'uv.lock': '1' }),
      of({ 'package-lock.json': '' }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('does not change with any other file', () => {
    expect(of({ 'package.json': '1', 'src/a.ts': 'x' })).toBe(of({}));
  });

  test('looks in the named folders, in any order', () => {
    const files = { 'yarn.lock': '1', 'web/yarn.lock': '2' };
    expect(of(files, ['', 'web'])).toBe(of(files, ['web', '', 'web']));
    expect(of(files, ['', 'web'])).not.toBe(of(files));
  });
});
