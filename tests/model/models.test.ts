import { describe, expect, it } from 'vitest';
import { TIERS } from '../../src/domain/tier.ts';
import { dialectOf, modelFor, tierOfModel } from '../../src/model/models.ts';

describe('a tier', () => {
  it('means the model of today, unless the project says otherwise', () => {
    expect(TIERS.map(tier => modelFor(tier))).toEqual(['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5']);
    expect(TIERS.map(tier => modelFor(tier, { opus: 'claude-fable-5-2' }))).toEqual([
      'claude-haiku-5-5',
      'claude-sonnet-5-5',
      'claude-fable-5-2',
    ]);
  });

  it('is found again from the model that answered, dated or not', () => {
    const own = { haiku: 'claude-haiku-4-5', opus: 'claude-opus-4-5-20251101' };
    const answers = ['claude-haiku-4-5-20251001', 'claude-opus-4-5', 'claude-sonnet-5-5', 'claude-opus-5-5', ''];
    expect(answers.map(model => tierOfModel(model, own))).toEqual(['haiku', 'opus', 'sonnet', null, null]);
  });

  it('is the highest of those that one model serves', () => {
    expect(tierOfModel('claude-sonnet-5-5', { opus: 'claude-sonnet-5-5' })).toBe('opus');
  });
});

describe('the dialect of a model', () => {
  it.each([
    ['claude-opus-5-5', true, true],
    ['claude-sonnet-5', true, true],
    ['claude-opus-4-6', true, true],
    ['claude-opus-4-5-20251101', true, false],
    ['claude-sonnet-4-5', false, false],
    ['claude-haiku-4-5-20251001', false, false],
    ['claude-sonnet-4-20250514', false, false],
    ['claude-3-5-haiku-20241022', false, false],
    ['my-gateway-model', true, true],
  ])('of %s: effort %s, adaptive thinking %s', (model, effort, adaptiveThinking) => {
    expect(dialectOf(model)).toEqual({ effort, adaptiveThinking });
  });
});
