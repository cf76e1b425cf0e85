/** `kleiber doctor`: every line says what was looked at and what was found. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MoneyShop } from '../support/money-shop.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(() => shop.close());

const findings = async (): Promise<Record<string, { state: string; found: string }>> => {
  const { out } = await shop.run('doctor', '--json');
  const told = JSON.parse(out) as { findings: { what: string; state: string; found: string }[] };
  return Object.fromEntries(told.findings.map(({ what, ...rest }) => [what, rest]));
};

test('looks at all that a run needs', async () => {
  const found = await findings();
  expect(Object.keys(found)).toEqual([
    'node',
    'git',
    'repository',
    'state',
    'file system',
    'sandbox',
    'configuration',
    'checks',
    'key',
    'prices',
  ]);
  expect(found.git).toEqual({ state: 'ok', found: expect.stringMatching(/^\d+\.\d+/) });
  expect(found['file system']).toEqual({ state: 'ok', found: 'write, link, rename and flush work' });
  expect(found.key).toEqual({ state: 'bad', found: 'ANTHROPIC_API_KEY is not set; kleiber rehearse needs none' });
});

test('says what reaches worktrees as a pointer only', async () => {
  shop.write('.gitmodules', '[submodule "a"]\n');
  shop.write('assets/.gitattributes', '*.psd filter=lfs diff=lfs merge=lfs -text\n');
  expect(await findings()).toMatchObject({
    submodules: { state: 'note', found: 'they arrive in worktrees as empty folders' },
    'large files': { state: 'note', found: 'files of Git LFS arrive in worktrees as pointers' },
  });
});
