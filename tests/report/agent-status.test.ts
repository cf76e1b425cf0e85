/** The status questions of seed 2 for one agent, answered from the record. */
import { expect, test } from 'vitest';
import { handOverText } from '../../src/agent/hand-over-texts.ts';
import { buildBoard, cardOf, readyTasks } from '../../src/policy/board.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { type AgentStatus, agentStatus, statusAnswers } from '../../src/report/agent-status.ts';
import { stateTable } from '../../src/report/state-table.ts';
import {
  at,
  blocked,
  claimed,
  created,
  landed,
  returned,
  stateAfter,
  submitted,
  taskOf,
} from '../support/policy-values.ts';

const STATES: TaskState[] = [
  stateAfter([created(), claimed(1), submitted(1), landed(1)], 'done'),
  stateAfter([created(), claimed(1)], 'running'),
  stateAfter([created(), claimed(1), blocked(1)], 'asks'),
  stateAfter([created(), claimed(1), submitted(1), returned(1, { note: 'The checks are red:\n- test 4' })], 'again'),
  stateAfter(
    [
      created(),
      claimed(1),
      blocked(1),
      {
        kind: 'escalated',
        by: 'conductor',
        to: 'opus',
        reason: 'complex_debugging',
        note: 'Escalated from sonnet.\n\nx',
      },
    ],
    'raised',
  ),
];
const TASKS = [
  ...STATES.map(({ id }) => taskOf({ id, title: `Build ${id}` })),
  taskOf({ id: 'fresh', title: 'Build fresh', created: at(9) }),
  taskOf({ id: 'later', depends_on: ['fresh'] }),
  taskOf({ id: 'other', agent: 'scribe' }),
];
const board = buildBoard(TASKS.map(cardOf), new Map(STATES.map(state => [state.id, state])));
const textOf = (of: AgentStatus, texts = {}): string => handOverText({ texts }, 'status', statusAnswers(of));
const status = agentStatus('ENGINEER_BACKEND', board, readyTasks(board, 'all'));

test('completed, current, blocked, what came back, and what is next in the order of workers', () => {
  expect(status).toEqual({
    agent: 'ENGINEER_BACKEND',
    completed: [
      {
        id: 'done',
        title: 'Build done',
        at: at(4),
        files: [{ path: 'src/backend/basket.ts', status: 'created', mode: '100644' }],
      },
    ],
    current: [{ id: 'running', title: 'Build running', standing: 'running' }],
    blocked: [{ id: 'asks', type: 'unclear_requirements', reason: null, need: 'a currency' }],
    feedback: [
      { id: 'again', about: 'red', note: 'The checks are red: - test 4' },
      { id: 'raised', about: 'complex_debugging, moved to opus', note: 'Escalated from sonnet.' },
    ],
    next: [
      { id: 'raised', title: 'Build raised' },
      { id: 'again', title: 'Build again' },
      { id: 'fresh', title: 'Build fresh' },
    ],
    waiting: 1,
  });
});

test('as text, a section for each question', () => {
  expect(textOf(status)).toBe(`ENGINEER_BACKEND

completed: 1, 1 file created
  ✓ done  Build done (src/backend/basket.ts)

working on
  ▶ running  Build running (running)

blocked or needs a decision
  ? asks  unclear requirements: a currency

what came back
  ✗ again  red: The checks are red: - test 4
  ✗ raised  complex debugging, moved to opus: Escalated from sonnet.

ready for the next: 3, 1 more wait
  · raised  Build raised
  · again  Build again
  · fresh  Build fresh`);
});

test('a role asks what it wants to know, in its own words and order', () => {
  const own = 'Ready for the next batch?\n{next}\nAny templates that did not fit? {unknown}\n{feedback}\n';
  expect(textOf(status, { status: own })).toBe(`Ready for the next batch?
  · raised  Build raised
  · again  Build again
  · fresh  Build fresh
Any templates that did not fit? {unknown}
  ✗ again  red: The checks are red: - test 4
  ✗ raised  complex debugging, moved to opus: Escalated from sonnet.`);
});

test('an agent without tasks has nothing to say', () => {
  expect(textOf(agentStatus('risk', board, [])).match(/^ {2}nothing$/gm)).toHaveLength(5);
});

test('the state table is null for a branch without tasks, and otherwise the same for the same board', () => {
  expect(stateTable(board, 'other-branch')).toBeNull();
  expect(stateTable(board, 'main')).toBe(stateTable(board, 'main'));
  expect(stateTable(board, 'main')).toContain('1 blocked, 1 running, 2 ready, 1 landed.');
});
