/**
 * The example project of seed 2 (authentication, API client, types, form components, in four phases), as a planner would
 * answer it: the waves hold the seed's order, and no two tasks of a wave may write the same path.
 */
import { describe, expect, test } from 'vitest';
import { allRoles } from '../../src/agent/roles.ts';
import { parseDraft, tasksOf } from '../../src/conductor/plan/draft.ts';
import type { Task } from '../../src/domain/task.ts';
import { checkPlan, nodesOf, routePlanned } from '../../src/policy/check-plan.ts';
import { asTree, globsOverlap } from '../../src/policy/glob.ts';
import { waves } from '../../src/policy/graph.ts';
import { NO_RULES } from '../support/policy-values.ts';

interface Sketch {
  key: string;
  agent: string;
  files: string[];
  depends_on?: string[];
  after?: string[];
  doc?: true;
  template?: true;
  risk?: string[];
}

const FRONT = 'engineer-frontend';

/** Seed 2's four phases; in the third, three tasks wire pages, and two of them meet in one file. */
const SKETCHES: Sketch[] = [
  { key: 'auth-design', agent: 'architect', files: ['docs/architecture/auth.md'], risk: ['authentication'] },
  { key: 'error-design', agent: 'architect', files: ['docs/architecture/errors.md'] },
  { key: 'api-client', agent: FRONT, files: ['frontend/lib/api.ts'] },
  { key: 'types', agent: FRONT, files: ['frontend/types/**'], template: true },
  { key: 'modal', agent: FRONT, files: ['frontend/components/Modal.tsx'], template: true },
  { key: 'form-inputs', agent: FRONT, files: ['frontend/components/forms/**'], template: true },
  { key: 'caching-design', agent: 'architect', files: ['docs/architecture/caching.md'], depends_on: ['api-client'] },
  { key: 'hooks', agent: FRONT, files: ['frontend/lib/hooks.ts'], depends_on: ['api-client', 'types'] },
  { key: 'skeletons', agent: FRONT, files: ['frontend/components/skeletons/**'], after: ['modal'], template: true },
  {
    key: 'home-page',
    agent: FRONT,
    files: ['frontend/app/page.tsx', 'frontend/app/layout.tsx'],
    depends_on: ['hooks'],
  },
  {
    key: 'people-page',
    agent: FRONT,
    files: ['frontend/app/people/**', 'frontend/app/layout.tsx'],
    depends_on: ['hooks'],
  },
  {
    key: 'person-modal',
    agent: FRONT,
    files: ['frontend/components/AddPersonModal.tsx'],
    depends_on: ['hooks', 'modal', 'form-inputs'],
  },
  {
    key: 'auth',
    agent: 'engineer-backend',
    files: ['backend/auth/**'],
    depends_on: ['auth-design'],
    risk: ['authentication'],
  },
];

const DRAFT = {
  tasks: SKETCHES.map(({ key, agent, files, template, depends_on = [], after = [], risk = [] }) => ({
    key,
    agent,
    phase: 'EXEC',
    title: `Build ${key}`,
    priority: 'p1',
    depends_on,
    after,
    files,
    architectural: agent === 'architect',
    complete_feature: false,
    repetitive: template === true,
    reversible: template === true,
    minutes: template === true ? 5 : 20,
    risk,
    description: `${key}, as the request says`,
    acceptance_criteria: [`${key} is there`],
    context: '',
    constraints: '',
    technical_guidance: '',
    escalation_triggers: '',
    template: template === true ? 'export interface Person { id: string }' : '',
    pattern: '',
  })),
};

const roles = allRoles([], {
  roles: {
    [FRONT]: { paths: ['frontend/**'] },
    'engineer-backend': { paths: ['backend/**'] },
  },
});

function planned(): { tasks: Task[]; mended: string[] } {
  const draft = parseDraft(JSON.stringify(DRAFT));
  if (!draft.ok) throw new Error(draft.failure.detail);
  const checked = checkPlan(tasksOf(draft.value, 'p1', '2026-11-21T09:00:00Z'), roles, new Set(), {
    table: {},
    ...NO_RULES,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.plan;
}

const { tasks, mended } = planned();
const keyOf = (id: string): string => id.replace(/^p1-\d\d-/, '');
const waveOf = new Map([...waves(nodesOf(tasks))].map(([id, wave]) => [keyOf(id), wave]));
const wave = (key: string): number => waveOf.get(key) ?? 0;

describe('the waves', () => {
  test('begin with everything that nothing blocks: designs, client, types and components at once', () => {
    const first = [...waveOf].filter(([, number]) => number === 1).map(([key]) => key);
    expect(first).toEqual(['auth-design', 'error-design', 'api-client', 'types', 'modal', 'form-inputs', 'skeletons']);
  });

  test.each([
    ['auth-design', 'auth'],
    ['types', 'hooks'],
    ['api-client', 'hooks'],
    ['hooks', 'home-page'],
    ['hooks', 'people-page'],
    ['modal', 'person-modal'],
    ['form-inputs', 'person-modal'],
  ])('have %s before %s', (before, after) => {
    expect(wave(before)).toBeLessThan(wave(after));
  });

  test('never hold two tasks that may write the same path', () => {
    const shared = tasks.flatMap((left, index) =>
      tasks
        .slice(index + 1)
        .filter(right => wave(keyOf(left.head.id)) === wave(keyOf(right.head.id)))
        .filter(right => left.head.files.some(a => right.head.files.some(b => globsOverlap(asTree(a), asTree(b)))))
        .map(right => [keyOf(left.head.id), keyOf(right.head.id)]),
    );
    expect(shared).toEqual([]);
  });

  test('put the two pages that share a layout one after the other, and say so', () => {
    expect(wave('home-page')).toBeLessThan(wave('people-page'));
    expect(mended.map(text => text.replace(/p1-\d\d-/g, ''))).toEqual([
      'people-page waits for home-page: both may write frontend/app/layout.tsx',
    ]);
  });
});

test('every task is told the zones beside its own', () => {
  const types = tasks.find(({ head }) => keyOf(head.id) === 'types');
  expect(types?.body.constraints).toContain('frontend/lib/api.ts (engineer-frontend');
  expect(types?.body.constraints).toContain('docs/architecture/auth.md (architect');
  expect(types?.body.constraints).not.toContain('frontend/lib/hooks.ts');
});

test('designs go to opus, templates to haiku, the rest to sonnet, and authentication never below opus', () => {
  const tiers = Object.fromEntries(
    tasks.map(task => [keyOf(task.head.id), routePlanned(task, false, { table: {}, ...NO_RULES }).tier]),
  );
  expect(tiers).toEqual({
    'auth-design': 'opus',
    'error-design': 'opus',
    'api-client': 'sonnet',
    types: 'haiku',
    modal: 'haiku',
    'form-inputs': 'haiku',
    'caching-design': 'opus',
    hooks: 'sonnet',
    skeletons: 'haiku',
    'home-page': 'sonnet',
    'people-page': 'sonnet',
    'person-modal': 'sonnet',
    auth: 'opus',
  });
});

test('a soft order stays soft', () => {
  const skeletons = tasks.find(({ head }) => keyOf(head.id) === 'skeletons');
  expect([skeletons?.head.after.map(keyOf), skeletons?.head.depends_on]).toEqual([['modal'], []]);
});
