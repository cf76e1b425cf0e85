/** The validator's rounds and reports, the state table, and the scribe's and the consolidation tasks that nobody planned. */
import { afterEach, describe, expect, test } from 'vitest';
import { validateBranch, validatorRounds } from '../../src/conductor/validator.ts';
import { validatorStream } from '../../src/domain/event.ts';
import { LOG_FILE, STATE_TABLE, taskPath } from '../../src/domain/record-paths.ts';
import { STUB_MARK } from '../../src/policy/stubs.ts';
import { parseTaskFile } from '../../src/record/task-file.ts';
import { parseValidation } from '../../src/record/validation-file.ts';
import { House, type HouseOptions } from '../support/house-rig.ts';
import { inTurn, type Script, submit, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { created } from '../support/policy-values.ts';

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

const NEVER = new AbortController().signal;
const HALF_AN_HOUR_MS = 30 * 60_000;
const REPORT = 'reports/branch-main-validation.md';

const rounds = (here: HouseProcess): number => here.holder.baton.read(validatorStream('main')).length;
const reported = () => {
  const text = house.read(REPORT);
  const parsed = text === null ? null : parseValidation(REPORT, new TextEncoder().encode(text));
  return parsed?.ok === true ? parsed.value : parsed;
};

describe('rounds', () => {
  test('come every half hour, and at rest only when work has landed that is not the validator or the scribe own', async () => {
    open({ files: { 'docs/a.md': 'a\n' } });
    house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    const here = await house.start();
    await here.toTheEnd();
    const walking = validatorRounds(here.conductor);
    expect([await walking.walk(NEVER), rounds(here)]).toEqual([false, 0]);
    house.clock.advance(HALF_AN_HOUR_MS);
    expect([await walking.walk(NEVER), rounds(here)]).toEqual([true, 1]);
    house.clock.advance(HALF_AN_HOUR_MS);
    expect([await walking.walk(NEVER), rounds(here)]).toEqual([false, 1]);
    house.task('b', writes({ 'src/backend/b.txt': 'b\n' }));
    await here.toTheEnd();
    house.clock.advance(HALF_AN_HOUR_MS);
    expect([await walking.walk(NEVER), rounds(here)]).toEqual([true, 2]);
    expect(house.claude.asked.filter(({ request }) => request.model.includes('haiku'))).toEqual([]);
  });

  test('come too while work goes on, before anything of it has landed', async () => {
    open();
    const here = await house.start();
    const walking = validatorRounds(here.conductor);
    let walked: boolean | null = null;
    house.task('a', async asked => {
      house.clock.advance(HALF_AN_HOUR_MS);
      walked ??= await walking.walk(NEVER);
      return writes({ 'src/backend/a.txt': 'a\n' })(asked);
    });
    await here.toTheEnd();
    expect([walked, rounds(here)]).toEqual([true, 1]);
  });

  test('are off with every_minutes: 0', async () => {
    open({ config: { validate: { every_minutes: 0 } } });
    house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    const here = await house.start();
    await here.toTheEnd();
    const walking = validatorRounds(here.conductor);
    house.clock.advance(HALF_AN_HOUR_MS);
    expect([await walking.walk(NEVER), rounds(here)]).toEqual([false, 0]);
  });

  test('run the checks again although the tree was green, and haiku explains what is red, once per round', async () => {
    open().task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    const here = await house.start();
    await here.toTheEnd();
    house.check = () => 'red';
    house.retell('branch-main', () => ({ text: 'The lock file has drifted.\n' }));
    const walking = validatorRounds(here.conductor);
    house.clock.advance(HALF_AN_HOUR_MS);
    expect(await walking.walk(NEVER)).toBe(true);
    await here.ticks();
    expect(reported()).toMatchObject({ id: 'branch-main', result: 'red', explanation: 'The lock file has drifted.' });
    expect(house.claude.asked.filter(({ request }) => request.model.includes('haiku'))).toHaveLength(1);
    expect(house.read(LOG_FILE)).toContain('| validator | branch-main | haiku |');
    house.clock.advance(HALF_AN_HOUR_MS);
    expect([await walking.walk(NEVER), rounds(here)]).toEqual([true, 2]);
  });
});

test('without a key nothing is explained, and what could not run needs no word', async () => {
  open().task('a', writes({ 'src/backend/a.txt': 'a\n' }));
  const here = await house.start();
  await here.toTheEnd();
  const before = house.claude.asked.length;
  house.check = () => 'red';
  const red = await validateBranch('main', house.integration(), here.conductor, NEVER, false);
  house.check = () => 'could not run';
  const stuck = await validateBranch('main', house.integration(), here.conductor, NEVER, true);
  expect([red, stuck].map(seen => [seen?.validation.result, seen?.explanation, seen?.session])).toEqual([
    ['red', '', null],
    ['could_not_run', '', null],
  ]);
  expect(house.claude.asked.length).toBe(before);
});

describe('the state table', () => {
  test('says where every task stands', async () => {
    open();
    house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    house.task('b', () => ({ calls: [['block', { type: 'technical', problem: 'no | key', need: 'a | key' }]] }));
    await (await house.start()).toTheEnd();
    const [table] = (house.read(STATE_TABLE) ?? '').split('\nSpent on tasks');
    expect(table).toBe(`<!-- kleiber writes this file with every record commit; changes to it are lost -->

# Progress on main

1 blocked, 1 landed.

| Task | Agent | State | Model | What |
|------|-------|-------|-------|------|
| b | engineer-backend | blocked | sonnet | Build b; needs: a \\| key |
| a | engineer-backend | landed | sonnet | Build a |
`);
  });

  test('never replaces a file of the same name that is somebody else', async () => {
    open({ files: { [STATE_TABLE]: '# How we work\n' } }).task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    await (await house.start()).toTheEnd();
    expect(house.read(STATE_TABLE)).toBe('# How we work\n');
  });
});

describe('the scribe', () => {
  const inPlan = { plan: 'p1' };

  test('is called once per finished wave of a plan, and never for its own work', async () => {
    open();
    house.task('p1-01-a', writes({ 'src/backend/a.txt': 'a\n' }, 'made a'), inPlan);
    house.task('p1-02-b', writes({ 'src/backend/b.txt': 'b\n' }, 'made b'), { ...inPlan, depends_on: ['p1-01-a'] });
    for (const number of [1, 2])
      house.retell(`p1-scribe-${number}`, () => ({
        calls: [['block', { type: 'technical', problem: 'x', need: 'y' }]],
      }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.ticks();
    expect(here.board()).toEqual({
      'p1-01-a': expect.any(String),
      'p1-02-b': expect.any(String),
      'p1-scribe-1': 'ready',
    });
    const path = taskPath('scribe', 'p1-scribe-1');
    const parsed = parseTaskFile(path, new TextEncoder().encode(house.read(path) ?? ''));
    const head = parsed.ok ? parsed.value.task.head : null;
    expect(head).toMatchObject({ agent: 'scribe', priority: 'p2', plan: 'p1', traits: { doc: 'internal' } });
    expect(house.read(path)).toContain('made a');
    expect(house.read(path)).not.toContain('made b');
  });

  test.each<[string, HouseOptions, Partial<{ plan: string }>]>([
    ['off', { config: { scribe: 'off' } }, inPlan],
    ['not wanted for a task without a plan', {}, {}],
  ])('is not called when it is %s', async (_, options, head) => {
    open(options).task('p1-01-a', writes({ 'src/backend/a.txt': 'a\n' }), head);
    const here = await house.start();
    await here.toTheEnd();
    expect(Object.keys(here.board())).toEqual(['p1-01-a']);
  });
});

describe('a stand-in', () => {
  const goesOn: Script = asked =>
    asked.turn === 0
      ? { calls: [['write', { path: 'src/backend/a.txt', content: `x // ${STUB_MARK} types\n` }]] }
      : { calls: [submit()] };

  test('that is left when both have landed gets a task that takes it away', async () => {
    open();
    house.task('a', goesOn, { after: ['types'] });
    house.task('types', writes({ 'src/backend/types.txt': 'type Price\n' }), { depends_on: ['a'] });
    const leaves = writes({ 'src/backend/a.txt': `y // ${STUB_MARK} types\n` });
    house.retell('a-consolidate', inTurn(leaves, writes({ 'src/backend/a.txt': 'Price\n' })));
    const here = await house.start();
    await here.toTheEnd();
    await here.toTheEnd();
    expect(house.claude.asked[0]?.heard).toContain(`${STUB_MARK} types`);
    expect(here.board()).toEqual({ a: 'landed', types: 'landed', 'a-consolidate': 'landed' });
    expect(house.notices.join('\n')).toContain(
      'a: stand-ins for types are left in src/backend/a.txt; a task was added',
    );
    expect(here.last('a-consolidate', 'returned').note).toContain(
      'src/backend/a.txt still holds a stand-in for types, which has landed',
    );
    expect(house.read('src/backend/a.txt')).toBe('Price\n');
  });

  test('for what was cancelled is told of once, because nothing will come to replace it', async () => {
    open();
    house.task('a', writes({ 'src/backend/a.txt': `x // ${STUB_MARK} types\n` }), { after: ['types'] });
    house.task('types', writes({}), { depends_on: ['a'] });
    const here = await house.start();
    await here.attempt();
    here.says('types', created());
    here.says('types', { kind: 'cancelled', by: 'Ada', reason: 'not needed' });
    await here.toTheEnd();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed', types: 'cancelled' });
    expect(house.notices.filter(text => text.includes('stand-in'))).toEqual([
      'a: types was cancelled, and a stand-in for it is left in src/backend/a.txt; keep it without its mark, or write a task that replaces it',
    ]);
  });

  test('that is gone by then gets none', async () => {
    open();
    house.task('a', writes({ 'src/backend/a.txt': 'a\n' }), { after: ['types'] });
    house.task('types', writes({ 'src/backend/types.txt': 'type Price\n' }), { depends_on: ['a'] });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed', types: 'landed' });
  });
});
