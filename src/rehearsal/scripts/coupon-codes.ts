/** Coupon codes: handed in once without a look at the tests, and mended once they were red. */
import { act, consider, edit, look, type Move, type Script, submit, submitUnseen, test, write } from '../moves.ts';

const FIRST_TRY = `/** Coupons take a percentage off an order; \`until\` is the last day, in UTC. */
const COUPONS = [
  { code: 'SPRING10', percent: 10, until: '2027-05-31' },
  { code: 'TEATIME', percent: 25, until: '2026-12-31' },
];

/** Finds a coupon as customers type it: \`{ ok: true, coupon }\` or \`{ ok: false, reason }\`. \`today\` is an ISO day. */
export function findCoupon(typed, today) {
  const code = typed.trim().toUpperCase();
  const coupon = COUPONS.find(candidate => candidate.code === code);
  if (coupon === undefined) return { ok: false, reason: 'unknown_coupon' };
  if (today >= coupon.until) return { ok: false, reason: 'expired_coupon' };
  return { ok: true, coupon };
}
`;

const ITS_TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCoupon } from './coupons.js';

const teatime = { code: 'TEATIME', percent: 25, until: '2026-12-31' };

test('a code is found however it is typed', () => {
  assert.deepEqual(findCoupon(' teatime ', '2026-11-21'), { ok: true, coupon: teatime });
});

test('a coupon is valid on its last day and not on the day after', () => {
  assert.deepEqual(findCoupon('TEATIME', '2026-12-31'), { ok: true, coupon: teatime });
  assert.deepEqual(findCoupon('TEATIME', '2027-01-01'), { ok: false, reason: 'expired_coupon' });
});

test('a code that nobody gave out is a reason', () => {
  assert.deepEqual(findCoupon('FREE', '2026-11-21'), { ok: false, reason: 'unknown_coupon' });
});
`;

const build: Move[] = [
  look(
    'A table of codes and one function that looks a code up as customers type it.',
    'docs/conventions.md',
    'src/backend/catalog.js',
  ),
  act('', write('src/backend/coupons.js', FIRST_TRY), write('src/backend/coupons.test.js', ITS_TEST)),
  submitUnseen('One small function; I hand it in.', {
    summary:
      'findCoupon finds a code whatever its case and blanks, and says unknown_coupon or expired_coupon otherwise.',
    tests: ['src/backend/coupons.test.js'],
  }),
];

const mend: Move[] = [
  look(
    'The test of the last day is red: I read the comparison before I touch anything.',
    'src/backend/coupons.js',
    'src/backend/coupons.test.js',
  ),
  consider(
    'The criterion says up to and with the last day. `today >= until` is already false on that day. The test is right.',
    'The code is wrong and the test is right: a coupon has expired only after its last day.',
    edit('src/backend/coupons.js', 'today >= coupon.until', 'today > coupon.until'),
  ),
  act('Now the tests, which the attempt before this one never ran.', test()),
  submit({
    summary:
      'findCoupon finds a code whatever its case and blanks, and says unknown_coupon or expired_coupon otherwise. A coupon now counts on its last day; the first attempt compared with >= and had not run its tests.',
    tests: ['src/backend/coupons.test.js'],
    decisions: ['Days are compared as ISO text, as the conventions say, so that no time zone comes into it'],
  }),
];

export const couponCodes: Script = ({ opening }) =>
  opening.includes('The checks are red on what you handed in') ? mend : build;
