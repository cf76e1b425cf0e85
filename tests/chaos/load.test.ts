/** The short form of `npm run load`: many workers in one process lose nothing, and what they remember does not grow with the plan. */
import '../support/journey-patience.ts';
import { expect, test } from 'vitest';
import { runLoad } from '../support/chaos-load.ts';
import { packedPackage } from '../support/journey-package.ts';

const IS_FULL = process.env.KLEIBER_FULL === '1';

test.each(IS_FULL ? [8, 32, 64] : [8])(
  '%d workers land everything once, in memory that stays flat',
  {
    timeout: 3_600_000,
  },
  async workers => {
    const report = await runLoad({ launcher: packedPackage().launcher, workers, tasks: IS_FULL ? 200 : 24 });
    expect(report.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.heapLastMb / report.heapFirstMb).toBeLessThanOrEqual(1.3);
  },
);
