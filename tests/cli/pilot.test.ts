/** Seed 3's validation run with a plan that a model makes: its faults go back to the planner, and in the end its four criteria are judged. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planStream } from '../../src/domain/event.ts';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { type DraftTask, planOf, scripted, submit, textOf, turnsSoFar, write } from '../support/journey-models.ts';
import { MoneyShop } from '../support/money-shop.ts';

const EASY: DraftTask = {
  key: 'pages',
  agent: 'scribe',
  title: 'List the pages',
  files: ['docs/pages.md'],
  complete_feature: false,
};
const HARD: DraftTask = {
  key: 'till',
  agent: 'engineer-backend',
  title: 'Take money',
  files: ['src/till.js'],
  priority: 'p0',
};

let shop: MoneyShop;
let server: MessagesServer;
let asked: MessagesRequest[];

/** Round by round what the planner answers; everybody else does easy work well. */
async function open(rounds: readonly (readonly DraftTask[])[]): Promise<void> {
  asked = [];
  const others = scripted({
    tasks: { 'title: List the pages': [[write('docs/pages.md', '# Pages\n')], [submit('listed')]] },
  });
  server = await startMessagesServer({
    answer: request => {
      const isPlanner = JSON.stringify(request.output_config?.format?.schema ?? {}).includes('acceptance_criteria');
      if (!isPlanner) return others(request);
      asked.push(request);
      const tasks = rounds[Math.min(turnsSoFar(request), rounds.length - 1)] ?? [];
      return { content: [{ type: 'json', value: planOf(tasks) }] };
    },
  });
  shop.environment.ANTHROPIC_API_KEY = 'sk-ant-test';
  shop.environment.ANTHROPIC_BASE_URL = server.url;
  shop.configure('checks: [{ name: test, command: "true" }]\n');
}

beforeEach(() => {
  shop = new MoneyShop();
});
afterEach(async () => {
  shop.close();
  await server.close();
});

const pilot = (...words: string[]) =>
  shop.run('plan', '--pilot', '--no-sandbox', ...words, 'List the pages of the shop');

test('the planner hears the limits and all that it breaks of them, until the plan keeps them; in the end its four criteria are judged', async () => {
  await open([[HARD], [EASY]]);
  const planned = await pilot('--yes');
  const id = /plan --undo (\w+)/.exec(planned.error)?.[1] ?? '';
  const heard = asked.map(request => textOf(request.messages.at(-1)?.content));
  expect(heard.length).toBe(2);
  expect(heard[0]).toContain('- only these agents: validator, scribe, github, docmon, retro, validation, quickfix\n');
  expect(heard[1]).toBe(
    [
      'The plan cannot be used as it is:',
      `- ${id}-01-till: files: src/till.js is outside the paths of engineer-backend (src/backend/**, src/services/**, src/db/**)`,
      `- ${id}-01-till: engineer-backend is on sonnet in EXEC; a pilot takes agents of tier 1 (haiku) only`,
      `- ${id}-01-till: its complexity is 3; a pilot takes 1 and 2`,
      `- ${id}-01-till: p0 is critical; a pilot takes nothing critical`,
      '',
      'Answer with the whole plan again, mended.',
    ].join('\n'),
  );
  expect(planned.error).toContain('round 1: 4 faults found in the plan\n');
  expect(planned.error).toContain(`once it has landed, a pilot is judged by four things (seed 3)
  1. haiku completes the work without major rework  kleiber metrics --plan ${id}
  2. token logging works                            kleiber log
  3. the budget display is accurate                 kleiber budget
  4. you are confident in the quality of haiku      kleiber note <agent> <phase> "…"
`);
  const event = shop.log(planStream(id)).at(-1);
  expect(event?.event).toMatchObject({ pilot: true, request: 'List the pages of the shop', tasks: [`${id}-01-pages`] });
  const ran = await shop.run('conduct', '--no-sandbox', '--until-idle');
  expect(ran.out).toContain('landed 1 of 1');
  expect(
    (await shop.run('metrics', '--plan', id)).out,
  ).toContain(`the four criteria of the pilot (seed 3, first validation run)
  ✓ 1. haiku completes the work without major rework; 1 of 1 landed without rework
  ✓ 2. token logging works; 6 of 6 requests booked with their real usage: kleiber log
  ✓ 3. the budget display is accurate; ledger and log agree: kleiber budget
  · 4. you are confident in the quality of haiku; yours to say: kleiber note <agent> <phase> "…"
`);
});

test('a planner that keeps to no limit in three rounds makes no pilot, and nothing is written', async () => {
  await open([[HARD]]);
  const { code, error } = await pilot('--yes');
  expect([code, asked.length]).toEqual([1, 3]);
  expect(error).toContain('p0 is critical; a pilot takes nothing critical');
  expect(shop.exists('tasks')).toBe(false);
});

test('nobody is asked where the table leaves nothing to haiku', async () => {
  await open([[EASY]]);
  await shop.run('route', '--rollback', 'haiku disappoints');
  const { code, error } = await pilot('--yes');
  expect([code, asked]).toEqual([2, []]);
  expect(error).toMatch(
    /^kleiber: there can be no pilot now\n {2}the table is rolled back to sonnet \(haiku disappoints, says /,
  );
});
