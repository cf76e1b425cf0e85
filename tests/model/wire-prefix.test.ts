import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Message, TurnRequest } from '../../src/model/claude.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import { KEY } from '../support/model-claude.ts';
import { handClock } from '../support/model-clock.ts';
import { loopback } from '../support/model-loopback.ts';
import { START, sse, stop, textBlock, thinkingBlock, toolBlock, turnRequest } from '../support/model-streams.ts';

/** What a scripted reply holds; the raw tool input is any JSON object, split anywhere. */
const replyPart = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: fc.string({ unit: 'grapheme' }) }),
  fc.record({ kind: fc.constant('thinking' as const), text: fc.string() }),
  fc.record({
    kind: fc.constant('tool' as const),
    raw: fc.dictionary(fc.string(), fc.jsonValue()).map(value => JSON.stringify(value, null, 1)),
    splitAt: fc.nat(40),
  }),
);
type ReplyPart = typeof replyPart extends fc.Arbitrary<infer Part> ? Part : never;

function eventsOf(parts: readonly ReplyPart[]): string {
  const blocks = parts.flatMap((part, index) => {
    if (part.kind === 'text') return textBlock(index, part.text);
    if (part.kind === 'thinking') return thinkingBlock(index, part.text, 'c2ln');
    return toolBlock(index, `toolu_${index}`, 'read', part.raw.slice(0, part.splitAt), part.raw.slice(part.splitAt));
  });
  return [START, ...blocks, ...stop('tool_use')].join('');
}

/** The texts of the top-level values of a JSON object, cut out of the bytes as they were sent. */
function rawFields(body: string): Map<string, string> {
  const fields = new Map<string, string>();
  const parsed: Record<string, unknown> = JSON.parse(body);
  for (const [name, value] of Object.entries(parsed)) {
    const text = JSON.stringify(value);
    if (!body.includes(`${JSON.stringify(name)}:${text}`)) throw new Error(`bug: ${name} is not sent compactly`);
    fields.set(name, text);
  }
  return fields;
}

it('a growing conversation only ever grows on the wire: every request extends the bytes of the one before', async () => {
  let script: string[] = [];
  const server = await loopback(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(script.shift() ?? sse('error', {}));
  });
  const claude = await sdkClaude({ apiKey: KEY, baseUrl: server.url, clock: handClock() });
  const turns = fc.array(fc.array(replyPart, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 5 });
  const settings = fc.record({
    cacheLife: fc.constantFrom('5m' as const, '1h' as const),
    system: fc.array(
      fc.string().map(text => ({ type: 'text' as const, text })),
      { maxLength: 3 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(turns, settings, fc.string(), async (replies, setting, task) => {
      script = replies.map(eventsOf);
      server.received.length = 0;
      let messages: Message[] = [{ role: 'user', content: task }];
      for (const _reply of replies) {
        const request: TurnRequest = turnRequest({ ...setting, messages });
        const outcome = await claude.turn(request);
        if (!outcome.ok) throw new Error(outcome.failure.reason);
        // As a resumed run does it: what goes back has been through the journal.
        const { content, toolCalls }: typeof outcome.value = JSON.parse(JSON.stringify(outcome.value));
        const results = toolCalls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'ok' }));
        messages = [...messages, { role: 'assistant', content }, { role: 'user', content: results }];
      }
      const sent = server.received.map(({ body }) => rawFields(body));
      for (const [index, fields] of sent.entries()) {
        const next = sent[index + 1];
        if (next === undefined) continue;
        const { messages: before = '', ...rest } = Object.fromEntries(fields);
        const { messages: after = '', ...nextRest } = Object.fromEntries(next);
        expect(nextRest).toEqual(rest);
        expect(after.startsWith(`${before.slice(0, -1)},`)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
