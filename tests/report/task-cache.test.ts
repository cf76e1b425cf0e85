import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '../../src/domain/event.ts';
import { boardKeeper, type TaskFile } from '../../src/report/board-keeper.ts';
import { taskCache } from '../../src/report/task-cache.ts';
import { claimed, created, OWNER } from '../support/policy-values.ts';
import { ReportDesk, textOf } from '../support/report-desk.ts';

let desk: ReportDesk;
let atMs: number;
beforeEach(() => {
  desk = new ReportDesk();
  atMs = 0;
  desk.task('scribe', 'a');
  desk.task('testing', 'b');
});
afterEach(() => desk.remove());

/** Everything that is written here is long settled by this clock; seconds pass only when a test says so. */
const clock = { now: () => new Date(Date.now() + 10_000), monotonicMs: () => atMs };
const openCache = () => taskCache(desk.root, clock);

const titleOf = (file: TaskFile | undefined): string =>
  file?.outcome.ok ? file.outcome.value.task.head.title : 'not a task';
const titles = (files: readonly TaskFile[]): string[] => files.map(titleOf);

describe('the task files of a long run', () => {
  test('are the very same list as long as nothing changes, however much time passes', () => {
    const cache = openCache();
    const first = cache.all();
    atMs = 5_000;
    expect(cache.all()).toBe(first);
    expect(titles(first)).toEqual(['Build a', 'Build b']);
  });

  test('come and go with their folder, and unchanged ones stay what they were', () => {
    const cache = openCache();
    const [before] = cache.all();
    desk.task('scribe', 'c');
    const [same, fresh] = cache.all();
    expect(same).toBe(before);
    expect(titleOf(fresh)).toBe('Build c');
    desk.delete('tasks/scribe/a.md');
    desk.task('writer', 'd');
    expect(titles(cache.all())).toEqual(['Build c', 'Build b', 'Build d']);
  });

  test('that were edited in place are seen when the doorbell names them', () => {
    const cache = openCache();
    cache.all();
    desk.task('scribe', 'a', { title: 'Crush a' });
    expect(titles(cache.all())).toEqual(['Build a', 'Build b']);
    cache.suspect('tasks/scribe/a.md');
    expect(titles(cache.all())).toEqual(['Crush a', 'Build b']);
  });

  test('that were edited in place are seen after two seconds without any doorbell', () => {
    const cache = openCache();
    cache.all();
    desk.task('scribe', 'a', { title: 'Crush a' });
    atMs = 2_000;
    expect(titles(cache.all())).toEqual(['Crush a', 'Build b']);
  });

  test('are not current any more once a byte has changed, and are read again then', () => {
    const cache = openCache();
    const [file] = cache.all();
    if (file === undefined) throw new Error('there is a file');
    expect(cache.isCurrent(file)).toBe(true);
    desk.task('scribe', 'a', { title: 'Crush a' });
    expect(cache.isCurrent(file)).toBe(false);
    expect(titles(cache.all())).toEqual(['Crush a', 'Build b']);
    desk.delete('tasks/scribe/a.md');
    expect(cache.isCurrent(file)).toBe(false);
  });

  test('that are touched without a change stay the same files', () => {
    const cache = openCache();
    const first = cache.all();
    desk.write('tasks/scribe/a.md', textOf('scribe', 'a'));
    cache.suspect('tasks/scribe/a.md');
    expect(cache.all()).toBe(first);
  });

  test('are faults where they are no tasks', () => {
    const cache = openCache();
    desk.write('tasks/stray.md', 'stray');
    desk.write('tasks/scribe/Bad Name.md', 'x');
    const faulty = cache.all().filter(file => !file.outcome.ok);
    expect(faulty.map(file => file.path)).toEqual(['tasks/stray.md', 'tasks/scribe/Bad Name.md']);
  });
});

describe('the board of a long run', () => {
  const keeper = () => boardKeeper(desk.baton, openCache(), () => '2026-11-21');

  test('is the very same view as long as no task moves', () => {
    const board = keeper();
    const first = board.look();
    expect(board.look()).toBe(first);
    desk.happen('lead', { kind: 'held', owner: OWNER });
    const second = board.look();
    expect(second.board).toBe(first.board);
    expect(second.position).toBe(first.position + 1);
  });

  test('follows events and files', () => {
    const board = keeper();
    board.look();
    desk.happenTo('a', ...([created(), claimed(1)] satisfies Event[]));
    desk.task('scribe', 'c');
    expect([...board.look().board.values()].map(({ card, standing }) => [card.id, standing])).toEqual([
      ['a', 'running'],
      ['c', 'ready'],
      ['b', 'ready'],
    ]);
  });

  test('a view that was given stays what it was', () => {
    const board = keeper();
    const before = board.look();
    desk.happenTo('a', created(), claimed(1));
    board.look();
    expect(before.board.get('a')?.standing).toBe('ready');
    expect(before.states.has('a')).toBe(false);
  });
});
