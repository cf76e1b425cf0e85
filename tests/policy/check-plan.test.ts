/** A plan is checked without a model: every fault is named, and what code can mend is mended. */
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/role.ts';
import type { Task } from '../../src/domain/task.ts';
import { type CheckedPlan, checkPlan, type PlanFault, taskFaults } from '../../src/policy/check-plan.ts';
import { NO_RULES, roleOf, taskOf } from '../support/policy-values.ts';

const ROLES: ReadonlyMap<string, Role> = new Map(
  [
    roleOf('architect', { paths: ['docs/architecture/**', 'docs/*'] }),
    roleOf('engineer-frontend', { paths: ['/frontend/*'] }),
    roleOf('engineer-backend', { paths: ['/src/backend/*', '/src/services/*'] }),
    roleOf('validator', { paths: [], produces: 'report', readOnly: true }),
    roleOf('testing'),
  ].map(role => [role.name, role]),
);

const check = (tasks: Task[], existing: string[] = []) =>
  checkPlan(tasks, ROLES, new Set(existing), { table: {}, ...NO_RULES });

const faultsOf = (tasks: Task[], existing: string[] = []): PlanFault[] => {
  const outcome = check(tasks, existing);
  return outcome.ok ? [] : outcome.faults;
};

function planOf(tasks: Task[], existing: string[] = []): CheckedPlan {
  const outcome = check(tasks, existing);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
  return outcome.plan;
}

const backend = (id: string, changes: Partial<Task['head']> = {}, body: Partial<Task['body']> = {}): Task =>
  taskOf({ id, files: [`src/backend/${id}/**`], ...changes }, body);

describe('faults', () => {
  test.each<[string, Task[], PlanFault[]]>([
    ['a plan without tasks', [], [{ task: '', problem: 'the plan has no tasks' }]],
    [
      'an agent that nobody knows',
      [backend('a', { agent: 'wizard' })],
      [
        {
          task: 'a',
          problem:
            'no agent is named wizard; agents here: architect, engineer-frontend, engineer-backend, validator, testing',
        },
      ],
    ],
    [
      'the same id twice',
      [backend('a'), backend('a', { files: ['src/services/**'] })],
      [{ task: 'a', problem: 'this id is already taken' }],
    ],
    ['an id of the repository', [backend('old')], [{ task: 'old', problem: 'this id is already taken' }]],
    [
      'dependencies that do not exist',
      [backend('a', { depends_on: ['b', 'old'], after: ['c'] })],
      [
        { task: 'a', problem: 'depends on b, which does not exist' },
        { task: 'a', problem: 'depends on c, which does not exist' },
      ],
    ],
    [
      'itself as a dependency',
      [backend('a', { depends_on: ['a'] })],
      [{ task: 'a', problem: 'depends on itself: a → a' }],
    ],
    [
      'a circle',
      [backend('a', { depends_on: ['b'] }), backend('b', { depends_on: ['c'] }), backend('c', { depends_on: ['a'] })],
      [{ task: 'a', problem: 'depends on itself: a → b → c → a' }],
    ],
    [
      'a glob that is none',
      [taskOf({ id: 'a', agent: 'testing', files: ['src/{a,b}/**'] })],
      [{ task: 'a', problem: 'files: "src/{a,b}/**" is not a glob of literals, * and **' }],
    ],
    [
      'files outside the paths of the role',
      [backend('a', { files: ['src/backend/a.ts', 'frontend/**', 'src/**'] })],
      [
        {
          task: 'a',
          problem: 'files: frontend/** is outside the paths of engineer-backend (/src/backend/*, /src/services/*)',
        },
        {
          task: 'a',
          problem: 'files: src/** is outside the paths of engineer-backend (/src/backend/*, /src/services/*)',
        },
      ],
    ],
    ['no files to write', [backend('a', { files: [] })], [{ task: 'a', problem: 'files: names no path it may write' }]],
    [
      'no criteria and no description',
      [backend('a', {}, { acceptanceCriteria: [], description: '' })],
      [
        { task: 'a', problem: 'has no acceptance criteria' },
        { task: 'a', problem: 'has no description' },
      ],
    ],
    ['a report needs no files', [taskOf({ id: 'a', agent: 'validator', files: [] })], []],
    ['a seed name in another spelling', [taskOf({ id: 'a', agent: 'testing-agent', files: ['tests/**'] })], []],
  ])('%s', (_name, tasks, faults) => {
    expect(faultsOf(tasks, ['old']).map(({ task, problem }) => ({ task, problem }))).toEqual(faults);
  });

  test('each names the key that it is about, and an agent the one that was meant', () => {
    const wrong = { agent: 'enginer-backend', depends_on: ['x'], after: ['y'], files: ['a/{b}'] };
    const faults = faultsOf([backend('a', wrong, { acceptanceCriteria: [], description: '' })]);
    expect(faults.map(({ key }) => key)).toEqual(['agent', 'depends_on', 'after', 'files', 'criteria', 'description']);
    expect(faults[0]?.problem).toMatch(
      /^no agent is named enginer-backend; did you mean engineer-backend\? agents here: architect, /,
    );
  });

  test('all of them are found at once', () => {
    expect(faultsOf([backend('a', { agent: 'wizard', depends_on: ['a', 'x'] })]).map(fault => fault.problem)).toEqual([
      expect.stringContaining('no agent is named wizard'),
      'depends on x, which does not exist',
      'depends on itself: a → a',
    ]);
  });

  test('a task typed by hand may leave its files to a role that has paths', () => {
    const problems = (agent: string): string[] =>
      taskFaults(taskOf({ id: 'a', agent, files: [] }), [], ROLES, new Set(['a'])).map(fault => fault.problem);
    expect([problems('engineer-backend'), problems('testing')]).toEqual([
      [],
      ['files: names no path, and testing has no paths of its own'],
    ]);
  });
});

