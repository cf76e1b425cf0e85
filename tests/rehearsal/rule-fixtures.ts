/** For every rule a request that it accepts and one, as close to it as can be, that it refuses. */

import type { RuleId } from '../../src/rehearsal/rules.ts';
import { BODY_LIMIT_BYTES } from '../../src/rehearsal/rules-envelope.ts';
import { HEADERS, request } from '../support/rehearsal-http.ts';

export interface Sample {
  body: unknown;
  headers?: Record<string, string>;
}

/** Some requests can only be made from what the server said before. */
export type Talk = (body: Record<string, unknown>) => Promise<unknown[]>;
type Fixture = Sample | ((talk: Talk) => Promise<Sample>);

export interface FixturePair {
  accepted: Fixture;
  rejected: Fixture;
  status?: number;
}

const { authorization: _credential, ...withoutCredential } = HEADERS;
const { 'anthropic-version': _version, ...withoutVersion } = HEADERS;
const { max_tokens: _limit, ...withoutLimit } = request();
const { messages: _messages, ...withoutMessages } = request();

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown) => ({ role: 'assistant', content });
const call = (id: string) => ({ type: 'tool_use', id, name: 'read', input: { path: 'a.ts' } });
const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'export {}' });
const text = (words: string) => ({ type: 'text', text: words });
const talked = (...messages: unknown[]): Sample => ({ body: request({ messages: [user('Start.'), ...messages] }) });
const marked = (ttl?: string) => ({
  ...text('Be brief.'),
  cache_control: { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) },
});
const marks = (...ttls: string[]) => ttls.map(ttl => marked(ttl));

const read = { name: 'read', input_schema: { type: 'object', properties: { path: { type: 'string' } } } };
const strict = (name: string, properties = {}) => ({
  name,
  strict: true,
  input_schema: { type: 'object', properties, additionalProperties: false },
});
const format = (schema: unknown) => ({ output_config: { format: { type: 'json_schema', schema } } });
const optional = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'string' }]));
const exactly = (bytes: number) => {
  const empty = JSON.stringify(request({ metadata: { user_id: '' } })).length;
  return JSON.stringify(request({ metadata: { user_id: 'x'.repeat(bytes - empty) } }));
};
const manyMessages = (count: number): Sample => ({ body: request({ messages: Array(count).fill(user('x')) }) });

/** A conversation with one answered tool call, of which `edit` may change the opening. */
const continued =
  (edit: (opening: Record<string, unknown>) => Record<string, unknown>) =>
  async (talk: Talk): Promise<Sample> => {
    const opening = request({ tools: [read], system: [text('Be brief.')] });
    const content = await talk(opening);
    const more = { messages: [user('Hello.'), assistant(content), user([result(idOf(content))])] };
    return { body: edit({ ...opening, ...more }) };
  };

const idOf = (content: unknown[]): string => String((content.at(-1) as { id: unknown }).id);

