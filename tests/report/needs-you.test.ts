/** Whether something needs a person: the same answer on every screen and page. */
import { expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import { buildBoard, cardOf } from '../../src/policy/board.ts';
import { briefOf } from '../../src/policy/task-brief.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { agentStatus } from '../../src/report/agent-status.ts';
import { markdownReport } from '../../src/report/markdown-report.ts';
import { runSummary } from '../../src/report/run-summary.ts';
import { stateTable } from '../../src/report/state-table.ts';
import { digestOf, rowsOfBoard } from '../../src/report/status-digest.ts';
import { taskText } from '../../src/report/task-text.ts';
import {
  blocked,
  claimed,
  created,
  proven,
  reviewAsked,
  stateAfter,
  submitted,
  taskOf,
  validated,
} from '../support/policy-values.ts';

const stopsFor = (waitsFor: string[]): TaskEvent =>
  blocked(1, {
    blocker: { type: 'dependency', problem: 'no types yet', tried: [], need: 'the types', options: [], waitsFor },
  });

function boardOf(waitsFor: string[]) {
  const asker = stateAfter([created(), claimed(1), stopsFor(waitsFor)], 'api');
  const states = new Map<string, TaskState>([
    ['api', asker],
    ['types', stateAfter([created(), claimed(1)], 'types')],
  ]);
  const cards = ['api', 'types'].map(id => cardOf(taskOf({ id })));
  return {
    board: buildBoard(cards, states),
    briefs: new Map([...states].map(([id, state]) => [id, briefOf(state)])),
    cards,
  };
}

function surfaces(waitsFor: string[]) {
  const { board, briefs, cards } = boardOf(waitsFor);
  const digest = digestOf(rowsOfBoard(buildBoard(cards, briefs)));
  const task = board.get('api');
  if (task === undefined) throw new Error('the board has lost a task');
  const { line, needsYou } = runSummary(board);
  return {
    run: [line, needsYou],
    status: [digest.asks, digest.groups.filter(({ count }) => count > 0).map(({ title }) => title)],
    agent: agentStatus('engineer-backend', board, []).blocked.length,
    table: stateTable(board, 'main')?.includes('needs: the types'),
    report: markdownReport('shop', board).includes('## Needs you'),
    show: taskText(task, []).split('\n').at(-2),
  };
}

test('a worker that waits for other work needs nobody', () => {
  expect(surfaces(['types'])).toEqual({
    run: ['landed 0 of 2, blocked 0, waiting 1, ready 0', false],
    status: [null, ['working', 'waiting']],
    agent: 0,
    table: false,
    report: false,
    show: '  it goes on without you',
  });
});

test('one that waits for what will never come needs a person', () => {
  expect(surfaces(['nothing'])).toEqual({
    run: ['landed 0 of 2, blocked 1, waiting 0, ready 0', true],
    status: [{ id: 'api', command: 'kleiber retry api' }, ['needs you', 'working']],
    agent: 1,
    table: true,
    report: true,
    show: '  kleiber retry api',
  });
});

test('a reviewer and advice are words that a paused run leaves unsaid, and other work is none', () => {
  const question = { type: 'unclear_requirements', reason: 'complex_debugging' } as const;
  const blocker = { ...question, problem: 'why?', tried: [], need: 'a reason', options: [] };
  const asks = stateAfter([created(), claimed(1), blocked(1, { blocker })], 'a');
  const judged = stateAfter(
    [created(), claimed(1), submitted(1), proven(1), validated(1, 'green'), reviewAsked('opus')],
    'a',
  );
  const wants = [asks, judged].map(state => runSummary(buildBoard([], new Map([['a', state]]))).wantsWord);
  expect([...wants, runSummary(boardOf(['types']).board).wantsWord]).toEqual([true, true, false]);
});

test('what waits for work that can never start is stuck, and what has stopped on its way is not', () => {
  const waits = cardOf(taskOf({ id: 'page', depends_on: ['api'] }));
  const question = { type: 'unclear_requirements', reason: 'architectural_decision' } as const;
  const blocker = { ...question, problem: 'one or two?', tried: [], need: 'a decision', options: [] };
  const asks = stateAfter([created(), claimed(1), blocked(1, { blocker })], 'api');
  const boards = [new Map(), new Map([['api', asks]])].map(states => buildBoard([waits], states));
  expect(boards.map(board => runSummary(board).isStuck)).toEqual([true, false]);
});
