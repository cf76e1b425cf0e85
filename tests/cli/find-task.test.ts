/** The task that a person means: an id, a part of one, a slip, or a file that cannot be read. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MoneyShop } from '../support/money-shop.ts';

let shop: MoneyShop;
beforeEach(() => {
  shop = new MoneyShop();
  for (const id of ['p1-01-basket', 'p1-02-checkout']) shop.task(id);
});
afterEach(() => shop.close());

test.each(['p1-02-checkout', '02', 'check', '2'])('%s is the checkout', async part => {
  const { code, out } = await shop.run('show', part);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^p1-02-checkout · ready/) });
});

test.each<[given: string, ...lines: string[]]>([
  ['p1-02-chekout', 'kleiber: there is no task p1-02-chekout; did you mean p1-02-checkout?', '  fix   kleiber status'],
  ['zzz', 'kleiber: there is no task zzz', '  fix   kleiber status'],
  ['p1', 'kleiber: p1 fits several tasks', '  p1-01-basket', '  p1-02-checkout', '  fix   kleiber status'],
  [
    'broken',
    'kleiber: tasks/engineer-backend/broken.md cannot be read as a task',
    '  fix   kleiber check',
    '  help  kleiber help E02',
  ],
])('%s is told apart from what there is', async (given, ...lines) => {
  shop.write('tasks/engineer-backend/broken.md', '---\nid: [\n---\n');
  expect(await shop.run('route', given)).toEqual({ code: 2, out: '', error: [...lines, ''].join('\n') });
});

test('a fault of all files together stands on the line of its key, in either form', async () => {
  shop.task('astray', { files: ['docs/**'], depends_on: ['nowhere'] });
  shop.write(
    'tasks/scrib/plain.md',
    '# Task: plain\nAgent: scrib\nModel: haiku\nPriority: p1\nCreated: 2026-11-21T10:00:00Z\n\n## Description\nx\n\n## Acceptance Criteria\n- [ ] x\n',
  );
  const { out } = await shop.run('check', '--json');
  const { faults } = JSON.parse(out) as { faults: { path: string; line: number; example: string }[] };
  expect(faults.map(({ path, line, example }) => [path.split('/').at(-1), line, example])).toEqual([
    ['astray.md', 8, 'depends_on: []'],
    ['astray.md', 9, 'files: [src/backend/**, src/shared/money.ts]'],
    ['plain.md', 2, 'agent: engineer-backend'],
  ]);
});
