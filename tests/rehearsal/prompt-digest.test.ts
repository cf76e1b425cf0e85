import { describe, expect, it } from 'vitest';
import { conversationDigest } from '../../src/rehearsal/prompt-digest.ts';

const call = { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a', line: 1 } };
const conversation = (words: unknown, block: unknown, more = {}) => ({
  model: 'claude-opus-5-5',
  system: 'Be brief.',
  messages: [
    { role: 'user', content: words },
    { role: 'assistant', content: [block] },
  ],
  ...more,
});

describe('the digest of a conversation', () => {
  const plain = conversationDigest(conversation('Hello.', call));

  it.each([
    ['a text as a block', conversation([{ type: 'text', text: 'Hello.' }], call)],
    ['a mark', conversation([{ type: 'text', text: 'Hello.', cache_control: { type: 'ephemeral' } }], call)],
    [
      'the keys of a block in another order',
      conversation('Hello.', { input: call.input, name: 'read', id: 't1', type: 'tool_use' }),
    ],
    ['defaults spelled out', conversation('Hello.', { ...call, caller: { type: 'direct' }, toolset_name: null })],
    ['limits and effort', conversation('Hello.', call, { max_tokens: 5, output_config: { effort: 'low' } })],
  ])('is the same with %s', (_why, request) => {
    expect(conversationDigest(request)).toBe(plain);
  });

  it.each([
    ['another word', conversation('Hello', call)],
    ['the input in another order', conversation('Hello.', { ...call, input: { line: 1, path: 'a' } })],
    ['another model', conversation('Hello.', call, { model: 'claude-haiku-5-5' })],
    ['no system prompt', conversation('Hello.', call, { system: undefined })],
    [
      'the same words from somebody else',
      conversation('Hello.', call, { system: undefined, messages: [{ role: 'user', content: 'Be brief.' }] }),
    ],
  ])('is another with %s', (_why, request) => {
    expect(conversationDigest(request)).not.toBe(plain);
  });
});
