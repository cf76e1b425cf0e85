/** `kleiber plan` before and after the planner: where the request comes from, who says yes, and taking it back. */
import { existsSync, mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planStream, taskStream } from '../../src/domain/event.ts';
import { type DraftTask, planOf } from '../support/journey-models.ts';
import { MoneyShop } from '../support/money-shop.ts';
import { claimed } from '../support/policy-values.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(() => shop.close());

const COUPONS: DraftTask = { key: 'coupons', agent: 'engineer-backend', title: 'Coupons', files: ['src/backend/a.js'] };
const draft = (...tasks: DraftTask[]): string => JSON.stringify(planOf(tasks));

const problem = (what: string, ...lines: string[]): string => [`kleiber: ${what}`, ...lines, ''].join('\n');
const HELP = '  fix   kleiber plan --help';

describe('what is no request and no plan costs nothing and exits 2', () => {
  test.each<[words: string[], error: string]>([
    [['request.md'], problem('there is no file request.md', '  A request in words has more than one of them.', HELP)],
    [['docs/what'], problem('there is no file docs/what', '  A request in words has more than one of them.', HELP)],
    [['docs'], problem('docs is a folder; expected a file', HELP)],
    [['large.md'], problem('large.md has 300000 bytes; at most 262144 are read', HELP)],
    [['--from', 'docs'], problem('docs is a folder; expected a file', HELP)],
    [['--from', 'large.md'], problem('large.md has 300000 bytes; at most 262144 are read', HELP)],
    [['coupons', '--from', 'plan.json'], problem('a request and --from say two things', HELP)],
    [['--from', '-'], problem('standard input is not a plan', '  Unexpected end of JSON input', HELP)],
    [
      ['add coupons to the shop'],
      problem(
        'nothing was written: there is no terminal to ask on',
        '  fix   kleiber plan --yes …',
        '   or   kleiber plan --dry-run …   only shows it',
      ),
    ],
  ])('%j', async (words, error) => {
    mkdirSync(join(shop.root, 'docs'));
    shop.write('large.md', '');
    truncateSync(join(shop.root, 'large.md'), 300_000);
    expect(await shop.run('plan', ...words)).toEqual({ code: 2, out: '', error });
    expect(shop.rows()).toEqual([]);
  });
});

describe('a plan that somebody brings', () => {
  test('on standard input is checked, shown, and written where somebody has said yes', async () => {
    shop.input = draft(COUPONS);
    const shown = await shop.run('plan', '--from', '-');
    expect(shown).toMatchObject({ code: 2, out: expect.stringMatching(/^plan p\w+: 1 task\n/) });
    const { code, error } = await shop.run('plan', '--from', '-', '--yes');
    expect({ code, error }).toEqual({ code: 0, error: expect.stringMatching(/^wrote 1 file under tasks\/;/) });
  });

  test('with faults is refused with all of them, and so is one that names two tasks alike', async () => {
    shop.write('plan.json', draft({ ...COUPONS, files: ['docs/a.md'], depends_on: ['nowhere'] }));
    const faulty = await shop.run('plan', '--from', 'plan.json', '--yes');
    expect(faulty).toMatchObject({ code: 2, out: '' });
    expect(faulty.error.split('\n').map(line => line.replace(/p\w{5}-/, 'p-'))).toEqual([
      'kleiber: the plan cannot be used',
      '  p-01-coupons: depends on nowhere, which does not exist',
      expect.stringMatching(/^ {2}p-01-coupons: files: docs\/a.md is outside the paths of engineer-backend /),
      '  fix   mend plan.json, then plan again',
      '  help  kleiber help E03',
      '',
    ]);
    shop.input = draft(COUPONS, COUPONS);
    const twice = await shop.run('plan', '--from', '-', '--yes');
    expect(twice.error).toContain('the key coupons is used twice');
    expect(existsSync(join(shop.root, 'tasks'))).toBe(false);
  });

  test('for a model without a price says so once', async () => {
    shop.configure('models: { sonnet: claude-next-1 }\n');
    shop.input = draft(COUPONS, { ...COUPONS, key: 'more', files: ['src/db/a.js'] });
    expect((await shop.run('plan', '--from', '-', '--yes')).error).toBe(
      problem(
        'the caps of this plan cannot be kept',
        '  the price of claude-next-1 is unknown, so no cap can be kept',
        '  fix   mend budget: or prices: in kleiber.yml',
      ),
    );
  });
});

describe('kleiber plan --undo', () => {
  async function plan(): Promise<{ plan: string; task: string }> {
    shop.input = draft(COUPONS);
    const { out } = await shop.run('plan', '--from', '-', '--yes', '--json');
    const told = JSON.parse(out) as { plan: string; tasks: { id: string }[] };
    return { plan: told.plan, task: told.tasks[0]?.id ?? '' };
  }

  test('takes the files away, once', async () => {
    const { plan: id, task } = await plan();
    const path = join(shop.root, `tasks/engineer-backend/${task}.md`);
    expect(existsSync(path)).toBe(true);
    expect(await shop.run('plan', '--undo', id)).toMatchObject({
      code: 0,
      out: `took ${id} back: 1 task file removed\n`,
    });
    expect(existsSync(path)).toBe(false);
    expect(await shop.run('plan', '--undo', id)).toMatchObject({
      code: 0,
      out: `${id} has been taken back already\n`,
    });
    expect(shop.log(planStream(id)).map(({ event }) => event.kind)).toEqual(['drafted', 'planned', 'withdrawn']);
  });

  test('leaves a plan alone whose work has begun', async () => {
    const { plan: id, task } = await plan();
    shop.happen(taskStream(task), claimed());
    expect(await shop.run('plan', '--undo', id)).toEqual({
      code: 1,
      out: '',
      error: problem(`work on ${id} has begun`, `  ${task}`, '  fix   kleiber status'),
    });
    expect(existsSync(join(shop.root, `tasks/engineer-backend/${task}.md`))).toBe(true);
  });
});
