/** Go or defer: the zones of seeds 3 and 4, the reserve, and what a person may decide against them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRIORITIES, TIERS } from '../../src/domain/tier.ts';
import { nextBegins } from '../../src/policy/calendar.ts';
import { type CapUse, tightestOf, zoneOfCaps } from '../../src/policy/cap-use.ts';
import { type DeferralQuestion, mayStart, mayUseReserve } from '../../src/policy/deferral.ts';
import { headOf } from '../support/policy-values.ts';

const day = (settled: number, open = 0): CapUse => ({
  scope: 'day',
  tier: null,
  settled,
  open,
  cap: 1_000,
  until: '2026-11-22',
});
const week = (settled: number): CapUse => ({ ...day(settled), scope: 'week', until: '2026-11-23' });
const opusTokens = (settled: number): CapUse => ({ ...week(settled), scope: 'tokens', tier: 'opus' });

const QUESTION: DeferralQuestion = {
  head: { priority: 'p1' },
  tier: 'sonnet',
  isReserved: false,
  planNeedsOpus: false,
  isOverridden: false,
  caps: [],
  policy: 'guide',
  reservePercent: 0,
  least: { money: 1, tokens: 1 },
};
const ask = (changes: Partial<DeferralQuestion>): string => {
  const answer = mayStart({ ...QUESTION, ...changes });
  return answer.kind === 'go' ? `go${answer.advice === null ? '' : `: ${answer.advice}`}` : answer.why;
};

const YELLOW = [day(700)];
const ORANGE = [day(850)];
const RED = [day(950)];
const P2 = { priority: 'p2' as const };
const ENFORCED = { policy: 'enforce' as const };
const RED_WAITS = "red zone of the day's money: only haiku, p0 and security work starts (seed 3, budget zones)";
const P2_WAITS = 'p2 work waits (seed 3, budget zones)';
const PLAN_WAITS =
  "red zone of the day's money: its plan needs opus for critical work, so all of it waits (seed 4, NEVER rule 3)";

describe('what a zone says', () => {
  test.each<[string, Partial<DeferralQuestion>, string]>([
    ['green, guided', { caps: [day(699)] }, 'go'],
    ['yellow, guided, sonnet', { caps: YELLOW }, 'go'],
    [
      'yellow, guided, opus',
      { caps: YELLOW, tier: 'opus' },
      'go: yellow zone: is opus needed here? watch the burn rate',
    ],
    ['orange, guided, p1', { caps: ORANGE }, 'go'],
    ['orange, guided, p2', { caps: ORANGE, head: P2 }, 'go: orange zone: p2 work could wait'],
    ['red, guided', { caps: RED }, 'go: red zone: the budget is nearly used up; pause work or raise it'],
    ['red, guided, p0 or security', { caps: RED, isReserved: true }, 'go'],
    ['red, guided, a plan that needs opus', { caps: RED, planNeedsOpus: true }, PLAN_WAITS],
    ['yellow, enforced, p2', { ...ENFORCED, caps: YELLOW, head: P2 }, 'go'],
    ['orange, enforced, p1', { ...ENFORCED, caps: ORANGE }, 'go'],
    ['orange, enforced, p2', { ...ENFORCED, caps: ORANGE, head: P2 }, `orange zone of the day's money: ${P2_WAITS}`],
    [
      'orange, enforced, p2 on haiku',
      { ...ENFORCED, caps: ORANGE, head: P2, tier: 'haiku' },
      `orange zone of the day's money: ${P2_WAITS}`,
    ],
    ['orange, enforced, p2 security', { ...ENFORCED, caps: ORANGE, head: P2, isReserved: true }, 'go'],
    ['red, enforced, sonnet', { ...ENFORCED, caps: RED }, RED_WAITS],
    ['red, enforced, opus', { ...ENFORCED, caps: RED, tier: 'opus' }, RED_WAITS],
    ['red, enforced, haiku', { ...ENFORCED, caps: RED, tier: 'haiku' }, 'go'],
    [
      'red, enforced, p2 on haiku',
      { ...ENFORCED, caps: RED, tier: 'haiku', head: P2 },
      `red zone of the day's money: ${P2_WAITS}`,
    ],
    ['red, enforced, p0 or security', { ...ENFORCED, caps: RED, tier: 'opus', isReserved: true }, 'go'],
    [
      'red, enforced, p0 in a plan that needs opus',
      { ...ENFORCED, caps: RED, isReserved: true, planNeedsOpus: true },
      PLAN_WAITS,
    ],
    ['orange, a plan that needs opus', { ...ENFORCED, caps: ORANGE, planNeedsOpus: true }, 'go'],
    [
      'red, a plan that needs opus, chosen by a person',
      { ...ENFORCED, caps: RED, planNeedsOpus: true, isOverridden: true },
      'go',
    ],
  ])('%s', (_name, changes, answer) => {
    expect(ask(changes)).toBe(answer);
  });

  test('the date is that on which the tightest cap begins anew', () => {
    const until = (caps: CapUse[]) => mayStart({ ...QUESTION, ...ENFORCED, tier: 'opus', caps });
    expect(until([day(960), week(950)])).toMatchObject({ kind: 'defer', until: '2026-11-22' });
    expect(until([day(950), week(960)])).toMatchObject({ kind: 'defer', until: '2026-11-23' });
    expect(until([day(0), opusTokens(990)])).toEqual({
      kind: 'defer',
      zone: 'red',
      why: "red zone of the week's opus tokens: only haiku, p0 and security work starts (seed 3, budget zones)",
      until: '2026-11-23',
    });
  });

  test('tokens of another tier are no matter of this one', () => {
    expect(ask({ ...ENFORCED, caps: [day(0), opusTokens(990)] })).toBe('go');
  });

  test('what is only reserved counts for no zone: it mostly comes back', () => {
    expect(zoneOfCaps([day(600, 390)])).toBe('green');
  });
});

describe('the reserve', () => {
  const SHORT = { reservePercent: 10, least: { money: 60, tokens: 1 } };
  const KEPT = "nothing is left of the day's money but for the reserve, kept for p0 and security work";

  test.each<[string, Partial<DeferralQuestion>, string]>([
    ['the first request fits to the last nano-dollar', { ...SHORT, caps: [day(840)] }, 'go'],
    ['it does not fit any more', { ...SHORT, caps: [day(841)] }, KEPT],
    ['p0 and security work goes on', { ...SHORT, caps: [day(940)], isReserved: true }, 'go'],
    ['until nothing is left', { ...SHORT, caps: [day(941)], isReserved: true }, "nothing is left of the day's money"],
    ['a person cannot choose what is not there', { ...SHORT, caps: [day(900)], isOverridden: true }, KEPT],
    ['what others hold may come back: it starts, and waits in line', { ...SHORT, caps: [day(0, 900)] }, 'go'],
    [
      'a cap that never has room is no matter of waiting',
      { ...SHORT, caps: [day(0)], least: { money: 901, tokens: 1 } },
      'go',
    ],
    [
      'tokens are short as well',
      { ...SHORT, tier: 'opus', caps: [opusTokens(900)] },
      "nothing is left of the week's opus tokens but for the reserve, kept for p0 and security work",
    ],
  ])('%s', (_name, changes, answer) => {
    expect(ask(changes)).toBe(answer);
  });

  test.each([
    [headOf({ priority: 'p0' }), true],
    [headOf({ priority: 'p1' }), false],
    [headOf({ agent: 'security' }), true],
    [headOf({ agent: 'SECURITY_SUB' }), true],
    [headOf({ risk: ['security'] }), true],
    [headOf({ risk: ['encryption'] }), true],
    [headOf({ risk: ['performance_critical'] }), false],
  ])('is open to %o: %s', (head, isOpen) => {
    expect(mayUseReserve(head, [])).toBe(isOpen);
  });

  test('is open to what code found to be security work', () => {
    expect(mayUseReserve(headOf(), ['authentication'])).toBe(true);
  });
});

describe('any question', () => {
  const amount = fc.nat({ max: 1_300 });
  const capUse: fc.Arbitrary<CapUse> = fc.oneof(
    amount.map(settled => day(settled)),
    amount.map(week),
    amount.map(opusTokens),
  );
  const question: fc.Arbitrary<DeferralQuestion> = fc.record({
    head: fc.record({ priority: fc.constantFrom(...PRIORITIES) }),
    tier: fc.constantFrom(...TIERS),
    isReserved: fc.boolean(),
    planNeedsOpus: fc.boolean(),
    isOverridden: fc.boolean(),
    caps: fc.array(capUse, { maxLength: 4 }),
    policy: fc.constantFrom('guide' as const, 'enforce' as const),
    reservePercent: fc.constantFrom(0, 10, 50),
    least: fc.record({ money: fc.nat({ max: 400 }), tokens: fc.nat({ max: 400 }) }),
  });

  test('a plan that needs opus never starts in red under any policy, unless a person chose', () => {
    fc.assert(
      fc.property(question, asked => {
        const isRed = zoneOfCaps(asked.caps.filter(cap => cap.tier === null || cap.tier === asked.tier)) === 'red';
        if (isRed && asked.planNeedsOpus && !asked.isOverridden) expect(mayStart(asked).kind).toBe('defer');
      }),
      { numRuns: 2000 },
    );
  });

  test('what is deferred has a date of one of its caps, and goes once that cap is empty again', () => {
    fc.assert(
      fc.property(question, asked => {
        const answer = mayStart(asked);
        if (answer.kind === 'go') return;
        expect(asked.caps.map(({ until }) => until)).toContain(answer.until);
        const later = asked.caps.map(cap => ({ ...cap, settled: 0, open: 0 }));
        expect(mayStart({ ...asked, caps: later })).toEqual({ kind: 'go', zone: 'green', advice: null });
      }),
      { numRuns: 2000 },
    );
  });

  test('a reserved task goes wherever another one goes', () => {
    fc.assert(
      fc.property(question, asked => {
        const [other, reserved] = [false, true].map(isReserved => mayStart({ ...asked, isReserved }).kind);
        if (other === 'go') expect(reserved).toBe('go');
      }),
      { numRuns: 2000 },
    );
  });

  test('enforcing never lets go what guiding defers', () => {
    fc.assert(
      fc.property(question, asked => {
        const [guided, enforced] = (['guide', 'enforce'] as const).map(policy => mayStart({ ...asked, policy }).kind);
        if (guided === 'defer') expect(enforced).toBe('defer');
      }),
      { numRuns: 2000 },
    );
  });

  test('the tightest cap is the one with the largest share', () => {
    expect(tightestOf([])).toBeNull();
    expect(tightestOf([day(10), { ...week(15), cap: 100 }, opusTokens(20)])).toEqual({ ...week(15), cap: 100 });
  });
});

describe('the day on which money comes back', () => {
  const noon = (text: string): Date => new Date(`${text}T12:00:00`);

  test.each([
    ['2026-11-16', '2026-11-17', '2026-11-23'],
    ['2026-11-21', '2026-11-22', '2026-11-23'],
    ['2026-11-22', '2026-11-23', '2026-11-23'],
    ['2026-11-23', '2026-11-24', '2026-11-30'],
    ['2026-12-31', '2027-01-01', '2027-01-04'],
    ['2028-02-28', '2028-02-29', '2028-03-06'],
  ])('on %s the next day is %s and the next week begins on %s', (today, nextDay, nextWeek) => {
    expect([nextBegins('day', noon(today)), nextBegins('week', noon(today))]).toEqual([nextDay, nextWeek]);
  });
});