export const FIXTURES: Record<RuleId, FixturePair> = {
  credential: {
    accepted: { body: request(), headers: { ...withoutCredential, 'x-api-key': 'rehearsal' } },
    rejected: { body: request(), headers: withoutCredential },
    status: 401,
  },
  version: {
    accepted: { body: request(), headers: { ...HEADERS, 'anthropic-version': '2023-06-01' } },
    rejected: { body: request(), headers: withoutVersion },
  },
  'body-size': {
    accepted: { body: exactly(BODY_LIMIT_BYTES) },
    rejected: { body: exactly(BODY_LIMIT_BYTES + 1) },
    status: 413,
  },
  'json-object': { accepted: { body: request() }, rejected: { body: '{"model":' } },
  'model-known': {
    accepted: { body: request({ model: 'claude-haiku-5-5' }) },
    rejected: { body: request({ model: 'claude-haiku-9' }) },
    status: 404,
  },
  sampling: { accepted: { body: request() }, rejected: { body: request({ temperature: 1 }) } },
  'known-parameters': {
    accepted: {
      body: request({ metadata: { user_id: 'u' } }),
      headers: { ...HEADERS, 'anthropic-beta': 'never-heard-of-2026' },
    },
    rejected: { body: request({ context_management: {} }) },
  },
  'max-tokens': {
    accepted: { body: request({ max_tokens: 128_000 }) },
    rejected: { body: request({ max_tokens: 128_001 }) },
  },
  'plain-parameters': {
    accepted: { body: request({ stop_sequences: ['END'], service_tier: 'auto', inference_geo: 'us', metadata: {} }) },
    rejected: { body: request({ stop_sequences: [' '] }) },
  },
  speed: {
    accepted: { body: request({ model: 'claude-opus-5-5', speed: 'fast' }) },
    rejected: { body: request({ speed: 'fast' }) },
  },
  'thinking-shape': {
    accepted: { body: request({ thinking: { type: 'adaptive', display: 'summarized' } }) },
    rejected: { body: request({ thinking: { type: 'adaptive', budget_tokens: 2000 } }) },
  },
  'thinking-budget': {
    accepted: { body: request({ thinking: { type: 'adaptive' } }) },
    rejected: { body: request({ thinking: { type: 'enabled', budget_tokens: 2000 } }) },
  },
  'thinking-off': {
    accepted: { body: request({ model: 'claude-haiku-5-5', thinking: { type: 'disabled' } }) },
    rejected: { body: request({ model: 'claude-opus-5-5', thinking: { type: 'disabled' } }) },
  },
  effort: {
    accepted: { body: request({ output_config: { effort: 'xhigh' } }) },
    rejected: { body: request({ output_config: { effort: 'highest' } }) },
  },
  'effort-needs-thinking': {
    accepted: { body: request({ thinking: { type: 'between_tools' }, output_config: { effort: 'high' } }) },
    rejected: { body: request({ thinking: { type: 'between_tools' }, output_config: { effort: 'max' } }) },
  },
  'output-format': {
    accepted: {
      body: request({ max_tokens: 0, ...format({ type: 'object', properties: {}, additionalProperties: false }) }),
    },
    rejected: { body: request({ max_tokens: 0, ...format({ type: 'object', properties: {} }) }) },
  },
  'tool-choice': {
    accepted: { body: request({ tools: [read], tool_choice: { type: 'auto', disable_parallel_tool_use: true } }) },
    rejected: { body: request({ tool_choice: { type: 'auto' } }) },
  },
  'forced-tool': {
    accepted: {
      body: request({ model: 'claude-haiku-5-5', tools: [read], tool_choice: { type: 'tool', name: 'read' } }),
    },
    rejected: { body: request({ model: 'claude-opus-5-5', tools: [read], tool_choice: { type: 'any' } }) },
  },
  'tool-shape': {
    accepted: { body: request({ tools: [read, { type: 'bash_20250124', name: 'bash' }] }) },
    rejected: { body: request({ tools: [{ ...read, name: 'read file' }] }) },
  },
  'tool-names': {
    accepted: { body: request({ tools: [read] }) },
    rejected: { body: request({ tools: [read, read] }) },
  },
  'strict-tool': {
    accepted: { body: request({ tools: [strict('read', { path: { type: 'string' } })] }) },
    rejected: { body: request({ tools: [{ ...read, strict: true }] }) },
  },
  'grammar-size': {
    accepted: { body: request({ tools: [strict('a', optional(24))] }) },
    rejected: { body: request({ tools: [strict('a', optional(24)), strict('b', optional(1))] }) },
  },
  'system-shape': {
    accepted: { body: request({ system: [text('Be brief.')] }) },
    rejected: { body: request({ system: ['Be brief.'] }) },
  },
  'messages-present': { accepted: { body: request() }, rejected: { body: withoutMessages } },
  'messages-limit': { accepted: manyMessages(100_000), rejected: manyMessages(100_001) },
  roles: { accepted: talked(assistant('Yes?'), user('Go on.')), rejected: talked({ role: 'tool', content: 'x' }) },
  'first-message': {
    accepted: { body: request() },
    rejected: { body: request({ messages: [assistant('Hello.'), user('Hello.')] }) },
  },
  'system-place': {
    accepted: talked({ role: 'system', content: 'Only docs.' }, assistant('Yes.'), user('Go on.')),
    rejected: talked(assistant('Yes.'), { role: 'system', content: 'Only docs.' }),
  },
  'content-present': {
    accepted: talked(assistant('Yes?'), user('Go on.')),
    rejected: talked(assistant([]), user('Go on.')),
  },
  'block-types': {
    accepted: talked(assistant([text('Yes?')]), user('Go on.')),
    rejected: talked(assistant([{ type: 'image', source: {} }]), user('Go on.')),
  },
  'block-shape': {
    accepted: talked(assistant([call('t1')]), user([result('t1')])),
    rejected: talked(assistant([{ ...call('t1'), input: '{"path":"a.ts"}' }]), user([result('t1')])),
  },
  'text-present': { accepted: talked(user('x')), rejected: talked(user([text(' \n')])) },
  prefill: { accepted: talked(assistant('The answer'), user('Go on.')), rejected: talked(assistant('The answer is')) },
  'calls-unique': {
    accepted: talked(assistant([call('t1'), call('t2')]), user([result('t1'), result('t2')])),
    rejected: talked(assistant([call('t1')]), user([result('t1')]), assistant([call('t1')]), user([result('t1')])),
  },
  'calls-answered': {
    accepted: talked(assistant([call('t1'), call('t2')]), user([result('t2'), result('t1')])),
    rejected: talked(assistant([call('t1'), call('t2')]), user([result('t1')]), user([result('t2')])),
  },
  'results-asked': {
    accepted: talked(assistant([call('t1')]), user([result('t1')])),
    rejected: talked(assistant([call('t1')]), user([result('t1'), result('t9')])),
  },
  'results-unique': {
    accepted: talked(assistant([call('t1')]), user([result('t1')])),
    rejected: talked(assistant([call('t1')]), user([result('t1'), result('t1')])),
  },
  'results-first': {
    accepted: talked(assistant([call('t1')]), user([result('t1'), text('Go on.')])),
    rejected: talked(assistant([call('t1')]), user([text('Go on.'), result('t1')])),
  },
  'mark-shape': {
    accepted: { body: request({ system: marks('1h'), cache_control: { type: 'ephemeral', ttl: '5m' } }) },
    rejected: { body: request({ system: marks('24h') }) },
  },
  'mark-place': {
    accepted: { body: request({ system: marks('5m') }) },
    rejected: talked(
      assistant([{ type: 'thinking', thinking: '', signature: 's', cache_control: { type: 'ephemeral' } }]),
      user('Go on.'),
    ),
  },
  'mark-count': {
    accepted: { body: request({ system: [marked(), marked(), marked()], cache_control: { type: 'ephemeral' } }) },
    rejected: {
      body: request({ system: [marked(), marked(), marked(), marked()], cache_control: { type: 'ephemeral' } }),
    },
  },
  'mark-order': {
    accepted: { body: request({ system: marks('1h', '5m') }) },
    rejected: { body: request({ system: marks('5m', '1h') }) },
  },
  'edited-history': {
    accepted: continued(body => ({
      ...body,
      max_tokens: 9,
      output_config: { effort: 'low' },
      cache_control: { type: 'ephemeral' },
    })),
    rejected: continued(body => ({ ...body, system: [text('Be very brief.')] })),
  },
  'prompt-length': {
    accepted: { body: request({ messages: [user('x'.repeat(3_600_000))] }) },
    rejected: { body: request({ messages: [user('x'.repeat(3_600_001))] }) },
  },
};