describe('mending', () => {
  test('the later of two tasks that may write the same path waits for the earlier', () => {
    const tasks = [
      backend('a', { files: ['src/backend/api/**', 'src/services/mail.ts'] }),
      backend('b', { files: ['src/backend/*'] }),
      backend('c', { files: ['src/services/**'] }),
    ];
    const plan = planOf(tasks);
    expect([plan.mended, plan.tasks.map(({ head }) => [head.id, head.depends_on])]).toEqual([
      ['b waits for a: both may write src/backend/api/**', 'c waits for a: both may write src/services/mail.ts'],
      [
        ['a', []],
        ['b', ['a']],
        ['c', ['a']],
      ],
    ]);
  });

  test.each<[string, Task[]]>([
    [
      'one waits for the other already',
      [backend('a', { files: ['src/backend/**'] }), backend('b', { depends_on: ['a'] })],
    ],
    ['the earlier waits for the later', [backend('a', { files: ['src/backend/**'], depends_on: ['b'] }), backend('b')]],
    [
      'one waits for the other by way of a third',
      [
        backend('a', { files: ['src/backend/**'] }),
        backend('m', { files: ['src/services/m.ts'], depends_on: ['a'] }),
        backend('b', { depends_on: ['m'] }),
      ],
    ],
    [
      'one of them only reports',
      [backend('a', { files: ['src/backend/**'] }), taskOf({ id: 'v', agent: 'validator', files: [] })],
    ],
  ])('nothing is added when %s', (_name, tasks) => {
    const plan = planOf(tasks);
    expect([plan.mended, plan.tasks.map(task => task.head)]).toEqual([[], tasks.map(task => task.head)]);
  });

  test('an edge that was added orders what hangs on it', () => {
    const tasks = [
      backend('a', { files: ['src/backend/one.ts', 'src/backend/two.ts'] }),
      backend('b', { files: ['src/backend/one.ts'] }),
      backend('c', { files: ['src/backend/two.ts'], depends_on: ['b'] }),
    ];
    expect(planOf(tasks).mended).toEqual(['b waits for a: both may write src/backend/one.ts']);
  });

  test('three tasks on one file become a row', () => {
    const plan = planOf(['a', 'b', 'c'].map(id => backend(id, { files: ['src/backend/one.ts'] })));
    expect(plan.tasks.map(({ head }) => [head.id, head.depends_on])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a', 'b']],
    ]);
  });
});

