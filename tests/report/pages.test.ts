/** The pages for readers who have only git: charts that a host can draw, and no text of a model that is markup there. */
import { describe, expect, test } from 'vitest';
import type { PlanEvent } from '../../src/domain/event.ts';
import type { Task } from '../../src/domain/task.ts';
import { type Board, buildBoard, cardOf } from '../../src/policy/board.ts';
import type { TaskState } from '../../src/policy/task-state.ts';
import { markdownReport } from '../../src/report/markdown-report.ts';
import { flowChart, ganttChart, plainLabel } from '../../src/report/mermaid.ts';
import { planPage } from '../../src/report/plan-page.ts';
import { progressPage } from '../../src/report/progress-page.ts';
import { barsOf } from '../../src/report/timeline.ts';
import {
  blocked,
  claimed,
  created,
  landed,
  stateAfter,
  submitted,
  TARGET,
  taskOf,
  validated,
} from '../support/policy-values.ts';

const FIRST = 'shop-1-01-basket';
const SECOND = 'shop-1-02-page';

function boardOf(tasks: Task[], states: TaskState[]): Board {
  return buildBoard(tasks.map(cardOf), new Map(states.map(state => [state.id, state])), '2026-11-21');
}

const two = (): Board =>
  boardOf(
    [
      taskOf({ plan: 'shop-1' }),
      taskOf({ id: SECOND, title: 'Show "it" <b>|</b>', depends_on: [FIRST], plan: 'shop-1' }),
    ],
    [
      stateAfter([created(), claimed(), submitted(), validated(1, 'green'), landed()], FIRST),
      stateAfter([created(), claimed(), blocked(1)], SECOND),
    ],
  );

describe('the flow chart', () => {
  test('has a quoted, plain label for each task, an arrow for each dependency, and colours for what stands out', () => {
    expect(flowChart(two())).toBe(
      [
        '```mermaid',
        'flowchart LR',
        '  t1["01-basket<br/>Add a basket<br/>landed"]',
        '  t2["02-page<br/>Show it b b<br/>blocked"]',
        '  t1 --> t2',
        '  classDef landed fill:#e2f3e8,stroke:#0a6b45,color:#1b1d21',
        '  class t1 landed',
        '  classDef blocked fill:#fff4d9,stroke:#8a5200,color:#1b1d21',
        '  class t2 blocked',
        '```',
      ].join('\n'),
    );
  });

  test('is left out for one task, and for more than anybody can read', () => {
    const many = Array.from({ length: 51 }, (_, at) => taskOf({ id: `t-${at}` }));
    expect([flowChart(boardOf([taskOf()], [])), flowChart(boardOf(many, []))]).toEqual([null, null]);
  });

  test.each([
    ['end; click t1 "javascript:x"', 'end click t1 javascript x'],
    ['Größe → “neu”', 'Gro e neu'],
    ['a]]["b', 'a b'],
  ])('the label of %s is %s', (text, label) => {
    expect(plainLabel(text)).toBe(label);
  });
});

test('the Gantt chart has a section per tier and leaves out what goes on', () => {
  const state = stateAfter([created(), claimed(), submitted()], FIRST);
  const running = stateAfter([created(), claimed()], SECOND);
  expect(
    ganttChart(barsOf([state, running]))
      ?.split('\n')
      .slice(0, 5),
  ).toEqual(['```mermaid', 'gantt', '  dateFormat YYYY-MM-DDTHH:mm:ss', '  axisFormat %H:%M', '  section sonnet']);
  expect(ganttChart(barsOf([state, running]))).not.toContain(SECOND);
  expect(ganttChart(barsOf([running]))).toBeNull();
});

test('the progress page has the table, the spend and both charts, and is the same for the same board', () => {
  const page = progressPage(two(), TARGET.branch);
  expect(page).toBe(progressPage(two(), TARGET.branch));
  expect(page?.match(/^(?:# .*|## .*|Spent on tasks: .*)$/gm)).toEqual([
    '# Progress on main',
    'Spent on tasks: $0.0084 in 2 attempts (sonnet $0.0084 in 2).',
    '## What holds what',
    '## When',
  ]);
  expect(progressPage(two(), 'another')).toBeNull();
});

test('the plan page says what was asked for and how it was split', () => {
  const event: Extract<PlanEvent, { kind: 'planned' }> = {
    kind: 'planned',
    target: TARGET,
    request: 'A basket\n# and a page',
    tasks: [FIRST, SECOND],
    sessions: [],
  };
  const page = planPage('shop-1', event, two());
  expect(page).toContain('> A basket\n> # and a page\n');
  expect(page).toContain(
    `| [${SECOND}](../tasks/engineer-backend/${SECOND}.md) | engineer-backend | EXEC | ${FIRST} |  | Show "it" \\<b\\>\\|\\</b\\> |`,
  );
  expect(page).toContain('  t2["02-page<br/>Show it b b"]');
});

test('the Markdown report asks first, and quotes what models wrote', () => {
  const report = markdownReport('shop on main', two());
  expect(report.match(/^#+ .*$/gm)).toEqual([
    '# shop on main',
    '## Needs you',
    '## Tasks',
    '## What holds what',
    '## When',
    '## What was handed in',
    `### ${FIRST}: Add a basket`,
  ]);
  expect(report).toContain(`| ${SECOND} | Show "it" \\<b\\>\\|\\</b\\> |`);
});
