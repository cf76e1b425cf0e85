/** The pilot: what it may contain, and the four things that are asked of it afterwards. */
import { describe, expect, test } from 'vitest';
import type { Task } from '../../src/domain/task.ts';
import {
  type PilotOutcome,
  pilotAgents,
  pilotCriteria,
  pilotFaults,
  pilotHindrance,
  pilotRequest,
} from '../../src/policy/pilot.ts';
import { NO_RULES, taskOf } from '../support/policy-values.ts';
import { usesOf } from '../support/review-values.ts';

const easy = (head: Parameters<typeof taskOf>[0] = {}): Task =>
  taskOf({ agent: 'scribe', title: 'List the pages', files: ['docs/pages.md'], traits: { minutes: 8 }, ...head });

const problemsOf = (task: Task): string[] =>
  pilotFaults([task], { table: {}, ...NO_RULES }).map(({ problem }) => problem);

test('easy work of an agent of tier 1 is a pilot', () => {
  expect(problemsOf(easy())).toEqual([]);
});

test.each([
  [
    'an agent of tier 2',
    { agent: 'database' },
    ['database is on sonnet in EXEC; a pilot takes agents of tier 1 (haiku) only'],
  ],
  ['three points of complexity', { traits: { minutes: 50 } }, ['its complexity is 3; a pilot takes 1 and 2']],
  ['p0', { priority: 'p0' as const }, ['p0 is critical; a pilot takes nothing critical']],
  [
    'a person who approves',
    { review: 'human' as const },
    ['a person has to approve it; a pilot takes nothing critical'],
  ],
  [
    'what traits take away from haiku',
    { traits: { doc: 'draft' as const, minutes: 5 } },
    ['it comes out on sonnet; a pilot is for haiku'],
  ],
])('%s is no pilot', (_name, head, problems) => {
  const found = problemsOf(easy(head));
  for (const problem of problems) expect(found.some(text => text.includes(problem))).toBe(true);
  expect(found.length).toBeGreaterThan(0);
});

test('a risk is no pilot, whatever the agent is', () => {
  expect(problemsOf(easy({ risk: ['payment'] })).join()).toContain('payment');
});

test('the planner is told the agents and the limits', () => {
  expect(pilotAgents(['scribe', 'engineer-backend', 'validator'], {})).toEqual(['scribe', 'validator']);
  expect(pilotRequest('Add pages', ['scribe', 'validator'])).toMatch(
    /^Add pages\n[\s\S]*only these agents: scribe, validator\n/,
  );
});

test.each<[string, string[], Parameters<typeof pilotHindrance>[1], string | null]>([
  ['an agent on haiku', ['scribe', 'api'], {}, null],
  ['a person who chooses each model', ['scribe'], 'manual', null],
  ['no agent on haiku', ['api'], {}, 'the table puts no agent on haiku, and a pilot is for haiku'],
  [
    'a table that is rolled back',
    ['scribe'],
    { rolledBack: 'too much rework, says Ada' },
    'the table is rolled back to sonnet (too much rework, says Ada), and a pilot is for haiku',
  ],
])('with %s', (_name, agents, table, hindrance) => {
  expect(pilotHindrance(agents, table)).toBe(hindrance);
});

describe('the four criteria', () => {
  const done: PilotOutcome = {
    uses: usesOf('scribe', 'EXEC', 'haiku', [0, 5]),
    open: 0,
    requests: 12,
    assumed: 0,
    booked: 40,
    logged: 40,
  };

  test.each<[string, Partial<PilotOutcome>, (boolean | null)[]]>([
    ['all is well', {}, [true, true, true, null]],
    ['still at work', { open: 2 }, [null, true, null, null]],
    ['one of five reworked', { uses: usesOf('scribe', 'EXEC', 'haiku', [1, 5]) }, [false, true, true, null]],
    ['one request not known', { assumed: 1 }, [true, false, true, null]],
    ['the ledger says something else', { booked: 41 }, [true, true, false, null]],
    ['nothing has happened', { uses: [], requests: 0, booked: 0, logged: 0 }, [null, null, null, null]],
  ])('%s', (_name, changes, met) => {
    expect(pilotCriteria({ ...done, ...changes }).map(criterion => criterion.met)).toEqual(met);
  });
});
