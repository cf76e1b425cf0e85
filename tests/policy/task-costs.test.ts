/** Cost and benefit by sort of task, the chance of an escalation, and what other rows would have cost. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TableMove } from '../../src/domain/tier.ts';
import { costsByType, predict, shadowOf, type WouldBegin } from '../../src/policy/task-costs.ts';
import { useOf, usesOf } from '../support/review-values.ts';

test('each sort on each model that tried it, with what one landed task costs', () => {
  const uses = [
    useOf({ type: 'doc', tier: 'haiku', cost: 10 }),
    useOf({ type: 'doc', tier: 'haiku', cost: 20, hasLanded: false, isRework: true, isEscalated: true, quality: 30 }),
    useOf({ type: 'feature', tier: 'sonnet', cost: 7, hasLanded: false, isJudged: false, quality: null }),
  ];
  expect(costsByType(uses)).toMatchObject([
    {
      type: 'doc',
      tier: 'haiku',
      landed: 1,
      costPerLanded: 30,
      evidence: { tasks: 2, rework: 1, quality: 65 },
      escalation: { escalated: 1, tasks: 2 },
    },
    {
      type: 'feature',
      tier: 'sonnet',
      landed: 0,
      costPerLanded: null,
      evidence: { tasks: 0 },
      escalation: { escalated: 0, tasks: 0 },
    },
  ]);
});

test.each([
  [0, 0, 0.1],
  [0, 10, 0.05],
  [5, 10, 0.3],
  [90, 90, 0.91],
])('after %d of %d escalated the next one is with a chance of %d', (escalated, tasks, chance) => {
  expect(predict(escalated, tasks)).toEqual({ escalated, tasks, chance });
});

test('property: a prediction is a chance, and every further escalation raises it', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }), (escalated, others) => {
      const { chance } = predict(escalated, escalated + others);
      expect(chance).toBeGreaterThan(0);
      expect(chance).toBeLessThan(1);
      expect(predict(escalated + 1, escalated + others + 1).chance).toBeGreaterThan(chance);
    }),
  );
});

const MOVE: TableMove = { agent: 'testing', phase: 'EXEC', from: 'sonnet', to: 'opus', evidence: 'x' };

const asMoved: WouldBegin = (_use, { to }) => to;

test('a shadow leaves out what a floor or a person would have kept where it was', () => {
  const uses = usesOf('testing', 'EXEC', 'sonnet', [0, 2]);
  const kept: WouldBegin = ({ task, tier }, { to }) => (task === uses[0]?.task ? tier : to);
  expect(shadowOf(uses, [MOVE], null, kept).tasks.map(({ task }) => task)).toEqual([uses[1]?.task]);
});

test('a shadow names the tasks that other rows would have moved, and scales their cost', () => {
  const uses = [
    ...usesOf('testing', 'EXEC', 'sonnet', [0, 1], { cost: 240, minutes: null }),
    ...usesOf('testing', 'EXEC', 'opus', [0, 1]),
    ...usesOf('api', 'EXEC', 'sonnet', [0, 1]),
  ];
  expect(shadowOf(uses, [MOVE], null, asMoved)).toEqual({
    tasks: [{ task: 'testing-sonnet-0', used: 'sonnet', would: 'opus', cost: 240, wouldCost: 490 }],
    cost: 240,
    wouldCost: 490,
  });
});

test('a shadow of a day counts what was tried after it', () => {
  const uses = usesOf('testing', 'EXEC', 'sonnet', [0, 1], { at: '2026-11-20' });
  expect(shadowOf(uses, [MOVE], '2026-11-21', asMoved)).toEqual({ tasks: [], cost: 0, wouldCost: 0 });
  expect(shadowOf(uses, [MOVE], '2026-11-19', asMoved).tasks).toHaveLength(1);
});
