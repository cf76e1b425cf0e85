import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODELS, type ModelRow } from '../../src/rehearsal/model-table.ts';
import { countPromptTokens, LOOKBACK_BLOCKS, PrefixCache } from '../../src/rehearsal/prefix-cache.ts';
import type { CacheLife, MessagesRequest, MessageTurn } from '../../src/rehearsal/request-shape.ts';

const [OPUS, SONNET] = MODELS as [ModelRow, ModelRow];
const MINUTE = 60_000;

/** 18 characters are estimated at exactly 5 tokens. */
const words = (tokens: number): string => 'x'.repeat((tokens * 18) / 5);
const block = (tokens: number, life?: CacheLife) => ({
  type: 'text' as const,
  text: words(tokens),
  ...(life === undefined ? {} : { cache_control: { type: 'ephemeral', ttl: life } }),
});

const ask = (more: Partial<MessagesRequest>): MessagesRequest => ({
  model: SONNET.id,
  max_tokens: 1000,
  messages: [{ role: 'user', content: words(10) }],
  ...more,
});

/** Sends requests one after the other, each answered before the next begins. */
function run(cache: PrefixCache, request: MessagesRequest, nowMs = 0, row: ModelRow = SONNET) {
  const visit = cache.visit(request, row, nowMs);
  visit.commit();
  return visit.usage;
}

const uncached = (input: number) => ({ input, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 });

