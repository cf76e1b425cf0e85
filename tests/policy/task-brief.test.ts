/** The short form of a state says what the long one says. */
import { expect, test } from 'vitest';
import type { TaskEvent } from '../../src/domain/event.ts';
import { briefOf, type TaskBrief } from '../../src/policy/task-brief.ts';
import {
  at,
  blocked,
  cancelled,
  claimed,
  created,
  ended,
  intended,
  landed,
  proven,
  stateAfter,
  submitted,
  validated,
} from '../support/policy-values.ts';

const NEW: TaskBrief = {
  id: 'shop-1-01-basket',
  agent: 'engineer-backend',
  file: 'tasks/engineer-backend/shop-1-01-basket.md',
  plan: 'shop-1',
  createdAt: at(1),
  stage: { kind: 'open' },
  tries: 0,
  strikes: 0,
  tier: null,
  resolving: null,
  chosen: null,
  cost: 0,
  deferral: null,
};
const TRIED: TaskBrief = { ...NEW, tries: 1, tier: 'sonnet', cost: 4_200_000 };
const QUESTION = {
  type: 'unclear_requirements',
  problem: 'which currency?',
  tried: [],
  need: 'a currency',
  options: [],
} as const;
const GREEN = [claimed(1), submitted(1), proven(), validated(1, 'green')];

test.each<[string, TaskEvent[], TaskBrief]>([
  ['open', [], NEW],
  ['running', [claimed(1)], { ...TRIED, cost: 0, stage: { kind: 'running' } }],
  [
    'tried in vain and tried again',
    [claimed(1), ended(1, { end: { reason: 'stuck', detail: 'x' }, strike: true }), claimed(2)],
    { ...TRIED, tries: 2, strikes: 1, stage: { kind: 'running' } },
  ],
  ['handed in', [claimed(1), submitted(1)], { ...TRIED, stage: { kind: 'submitted', validation: null, review: null } }],
  ['green', GREEN, { ...TRIED, stage: { kind: 'submitted', validation: { result: 'green' }, review: null } }],
  ['landed', [...GREEN, intended(), landed()], { ...TRIED, stage: { kind: 'landed', commit: 'merge-1' } }],
  [
    'blocked',
    [claimed(1), blocked(1)],
    {
      ...TRIED,
      stage: {
        kind: 'blocked',
        blocker: { ...QUESTION, tried: [], options: [] },
        afterProof: false,
        asker: 'sonnet',
        advised: false,
      },
    },
  ],
  ['cancelled', [cancelled()], { ...NEW, stage: { kind: 'cancelled' } }],
])('of a task that is %s', (_name, events, brief) => {
  expect(briefOf(stateAfter([created(), ...events]))).toEqual(brief);
});
