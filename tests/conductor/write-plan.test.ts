/** All task files of a plan or none: a process may die at any write, and a file may be in the way. */
import { afterEach, expect, test } from 'vitest';
import { takeBackHalfPlans, writePlan } from '../../src/conductor/plan/write-plan.ts';
import { type PlanEvent, planStream } from '../../src/domain/event.ts';
import { taskPath } from '../../src/domain/record-paths.ts';
import type { Task } from '../../src/domain/task.ts';
import { formatTask } from '../../src/record/task-file.ts';
import { House } from '../support/house-rig.ts';
import { Killed, Scissors } from '../support/house-rig-kill.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { taskOf } from '../support/policy-values.ts';

let house: House;
afterEach(() => house.close());

const PLANNER = {
  agent: 'planner',
  tier: 'opus' as const,
  endedAt: '2026-11-21T08:59:00.000Z',
  spend: { usage: { input: 10, output: 5, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }, cost: 140_000 },
};

const tasksOf = (plan: string): Task[] =>
  ['a', 'b'].map(name => taskOf({ id: `${plan}-${name}`, agent: 'engineer-backend', plan, files: [`src/${name}`] }));

const pathsOf = (tasks: readonly Task[]): string[] => tasks.map(({ head }) => taskPath(head.agent, head.id));

const write = (plan: string, { conductor }: HouseProcess) => {
  const tasks = tasksOf(plan);
  const planned: Extract<PlanEvent, { kind: 'planned' }> = {
    kind: 'planned',
    target: { checkout: house.user, branch: 'main' },
    request: 'letters',
    tasks: tasks.map(({ head }) => head.id),
    sessions: [PLANNER],
    table: {},
  };
  return writePlan(plan, tasks, planned, conductor);
};

const planTold = (plan: string, { holder }: HouseProcess): string[] =>
  holder.baton.read(planStream(plan)).map(({ event }) => event.kind);

test('a plan is written whole, and each task is its own from the first event on', async () => {
  house = new House();
  const here = await house.start();
  expect(await write('p1', here)).toEqual({ ok: true, value: undefined });
  expect(pathsOf(tasksOf('p1')).map(path => house.read(path))).toEqual(tasksOf('p1').map(formatTask));
  expect(planTold('p1', here)).toEqual(['drafted', 'planned']);
  expect(here.told('p1-a')).toEqual(['created']);
  expect(here.board()).toEqual({ 'p1-a': 'ready', 'p1-b': 'ready' });
});

test('wherever its process dies there is the whole plan afterwards, or nothing of it', async () => {
  house = new House();
  const ends: string[] = [];
  for (let point = 0; ; point++) {
    const plan = `p${point}`;
    const scissors = new Scissors(point);
    const first = await house.start({ scissors });
    const cut = await write(plan, first).then(
      () => false,
      (error: unknown) => error instanceof Killed,
    );
    first.die();
    if (!cut) break;
    const next = await house.start();
    takeBackHalfPlans(next.conductor.keeper.look().drafts, next.conductor);
    const files = pathsOf(tasksOf(plan)).filter(path => house.read(path) !== null).length;
    const onBoard = Object.keys(next.board()).filter(id => id.startsWith(`${plan}-`)).length;
    ends.push(`${files} files, ${onBoard} on the board, ${planTold(plan, next).at(-1) ?? 'no event'}`);
    next.close();
  }
  const none = '0 files, 0 on the board, abandoned';
  const all = '2 files, 2 on the board, planned';
  expect(ends).toEqual([
    '0 files, 0 on the board, no event',
    ...Array.from({ length: 6 }, () => none),
    ...Array.from({ length: 5 }, () => all),
  ]);
});

test('nothing of a plan is started while its files are being written', async () => {
  house = new House();
  const scissors = new Scissors(4);
  const writing = await house.start({ scissors });
  await write('p1', writing).catch(() => undefined);
  const [first = ''] = pathsOf(tasksOf('p1'));
  expect(house.read(first)).not.toBe(null);
  const other = await house.start();
  await other.ticks();
  expect([other.board(), house.read(first) === null]).toEqual([{}, false]);
  writing.die();
  await other.ticks();
  expect([other.board(), house.read(first) === null]).toEqual([{}, true]);
});

test('a file that is in the way stays as it is, the others go, and what planning cost is on record', async () => {
  house = new House();
  const [first = '', second = ''] = pathsOf(tasksOf('p1'));
  house.write({ [second]: 'mine\n' });
  const here = await house.start();
  expect(await write('p1', here)).toEqual({ ok: false, failure: { path: second } });
  expect([house.read(first), house.read(second)]).toEqual([null, 'mine\n']);
  expect(planTold('p1', here)).toEqual(['drafted', 'abandoned']);
  house.remove(second);
  house.task('other', () => ({ text: 'nothing' }));
  await here.ticks();
  await here.ticks();
  expect(house.read('orchestration_log.md') ?? '').toContain(
    '| 2026-11-21T08:59:00.000Z | planner | p1 | opus | 10 | 5 | $0.00014 |',
  );
});

test('a plan that is taken back after it was recorded leaves nothing in the record, and the checkout clean', async () => {
  house = new House();
  const here = await house.start();
  await write('p1', here);
  await here.ticks();
  const paths = [...pathsOf(tasksOf('p1')), 'progress/p1.md'];
  expect(paths.filter(path => house.read(path) === null)).toEqual([]);
  const cancelled = { kind: 'cancelled' as const, by: 'plan --undo', reason: 'the plan was taken back' };
  for (const { head } of tasksOf('p1')) {
    here.says(head.id, cancelled);
    house.remove(taskPath(head.agent, head.id));
  }
  const { baton, at } = { baton: here.holder.baton, at: here.holder.at() };
  baton.append({ stream: planStream('p1'), seq: 3, at, event: { kind: 'withdrawn', by: 'plan --undo' } });
  await here.ticks();
  await here.ticks();
  expect(house.git('status', '--porcelain')).toBe('');
  expect(house.git('ls-files', '--', ...paths)).toBe('');
  expect(house.read('progress/README.md')).toContain('\nNothing is planned.\n');
});
