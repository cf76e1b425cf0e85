/** A reply with a key in it is cleaned before it goes anywhere; any other is left exactly as it came. */
import { expect, test } from 'vitest';
import { REDACTED } from '../../src/agent/redact.ts';
import { redactReply } from '../../src/agent/redact-reply.ts';
import { NO_USAGE } from '../../src/domain/money.ts';
import type { Block, Reply } from '../../src/model/claude.ts';

const KEY = `npm_${'aB3dE6gH9k'.repeat(4).slice(0, 36)}`;

const reply = (content: unknown[], calls: [string, unknown][] = []): Reply => ({
  model: 'claude-sonnet-5-5',
  stop: 'tool_use',
  content: content as Block[], // as little of the SDK's blocks as is looked at
  toolCalls: calls.map(([id, input]) => ({ id, name: 'write', input, raw: JSON.stringify(input) })),
  text: content.flatMap(block => ((block as Block).type === 'text' ? (block as { text: string }).text : [])).join(''),
  usage: NO_USAGE,
  refusalCategory: null,
  requestId: null,
});

const thinking = { type: 'thinking', thinking: 'so', signature: 's' };

test('without a secret it is the same reply', () => {
  const whole = reply([thinking, { type: 'text', text: 'hello' }], [['1', { path: 'a' }]]);
  expect(redactReply(whole, ['swordfish'])).toBe(whole);
});

test('a secret goes from words and inputs, at any depth and in names as well, and the thinking goes with it', () => {
  const input = { path: 'a', deep: [{ [KEY]: KEY, n: 1, none: null }] };
  const clean = { path: 'a', deep: [{ [REDACTED]: REDACTED, n: 1, none: null }] };
  const given = reply(
    [thinking, { type: 'text', text: `it is ${KEY}` }, { type: 'tool_use', id: '1', name: 'write', input }],
    [['1', input]],
  );
  expect(redactReply(given, [])).toEqual({
    ...given,
    content: [
      { type: 'text', text: `it is ${REDACTED}` },
      { type: 'tool_use', id: '1', name: 'write', input: clean },
    ],
    toolCalls: [{ id: '1', name: 'write', input: clean, raw: JSON.stringify(clean) }],
    text: `it is ${REDACTED}`,
  });
});

test('a secret in a thought takes all thoughts away', () => {
  const given = reply([thinking, { ...thinking, thinking: 'the swordfish-9' }, { type: 'text', text: 'x' }]);
  expect(redactReply(given, ['swordfish-9']).content).toEqual([{ type: 'text', text: 'x' }]);
});

test('input that was no JSON stays none', () => {
  const given = reply([{ type: 'text', text: KEY }]);
  const call = { id: '1', name: 'write', input: null, raw: `{"a": "${KEY}` };
  expect(redactReply({ ...given, toolCalls: [call] }, []).toolCalls).toEqual([{ ...call, raw: `{"a": "${REDACTED}` }]);
});