describe('the prompt cache', () => {
  it('writes up to a mark and reads it the next time, to the token', () => {
    const cache = new PrefixCache();
    const request = ask({ system: [block(600, '5m')] });
    expect(run(cache, request)).toEqual({ input: 10, cacheRead: 0, cacheWrite5m: 600, cacheWrite1h: 0 });
    expect(run(cache, request)).toEqual({ input: 10, cacheRead: 600, cacheWrite5m: 0, cacheWrite1h: 0 });
  });

  it('caches nothing without a mark, nor below 512 tokens', () => {
    const cache = new PrefixCache();
    const short = ask({ system: [{ ...block(0, '5m'), text: 'x'.repeat(1839) }] });
    for (const request of [ask({ system: [block(600)] }), short]) {
      run(cache, request);
      expect(run(cache, request)).toEqual(uncached(countPromptTokens(request)));
    }
    const enough = ask({ system: [{ ...block(0, '5m'), text: 'x'.repeat(1840) }] });
    expect(run(cache, enough)).toMatchObject({ cacheWrite5m: 512 });
  });

  it('splits a write between the hour and the five minutes', () => {
    const request = ask({ system: [block(600, '1h')], cache_control: { type: 'ephemeral' } });
    expect(run(new PrefixCache(), request)).toEqual({ input: 0, cacheRead: 0, cacheWrite5m: 10, cacheWrite1h: 600 });
  });

  it('forgets after five minutes unless it was used, and after an hour where that was asked for', () => {
    const cache = new PrefixCache();
    const five = ask({ system: [block(600, '5m')] });
    const hour = ask({ system: [block(700, '1h')] });
    run(cache, five, 0);
    run(cache, hour, 0);
    expect(run(cache, five, 4 * MINUTE)).toMatchObject({ cacheRead: 600 });
    expect(run(cache, five, 8 * MINUTE)).toMatchObject({ cacheRead: 600 });
    expect(run(cache, five, 13 * MINUTE)).toMatchObject({ cacheRead: 0, cacheWrite5m: 600 });
    expect(run(cache, hour, 59 * MINUTE)).toMatchObject({ cacheRead: 700 });
    expect(run(cache, hour, 119 * MINUTE)).toMatchObject({ cacheRead: 0, cacheWrite1h: 700 });
  });

  it('is renewed also where a later mark found it by looking back', () => {
    const cache = new PrefixCache();
    const opened = (...more: ReturnType<typeof block>[]) =>
      ask({ messages: [{ role: 'user', content: [block(600), ...more] }] });
    run(cache, ask({ messages: [{ role: 'user', content: [block(600, '5m')] }] }), 0);
    expect(run(cache, opened(block(50, '5m')), 4 * MINUTE)).toMatchObject({ cacheRead: 600, cacheWrite5m: 50 });
    expect(run(cache, opened(block(70, '5m')), 8 * MINUTE)).toMatchObject({ cacheRead: 600, cacheWrite5m: 70 });
  });

  it('can be read only once the first reply has begun', () => {
    const cache = new PrefixCache();
    const request = ask({ system: [block(600, '5m')] });
    const first = cache.visit(request, SONNET, 0);
    expect(cache.visit(request, SONNET, 0).usage).toMatchObject({ cacheRead: 0, cacheWrite5m: 600 });
    first.commit();
    expect(cache.visit(request, SONNET, 0).usage).toMatchObject({ cacheRead: 600, cacheWrite5m: 0 });
  });

  it('looks back 20 blocks from a mark, the marked one included, and no further', () => {
    const turns = (count: number): MessageTurn[] => [
      { role: 'user', content: [block(600), ...Array.from({ length: count }, () => block(5))] },
    ];
    for (const [added, cacheRead] of [
      [LOOKBACK_BLOCKS - 1, 600],
      [LOOKBACK_BLOCKS, 0],
    ] as const) {
      const cache = new PrefixCache();
      run(cache, ask({ messages: turns(0), cache_control: { type: 'ephemeral' } }));
      expect(run(cache, ask({ messages: turns(added), cache_control: { type: 'ephemeral' } }))).toMatchObject({
        cacheRead,
      });
    }
  });

  it('is lost from the messages on when effort, tool choice or thinking change, and whole when a tool or the model does', () => {
    const tools = [{ name: 'read', description: words(600), input_schema: { type: 'object' } }];
    const base = ask({ tools, system: [block(600, '5m')], cache_control: { type: 'ephemeral' } });
    const cache = new PrefixCache();
    const system = run(cache, base).cacheWrite5m - 10;
    const readWith = (more: Partial<MessagesRequest>, row = SONNET) =>
      cache.visit({ ...base, ...more }, row, 0).usage.cacheRead;
    expect({
      same: readWith({}),
      limit: readWith({ max_tokens: 5 }),
      effort: readWith({ output_config: { effort: 'low' } }),
      choice: readWith({ tool_choice: { type: 'none' } }),
      thinking: readWith({ thinking: { type: 'adaptive' } }),
      tool: readWith({ tools: [...tools, { name: 'write', input_schema: { type: 'object' } }] }),
      model: readWith({ model: OPUS.id }, OPUS),
    }).toEqual({
      same: system + 10,
      limit: system + 10,
      effort: system,
      choice: system,
      thinking: system,
      tool: 0,
      model: 0,
    });
  });

  it('reads at least nine tenths of a 25-turn loop that marks its system prompt and its last block', () => {
    const cache = new PrefixCache();
    const messages: MessageTurn[] = [{ role: 'user', content: words(1500) }];
    const sum = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    for (let turn = 0; turn < 25; turn += 1) {
      const request = ask({
        messages: [...messages],
        system: [block(4300, '5m')],
        cache_control: { type: 'ephemeral' },
      });
      const usage = run(cache, request, turn * MINUTE);
      sum.input += usage.input;
      sum.cacheRead += usage.cacheRead;
      sum.cacheWrite5m += usage.cacheWrite5m;
      messages.push({ role: 'assistant', content: words(100) }, { role: 'user', content: words(1400) });
    }
    const all = sum.input + sum.cacheRead + sum.cacheWrite5m;
    expect(sum).toEqual({ input: 0, cacheRead: 553_200, cacheWrite5m: 5800 + 24 * 1500, cacheWrite1h: 0 });
    expect(sum.cacheRead / all).toBeGreaterThan(0.9);
  });

  it('accounts for every token of any prompt exactly once', () => {
    const life = fc.constantFrom<CacheLife | undefined>(undefined, '5m', '1h');
    const part = fc.tuple(fc.integer({ min: 1, max: 300 }), life).map(([tokens, mark]) => block(tokens * 5, mark));
    const prompt = fc.array(part, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(prompt, { minLength: 1, maxLength: 6 }), prompts => {
        const cache = new PrefixCache();
        for (const [index, content] of prompts.entries()) {
          const request = ask({ messages: [{ role: 'user', content }] });
          const { input, cacheRead, cacheWrite5m, cacheWrite1h } = run(cache, request, index * 3 * MINUTE);
          expect(input + cacheRead + cacheWrite5m + cacheWrite1h).toBe(countPromptTokens(request));
          expect(Math.min(input, cacheRead, cacheWrite5m, cacheWrite1h)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
