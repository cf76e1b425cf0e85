/** Money that is short keeps tasks waiting until their day, and never gives them to a weaker model. */
import { afterEach, expect, test } from 'vitest';
import { calendarOf } from '../../src/agent/meter.ts';
import { inputTokens, NO_USAGE, nanoFromUsd } from '../../src/domain/money.ts';
import { House } from '../support/house-rig.ts';
import { type Asked, type Said, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
afterEach(() => house.close());

const DAY_MS = 24 * 3_600_000;

async function open(budget: Record<string, unknown>): Promise<HouseProcess> {
  house = new House({ config: { budget } });
  const here = await house.start();
  return here;
}

/** Somebody has spent so much of today. */
function spend(usd: number, here: HouseProcess): void {
  const when = { ...calendarOf(house.clock.now()), owner: here.owner };
  const place = { repository: '/elsewhere', plan: null, task: 't', session: 's', attempt: 1, phase: 'EXEC' };
  const purpose = { ...place, agent: 'scribe', tier: 'haiku' as const, model: 'm' };
  here.ledger.record(purpose, when, NO_USAGE, nanoFromUsd(usd), '');
}

const build = (id: string) => writes({ [`src/backend/${id}.txt`]: `${id}\n` });

test('in red only haiku and p0 work starts; the others are told once, and come back on their day by themselves', async () => {
  const here = await open({ policy: 'enforce', day_usd: 100, reserve_percent: 0 });
  house.task('plain', build('plain'));
  house.task('urgent', build('urgent'), { priority: 'p0' });
  spend(96, here);
  await here.toTheEnd();
  await here.work();
  expect(here.board()).toEqual({ plain: 'deferred', urgent: 'landed' });
  expect(here.told('plain')).toEqual(['created', 'deferred']);
  expect(here.last('plain', 'deferred')).toEqual({
    kind: 'deferred',
    why: "red zone of the day's money: only haiku, p0 and security work starts (seed 3, budget zones)",
    until: '2026-11-22',
  });
  house.clock.advance(DAY_MS);
  expect(here.board()).toEqual({ plain: 'ready', urgent: 'landed' });
  await here.toTheEnd();
  expect(here.board()).toEqual({ plain: 'landed', urgent: 'landed' });
  expect(here.last('plain', 'claimed').route.tier).toBe('sonnet');
});

test('p2 work waits in orange, and only there', async () => {
  const here = await open({ policy: 'enforce', day_usd: 100, reserve_percent: 0 });
  house.task('later', build('later'), { priority: 'p2' });
  house.task('now', build('now'));
  spend(86, here);
  await here.toTheEnd();
  expect(here.board()).toEqual({ later: 'deferred', now: 'landed' });
});

test('a plan that needs opus waits whole in red under every policy, but for the task that a person chose', async () => {
  const here = await open({ policy: 'guide', day_usd: 100, reserve_percent: 0 });
  house.task('login', build('login'), { plan: 'p1', risk: ['security'] });
  house.task('page', build('page'), { plan: 'p1' });
  house.task('other', build('other'));
  spend(96, here);
  await here.toTheEnd();
  expect(here.board()).toEqual({ login: 'deferred', page: 'deferred', other: 'landed' });
  expect(here.last('page', 'deferred')).toMatchObject({ until: '2026-11-22' });
  expect(here.last('login', 'deferred').why).toContain('seed 4, NEVER rule 3');
  here.says('page', { kind: 'overridden', by: 'Ada', to: 'sonnet', reason: 'the fair is tomorrow' });
  await here.attempt();
  expect(here.board()).toEqual({ login: 'deferred', page: 'submitted', other: 'landed' });
});

test('what was deferred is taken up again as soon as the zone has cleared, before its day', async () => {
  const here = await open({ policy: 'enforce', day_usd: 100, reserve_percent: 0 });
  house.task('a', build('a'));
  spend(96, here);
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'deferred' });
  house.config.budget.day_usd = 1_000;
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'landed' });
});

test('the reserve is kept: ordinary work is deferred where p0 work still goes', async () => {
  const here = await open({ day_usd: 100 });
  house.task('plain', build('plain'));
  house.task('urgent', build('urgent'), { priority: 'p0' });
  spend(89.9, here);
  await here.toTheEnd();
  expect(here.board()).toEqual({ plain: 'deferred', urgent: 'landed' });
  expect(here.last('plain', 'deferred').why).toBe(
    "nothing is left of the day's money but for the reserve, kept for p0 and security work",
  );
});

test('advice is given and nothing enforced where the policy only guides', async () => {
  const here = await open({ day_usd: 100, reserve_percent: 0 });
  house.task('a', build('a'));
  spend(96, here);
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'landed' });
  expect(house.notices).toContain('a: red zone: the budget is nearly used up; pause work or raise it');
});

test('a pin upwards without a reason counts in green only, where zones are enforced', async () => {
  const here = await open({ policy: 'enforce', day_usd: 100, reserve_percent: 0 });
  house.task('a', build('a'), { model: 'opus' });
  house.task('b', build('b'), { model: 'opus', override_reason: 'it is subtle' });
  spend(75, here);
  await here.ticks();
  await here.attempt();
  await here.attempt();
  expect([here.last('a', 'claimed').route, here.last('b', 'claimed').route.tier]).toEqual([
    {
      tier: 'sonnet',
      effort: 'medium',
      because: [
        'sonnet for engineer-backend in EXEC (seed 5, agent roles)',
        'the pin to opus is ignored: raising in the yellow zone needs override_reason (seed 3, upgrade cautiously)',
      ],
    },
    'opus',
  ]);
});

test('a budget stop: the cap is kept, and the next smallest request would pass it', async () => {
  const here = await open({});
  const script = ({ turn }: Asked): Said => ({
    calls: [['write', { path: `src/backend/${turn}.txt`, content: `${turn}\n` }]],
  });
  house.task('a', script, { budget_usd: 0.14 });
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'blocked' });
  const rows = here.ledger.rows();
  const spent = rows.reduce((sum, row) => sum + (row.settled ?? Number.NaN), 0);
  expect(spent).toBeLessThanOrEqual(nanoFromUsd(0.14));
  // The last request that was made tells what one of them reads; sonnet writes 8,000 tokens at least.
  const lastInput = rows.at(-1)?.usage;
  const read = inputTokens(lastInput ?? NO_USAGE) * 2_500;
  expect(spent + read + 8_000 * 10_000).toBeGreaterThan(nanoFromUsd(0.14));
});

test('a builder leaves what its reviewer needs: its own cap ends before that of the task', async () => {
  const here = await open({});
  // Two first requests of an opus reviewer take 62 cents, so 63 leave a cent, which funds no request at all.
  house.task('a', build('a'), { budget_usd: 0.63, risk: ['performance_critical'] });
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'blocked' });
  const { problem, need } = here.last('a', 'blocked').blocker;
  expect(problem).toMatch(
    /^The cap of the task cannot fund the next request\. The cap of the task is \$0\.63 \(\$0\.62 of it kept for its review\): \$0\.00 is spent, and the smallest next request needs \$0\.\d+\.$/,
  );
  expect(need).toMatch(
    /^Raise budget_usd in the task to 0\.\d\d or more, then retry the task\. Work and conversation are kept\.$/,
  );
  expect(house.claude.asked).toEqual([]);
});