describe('the zones of seed 2', () => {
  const opus = taskOf(
    { id: 'auth-design', agent: 'architect', files: ['docs/AUTH_ARCHITECTURE.md', 'docs/ERROR_HANDLING.md'] },
    { constraints: 'Design only.' },
  );
  const sonnet = taskOf({ id: 'api-client', agent: 'engineer-frontend', files: ['frontend/lib/**'] });
  const haiku = taskOf({
    id: 'types',
    agent: 'engineer-frontend',
    files: ['frontend/types/api.ts', 'frontend/components/**'],
  });

  test('phase one runs all three side by side, and each is told the zones of the others', () => {
    const plan = planOf([opus, sonnet, haiku]);
    expect(plan.mended).toEqual([]);
    expect(plan.tasks.map(task => task.head.depends_on)).toEqual([[], [], []]);
    expect(plan.tasks.map(task => task.body.constraints)).toEqual([
      `Design only.

Others work at the same time; do not touch their zones:

- frontend/lib/** (engineer-frontend, api-client)
- frontend/types/api.ts, frontend/components/** (engineer-frontend, types)`,
      `Others work at the same time; do not touch their zones:

- docs/AUTH_ARCHITECTURE.md, docs/ERROR_HANDLING.md (architect, auth-design)
- frontend/types/api.ts, frontend/components/** (engineer-frontend, types)`,
      `Others work at the same time; do not touch their zones:

- docs/AUTH_ARCHITECTURE.md, docs/ERROR_HANDLING.md (architect, auth-design)
- frontend/lib/** (engineer-frontend, api-client)`,
    ]);
  });

  test('design blocks what implements it, and who is ahead or behind is no neighbour', () => {
    const wiring = taskOf({
      id: 'wiring',
      agent: 'engineer-frontend',
      files: ['frontend/app/**'],
      depends_on: ['api-client', 'types'],
    });
    const hooks = { ...sonnet, head: { ...sonnet.head, depends_on: ['types'] } };
    const plan = planOf([haiku, hooks, wiring]);
    expect(plan.tasks.map(task => task.body)).toEqual([haiku.body, hooks.body, wiring.body]);
  });

  test('two models that would edit one file do not run at the same time', () => {
    const both = { ...sonnet, head: { ...sonnet.head, files: ['frontend/lib/**', 'frontend/types/api.ts'] } };
    expect(planOf([haiku, both]).mended).toEqual(['api-client waits for types: both may write frontend/types/api.ts']);
  });
});

test('minutes outside the range of the tier are worth a word and stop nothing', () => {
  const plan = planOf([
    backend('a', { traits: { minutes: 90 } }),
    backend('b', { traits: { minutes: 30 } }),
    backend('c', { traits: { minutes: 4 } }),
    backend('d'),
    backend('e', { traits: { architectural: true, minutes: 14 } }),
    backend('f', { traits: { repetitive: true, reversible: true, minutes: 2 } }, { template: 'export {};' }),
  ]);
  expect(plan.warnings).toEqual([
    "a: 90 minutes is outside sonnet's 5 to 30 (seed 1, ideal task duration)",
    "c: 4 minutes is outside sonnet's 5 to 30 (seed 1, ideal task duration)",
    "e: 14 minutes is outside opus's 15 to 60 (seed 1, ideal task duration)",
  ]);
});

test('a task may depend on one that is in the repository already', () => {
  expect(planOf([backend('a', { depends_on: ['old'] })], ['old']).tasks[0]?.head.depends_on).toEqual(['old']);
});