/** More ways to break a rule than its one fixture shows. */
export const MORE_REFUSALS: [rule: RuleId, why: string, body: unknown][] = [
  ['sampling', 'top_p', request({ top_p: 0.99 })],
  ['sampling', 'top_k', request({ top_k: -1 })],
  ['max-tokens', 'no limit', withoutLimit],
  ['max-tokens', 'a negative limit', request({ max_tokens: -1 })],
  ['max-tokens', 'half a token', request({ max_tokens: 0.5 })],
  ['thinking-off', 'sonnet with no thinking at all', request({ thinking: { type: 'disabled' } })],
  [
    'thinking-off',
    'opus thinking between tools only',
    request({ model: 'claude-opus-5-5', thinking: { type: 'between_tools' } }),
  ],
  [
    'forced-tool',
    'sonnet with one forced tool',
    request({ tools: [read], tool_choice: { type: 'tool', name: 'read' } }),
  ],
  ['tool-choice', 'a tool that is not there', request({ tools: [read], tool_choice: { type: 'tool', name: 'write' } })],
  [
    'tool-shape',
    'a schema that is no object',
    request({ tools: [{ name: 'read', input_schema: { type: 'string' } }] }),
  ],
  ['tool-shape', 'a field nobody knows', request({ tools: [{ ...read, run: true }] })],
  ['output-format', 'a nested open object', request(format({ type: 'array', items: { type: 'object' } }))],
  ['output-format', 'a length limit', request(format({ type: 'string', minLength: 1 }))],
  [
    'grammar-size',
    '21 strict tools',
    request({ tools: Array.from({ length: 21 }, (_, index) => strict(`t${index}`)) }),
  ],
  ['roles', 'a field nobody knows', talked({ ...user('x'), name: 'me' }).body],
  ['content-present', 'an empty string', talked(user('')).body],
  ['text-present', 'a blank system block', request({ system: [text('')] })],
  [
    'text-present',
    'a blank block in a tool result',
    talked(assistant([call('t1')]), user([{ ...result('t1'), content: [text('')] }])).body,
  ],
  ['calls-answered', 'an unanswered call before plain text', talked(assistant([call('t1')]), user('Go on.')).body],
  [
    'system-place',
    'a system message between call and result',
    talked(assistant([call('t1')]), { role: 'system', content: 'x' }).body,
  ],
  ['results-asked', 'a result nobody asked for', request({ messages: [user([result('t1')])] })],
  ['mark-count', 'five marks on messages', talked(...Array.from({ length: 5 }, () => user([marked()]))).body],
  [
    'mark-order',
    'an automatic hour after 5 minutes',
    request({ system: marks('5m'), cache_control: { type: 'ephemeral', ttl: '1h' } }),
  ],
  [
    'mark-order',
    'an automatic mark of another life than its block has',
    request({ messages: [user([marked('1h')])], cache_control: { type: 'ephemeral' } }),
  ],
  [
    'edited-history',
    'a signature from elsewhere',
    talked(assistant([{ type: 'thinking', thinking: '', signature: 'c2ln' }]), user('x')).body,
  ],
];

/** Requests that look as if they broke a rule, and do not. */
export const MORE_ACCEPTED: [why: string, body: unknown][] = [
  [
    'four marks, on the last of which the automatic one falls',
    request({ messages: [user([marked(), marked(), marked(), marked()])], cache_control: { type: 'ephemeral' } }),
  ],
  ['two user messages in a row, which are read as one', request({ messages: [user('Hello.'), user('Still there?')] })],
  ['an empty tool result', talked(assistant([call('t1')]), user([{ ...result('t1'), content: '' }])).body],
  ['no limit at all on output, to fill the cache', request({ max_tokens: 0 })],
  [
    'nulls where a parameter may be absent',
    request({ cache_control: null, diagnostics: null, output_config: { effort: null } }),
  ],
];
