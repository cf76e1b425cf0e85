/** What a notification is made of: nothing but needs-you, finished and stopped, and each at most once for all that happened. */
import { expect, test } from 'vitest';
import type { BoardSnapshot, CardView } from '../../src/board/view.ts';
import { newsBetween } from '../../web/src/news.ts';
import { wavesOf } from '../../web/src/waves.ts';

const card = (id: string, standing: string, need = 'Which one?'): CardView =>
  ({ id, standing, title: id, blocker: standing === 'blocked' ? { need } : null }) as CardView; // as much of a card as is read

const board = (standings: Record<string, string>, changes: Partial<BoardSnapshot> = {}): BoardSnapshot =>
  ({
    isPast: false,
    isPaused: false,
    conducting: 'conducting',
    notices: [],
    tasks: Object.entries(standings).map(([id, standing]) => card(id, standing)),
    ...changes,
  }) as unknown as BoardSnapshot; // as much of a board as is read

const ASKED = { kind: 'needs you', title: 'a needs you', body: 'Which one?' };

test.each<[string, BoardSnapshot, BoardSnapshot, object[]]>([
  ['work that goes on', board({ a: 'ready' }), board({ a: 'running' }), []],
  ['a question', board({ a: 'running' }), board({ a: 'blocked' }), [ASKED]],
  ['a question that was there before', board({ a: 'blocked' }), board({ a: 'blocked' }), []],
  [
    'several questions at once',
    board({ a: 'running', b: 'running' }),
    board({ a: 'blocked', b: 'blocked' }),
    [{ kind: 'needs you', title: '2 tasks need you', body: 'a, b' }],
  ],
  [
    'the end of everything, and not again',
    board({ a: 'queued', b: 'cancelled' }),
    board({ a: 'landed', b: 'cancelled' }),
    [{ kind: 'finished', title: 'Everything is done', body: '1 of 2 tasks landed' }],
  ],
  ['an end that was there before', board({ a: 'landed' }), board({ a: 'landed' }), []],
  ['an empty board', board({}), board({}), []],
  [
    'a pause',
    board({ a: 'ready' }),
    board({ a: 'ready' }, { isPaused: true, notices: [{ text: 'Paused by Ada.', line: '', isBad: true }] }),
    [{ kind: 'stopped', title: 'All work is paused', body: 'Paused by Ada.' }],
  ],
  [
    'a conductor that has gone with work left',
    board({ a: 'ready', b: 'landed' }),
    board({ a: 'ready', b: 'landed' }, { conducting: null }),
    [{ kind: 'stopped', title: 'No conductor runs any more', body: '1 task is not done' }],
  ],
  [
    'a conductor that has gone when all was done',
    board({ a: 'landed' }),
    board({ a: 'landed' }, { conducting: null }),
    [],
  ],
  ['a walk through the past', board({ a: 'running' }), board({ a: 'blocked' }, { isPast: true }), []],
])('%s', (_name, before, after, news) => {
  expect(newsBetween(before, after)).toEqual(news);
});

test('a wave is everything that can go on side by side, and a circle ends where it closes', () => {
  const tasks = [
    { id: 'a', dependsOn: [] },
    { id: 'b', dependsOn: ['a'] },
    { id: 'c', dependsOn: ['a', 'b', 'gone'] },
    { id: 'd', dependsOn: ['d'] },
  ];
  expect([...wavesOf(tasks)]).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['d', 2],
  ]);
});
