/** The same answer on the command line: the exit code says that it is resumable, and the next run resumes. */
import '../support/journey-patience.ts';
import { afterEach, expect, test } from 'vitest';
import { spendLimitReached } from '../../src/rehearsal/faults.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall, small, TITLE } from '../support/journey-small.ts';

let journey: Journey;
afterEach(() => journey.close());

test('a quota answer in the middle of the work exits 3 with what helps, and the next run pays no turn again', async () => {
  journey = await openSmall(small(), { faults: [null, spendLimitReached()] });
  const stopped = await journey.kleiber('conduct', '--until-idle');
  expect([stopped.code, stopped.stderr]).toEqual([
    3,
    [
      'kleiber: the spend limit of the account is reached; no further request was made',
      '  429: The spend limit of your organization has been reached',
      '  fix   raise the limit, then: kleiber conduct',
      '  help  kleiber help E06',
      '',
    ].join('\n'),
  ]);
  await journey.must('conduct', '--until-idle');
  const bodies = journey.requests().map(({ messages }) => JSON.stringify(messages));
  expect(bodies.filter((body, index) => bodies.indexOf(body) !== index)).toEqual([]);
  const errors = journey.server.exchanges().flatMap(({ status }) => (status === 200 ? [] : [status]));
  expect(errors).toEqual([429]);
  expect(journey.git('log', '--merges', '--format=%s')).toBe(TITLE);
});
