/** A file of recorded attempts: what is written is read back, and whatever else is given is named by its line. */
import { describe, expect, test } from 'vitest';
import { cassetteText, parseCassette, type RecordedAttempt } from '../../src/agent/cassette.ts';
import type { Line } from '../../src/agent/transcript.ts';
import { EVERYWHERE, preambleOf, userText } from '../support/agent-rig.ts';

const MADE = { kleiber: '1.2.3', at: '2026-11-29T10:00:00.000Z' };
const AT = '2026-11-29T09:00:00.000Z';

const LINES: Line[] = [
  { line: 'preamble', preamble: preambleOf([]) },
  { line: 'message', message: { role: 'user', content: [{ type: 'text', text: 'Build it.' }] }, note: 7 },
  { line: 'request', at: AT, number: 1, maxTokens: 64_000, reservation: 'r1' },
  { line: 'failure', at: AT, reason: 'overloaded' },
  {
    line: 'reply',
    at: AT,
    message: { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] },
    inputTokens: 1200,
    sentBytes: 900,
    stop: 'end_turn',
    requestId: null,
  },
];

const attempt = (task: string, lines: readonly Line[] = LINES): RecordedAttempt => ({
  task,
  attempt: 1,
  agent: 'engineer-backend',
  commit: 'a'.repeat(40),
  zone: EVERYWHERE,
  lines,
});

describe('a cassette', () => {
  test.each<[string, RecordedAttempt[]]>([
    ['of no attempt', []],
    ['of one', [attempt('basket')]],
    ['of several, one of them without a line', [attempt('basket'), attempt('prices', []), attempt('cart')]],
  ])('%s is read back as it was written', (_what, attempts) => {
    expect(parseCassette(cassetteText(attempts, MADE))).toEqual({ ok: true, value: attempts });
  });

  test('is lines of JSON, the first of which says what it is', () => {
    const [head, first] = cassetteText([attempt('basket')], MADE).split('\n');
    expect([JSON.parse(head ?? ''), JSON.parse(first ?? '')]).toEqual([
      { line: 'cassette', format: 1, ...MADE },
      {
        line: 'attempt',
        task: 'basket',
        attempt: 1,
        agent: 'engineer-backend',
        commit: 'a'.repeat(40),
        zone: EVERYWHERE,
      },
    ]);
  });
});

describe('what is none is named', () => {
  const [head = '', ...rest] = cassetteText([attempt('basket')], MADE)
    .trimEnd()
    .split('\n');
  const STRANGE = 'this is neither an attempt nor a line of one';
  const NONE = 'this is no cassette of format 1, which kleiber work --record writes';
  const changed = (from: string, to: string): string => [head, ...rest.map(line => line.replace(from, to))].join('\n');

  test.each<[string, string, number, string]>([
    ['an empty file', '', 1, NONE],
    ['one of another format', head.replace('"format":1', '"format":2'), 1, NONE],
    ['a line that is no JSON', [head, rest[0], '{'].join('\n'), 3, STRANGE],
    ['a line before any attempt', [head, rest[1]].join('\n'), 2, STRANGE],
    ['a commit that is none', changed('a'.repeat(40), '--upload-pack=x'), 2, STRANGE],
    ['a glob that no task file may name', changed('"**"', '"!(a|b)+"'), 2, STRANGE],
    ['a message of nobody', changed('"role":"user"', '"role":"system"'), 4, STRANGE],
    [
      'a line without its text',
      [head, rest[0], JSON.stringify({ line: 'message', message: userText })].join('\n'),
      3,
      STRANGE,
    ],
  ])('%s', (_what, text, line, problem) => {
    expect(parseCassette(text)).toEqual({ ok: false, failure: { line, problem } });
  });
});
