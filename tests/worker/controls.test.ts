/** What a person has decided reaches the workers of every process: a pause, a choice, a rollback, a plan's own table. */
import { afterEach, expect, test } from 'vitest';
import { validatorRounds } from '../../src/conductor/validator.ts';
import { CONTROL_STREAM, type ControlEvent, planStream, targetStream, taskStream } from '../../src/domain/event.ts';
import { House } from '../support/house-rig.ts';
import { writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
afterEach(() => house.close());

/** As a command of another process would write it. */
function decide(here: HouseProcess, event: ControlEvent): void {
  const { baton } = here.holder;
  const seq = baton.read(CONTROL_STREAM).length + 1;
  expect(baton.append({ stream: CONTROL_STREAM, seq, event, at: here.holder.at() })).toBe('appended');
}

const tiersOf = (here: HouseProcess, id: string): string[] => here.state(id).attempts.map(({ route }) => route.tier);

test('paused by another process, a worker starts nothing; resumed, it goes on', async () => {
  house = new House();
  house.task('a', writes({ 'src/backend/a.txt': 'a' }));
  const here = await house.start();
  const other = await house.start();
  await here.ticks();
  decide(other, { kind: 'paused', by: 'ada', reason: 'the release goes first' });
  const { halted, attempts } = await here.work();
  expect({ halted, attempts, board: here.board() }).toEqual({
    halted: { reason: 'paused', detail: 'ada paused all work: the release goes first' },
    attempts: 0,
    board: { a: 'ready' },
  });
  decide(other, { kind: 'resumed', by: 'ada' });
  await here.toTheEnd();
  expect(here.board()).toEqual({ a: 'landed' });
});

test('a task that a person has moved to the front is claimed first', async () => {
  house = new House();
  for (const id of ['a', 'b']) house.task(id, writes({ [`src/backend/${id}.txt`]: id }));
  const here = await house.start();
  await here.ticks();
  decide(here, { kind: 'moved', by: 'ada', task: 'b', before: ['a'], after: [] });
  await here.attempt();
  expect(here.board()).toMatchObject({ a: 'ready', b: expect.not.stringMatching('ready') });
});

test('what runs while somebody pauses goes on to its end, and the next task is not started', async () => {
  house = new House();
  const here = await house.start();
  const other = await house.start();
  house.task('a', asked => {
    if (asked.turn === 0) decide(other, { kind: 'paused', by: 'ada', reason: '' });
    return writes({ 'src/backend/a.txt': 'a' })(asked);
  });
  house.task('b', writes({ 'src/backend/b.txt': 'b' }));
  await here.ticks();
  await here.work();
  await here.ticks();
  expect(here.board()).toEqual({ a: 'landed', b: 'ready' });
});

test('while it is paused no review, no advice and no round of the validator begins; what needs none lands', async () => {
  house = new House();
  house.task('reviewed', writes({ 'docs/a.md': 'a' }), { agent: 'scribe', files: ['docs/**'] });
  house.task('plain', writes({ 'src/backend/b.txt': 'b' }));
  house.task('asking', asked => {
    if (asked.request.format !== undefined)
      return { text: JSON.stringify({ kind: 'decision', decision: 'one', rationale: '', patterns: [] }) };
    const question = { type: 'unclear_requirements', reason: 'architectural_decision', problem: 'x', need: 'y' };
    return asked.turn === 0
      ? { calls: [['block', question]] }
      : writes({ 'src/backend/c.txt': 'c' })({ ...asked, turn: asked.turn - 1 });
  });
  const here = await house.start();
  await here.ticks();
  for (const _ of ['reviewed', 'plain', 'asking']) await here.follow({ until: 'once' });
  const walking = validatorRounds(here.conductor);
  decide(here, { kind: 'paused', by: 'ada', reason: '' });
  const asked = house.claude.asked.length;
  await here.ticks();
  house.clock.advance(60 * 60_000);
  expect(await walking.walk(new AbortController().signal)).toBe(false);
  expect([here.board(), house.claude.asked.length]).toEqual([
    { reviewed: 'in_review', plain: 'landed', asking: 'waiting' },
    asked,
  ]);
  decide(here, { kind: 'resumed', by: 'ada' });
  expect(await walking.walk(new AbortController().signal)).toBe(true);
  await here.toTheEnd();
  expect(here.board()).toEqual({ reviewed: 'landed', plain: 'landed', asking: 'landed' });
});

test('a worker without an end says once that it is paused, and waits', async () => {
  house = new House();
  house.task('a', writes({ 'src/backend/a.txt': 'a' }));
  const here = await house.start();
  await here.ticks();
  decide(here, { kind: 'paused', by: 'ada', reason: 'lunch' });
  const stop = new AbortController();
  let rings = 0;
  here.bell = async () => {
    if (++rings === 3) stop.abort();
  };
  await here.work({ until: 'stopped', stopping: stop.signal });
  expect(house.notices.filter(text => text.includes('paused'))).toEqual([
    'ada paused all work: lunch; nothing new is started until: kleiber resume',
  ]);
  expect(here.board()).toEqual({ a: 'ready' });
});

test('with routing by hand a task waits for a choice, and then runs on what was chosen', async () => {
  house = new House({ config: { routing: 'manual' } });
  for (const id of ['a', 'b']) house.task(id, writes({ [`src/backend/${id}.txt`]: id }));
  const here = await house.start();
  await here.ticks();
  const { refused } = await here.work();
  expect(refused).toEqual([
    { id: 'a', reason: 'no_choice' },
    { id: 'b', reason: 'no_choice' },
  ]);
  here.says('a', { kind: 'overridden', by: 'ada', to: 'opus', reason: 'novel' });
  await here.toTheEnd();
  expect([here.board(), tiersOf(here, 'a')]).toEqual([{ a: 'landed', b: 'ready' }, ['opus']]);
});

test('a rollback decides for every attempt that begins while it stands', async () => {
  house = new House({ config: { routing: { EXEC: { 'engineer-backend': 'opus' } } } });
  house.task('a', writes({ 'src/backend/a.txt': 'a' }));
  const here = await house.start();
  await here.ticks();
  decide(here, { kind: 'routing_rolled_back', by: 'ada', reason: 'too many surprises' });
  await here.work({ until: 'once' });
  decide(here, { kind: 'routing_restored', by: 'ada' });
  house.task('b', writes({ 'src/backend/b.txt': 'b' }));
  await here.toTheEnd();
  expect([tiersOf(here, 'a'), tiersOf(here, 'b')]).toEqual([['sonnet'], ['opus']]);
});

test('a plan keeps the table it was made with, while a task typed by hand goes by today’s', async () => {
  house = new House({ config: { routing: { EXEC: { 'engineer-backend': 'opus' } } } });
  house.task('p1-01', writes({ 'src/backend/a.txt': 'a' }), { plan: 'p1' });
  house.task('by-hand', writes({ 'src/backend/b.txt': 'b' }));
  const here = await house.start();
  here.holder.baton.append({
    stream: planStream('p1'),
    seq: 1,
    at: here.holder.at(),
    event: {
      kind: 'planned',
      target: { checkout: house.user, branch: 'main' },
      request: 'x',
      tasks: ['p1-01'],
      sessions: [],
      table: { EXEC: { 'engineer-backend': 'haiku' } },
    },
  });
  await here.ticks();
  for (const _ of ['p1-01', 'by-hand']) await here.attempt();
  expect([tiersOf(here, 'p1-01'), tiersOf(here, 'by-hand')]).toEqual([['haiku'], ['opus']]);
});

test('a choice for a task that has landed in a lost log does not build it again', async () => {
  house = new House();
  house.task('a', writes({ 'src/backend/a.txt': 'a' }));
  const first = await house.start();
  await first.toTheEnd();
  first.die();
  house.loseLog();
  const here = await house.start();
  const file = here.worker.keeper.look().tasks.get('a');
  if (file === undefined) throw new Error('the file of a is gone');
  const target = { checkout: house.user, branch: 'main' };
  const events = [
    { kind: 'created' as const, target, agent: 'engineer-backend', file: file.path, fileHash: file.hash, plan: null },
    { kind: 'overridden' as const, by: 'ada', to: 'opus' as const, reason: 'x' },
  ];
  for (const [index, event] of events.entries())
    here.holder.baton.append({ stream: taskStream('a'), seq: index + 1, event, at: here.holder.at() });
  await here.toTheEnd();
  expect([here.told('a'), here.holder.baton.read(targetStream('main')).length > 0]).toEqual([
    ['created', 'overridden', 'imported'],
    true,
  ]);
});
