/** The settings that count, with the line that says each; an untrusted file is told what it may not do. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/domain/config.ts';
import { MoneyShop } from '../support/money-shop.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(() => shop.close());

const FILE = `checks: [{ name: test, command: npm test }]
budget:
  day_usd: 20
roles:
  api: { paths: [src/api/**] }
`;

describe('kleiber config', () => {
  test('without a file is what is built in, a row for each setting', async () => {
    const { code, out } = await shop.run('config', '--show-origin');
    const rows = out.trimEnd().split('\n');
    expect([code, rows.every(row => row.endsWith('  built in'))]).toEqual([0, true]);
    const groups = rows.map(row => row.trim().split(/[. ]/)[0]);
    expect([...new Set(groups)]).toEqual(Object.keys(configSchema.parse({})));
    expect((await shop.run('config', 'lanes')).out).toBe('  lanes.opus    1\n  lanes.sonnet  3\n  lanes.haiku   8\n');
  });

  test('names the line of what the file says', async () => {
    shop.configure(FILE);
    expect(await shop.run('config', 'budget.day_usd', '--show-origin')).toEqual({
      code: 0,
      out: '  budget.day_usd  20  kleiber.yml:3\n',
      error: '',
    });
    expect((await shop.run('config', 'roles', '--show-origin')).out).toBe(
      '  roles.api.paths  ["src/api/**"]  kleiber.yml:5\n',
    );
    expect(JSON.parse((await shop.run('config', 'checks', '--json')).out)).toEqual({
      schemaVersion: 1,
      kind: 'config',
      file: 'kleiber.yml',
      settings: [
        {
          key: 'checks',
          value: configSchema.parse({ checks: [{ name: 'test', command: 'npm test' }] }).checks,
          line: 1,
        },
      ],
    });
  });

  test('of an untrusted file says what counts instead of each thing that it asks for', async () => {
    shop.configure(FILE.replace('day_usd: 20', 'day_usd: 20\n  week_usd: 9000'), false);
    const { code, out, error } = await shop.run('config', '--show-origin');
    expect([code, error]).toEqual([
      0,
      'kleiber.yml is not trusted, so it only lowers what is built in: kleiber trust\n',
    ]);
    const row = (key: string): string | undefined =>
      out.split('\n').find(line => line.trimStart().startsWith(`${key} `));
    expect(
      ['budget.day_usd', 'budget.week_usd', 'roles.api.paths', 'roles'].map(key =>
        row(key)?.trim().replace(/ {2,}/g, ' | '),
      ),
    ).toEqual([
      'budget.day_usd | 20 | kleiber.yml:3',
      'budget.week_usd | 400 | kleiber.yml:4, which says 9000 and is not trusted',
      'roles.api.paths | (none) | kleiber.yml:6, which says ["src/api/**"] and is not trusted',
      undefined,
    ]);
  });

  test('asked for what is no setting names the one that was meant', async () => {
    expect(await shop.run('config', 'budjet')).toMatchObject({
      code: 2,
      out: '',
      error: expect.stringMatching(
        /^kleiber: there is no setting budjet; did you mean budget\?\n {2}fix {3}kleiber config\n/,
      ),
    });
  });
});
