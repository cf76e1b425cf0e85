/** Money and patience in the loop: reserved before every try, settled after it, and no request that nobody can pay. */
import { describe, expect, test } from 'vitest';
import { NO_USAGE } from '../../src/domain/money.ts';
import type { ModelFailure } from '../../src/model/claude.ts';
import {
  type Call,
  failure,
  MODEL,
  OWNER,
  PRICE,
  PURPOSE,
  reply,
  resultsIn,
  rig,
  temporaryLedger,
  USAGE,
  USAGE_COST,
} from '../support/agent-rig.ts';

const SUBMIT: Call = ['submit', { summary: 'built it' }];
const MOST = 64_000 * 50;
const FIRST = { ticket: null, urgent: false };
const WHEN = { at: '2026-11-21T12:00:00.000Z', day: '2026-11-21', week: '2026-W47', owner: OWNER };

const limited = (retryAfterMs: number | null): ModelFailure => ({
  reason: 'rate_limited',
  retryAfterMs,
  usage: null,
  billed: false,
});
const cut: ModelFailure = { reason: 'stream_cut', detail: 'gone', usage: null, billed: true };

describe('the book', () => {
  test('a turn is reserved at its worst and settled at what it cost', async () => {
    const played = rig({ script: [reply({ calls: [['list', {}]] }), reply({ calls: [SUBMIT] })] });
    await played.run();
    const [first, second] = played.requests();
    const pieces = [first?.system, first?.tools, null, first?.messages];
    const bytes = Buffer.byteLength(pieces.map(piece => JSON.stringify(piece)).join(''));
    // A new conversation is bounded by its bytes, a known one by what it had plus its new bytes; 1,500 are to spare.
    const known =
      Buffer.byteLength(JSON.stringify(second?.messages)) - Buffer.byteLength(JSON.stringify(first?.messages));
    const reply1 = Buffer.byteLength(JSON.stringify(second?.messages[1]));
    const settled = { settled: USAGE_COST, usage: USAGE, assumed: false };
    expect(played.rows()).toEqual([
      { reserved: (bytes + 1500) * 10 + MOST, ...settled },
      { reserved: (1200 + (known - reply1) + 1500) * 10 + MOST, ...settled },
    ]);
    expect(played.meter.spent()).toEqual({
      usage: { ...NO_USAGE, input: 2 * USAGE.input, output: 2 * USAGE.output },
      cost: 2 * USAGE_COST,
    });
  });

  test('the wanted output is what the money funds', async () => {
    const caps = { task: 1_000_000 };
    const played = rig({ script: [reply({ calls: [SUBMIT] })], caps });
    await played.run();
    const [request] = played.requests();
    const [row] = played.rows();
    const maxTokens = request?.maxTokens ?? 0;
    expect(row?.reserved).toBeLessThanOrEqual(1_000_000);
    expect((row?.reserved ?? 0) + 50).toBeGreaterThan(1_000_000);
    expect(maxTokens > 8_000 && maxTokens < 64_000).toBe(true);
  });

  test('a denied turn is never sent', async () => {
    const played = rig({ script: [], caps: { plan: 1000 } });
    expect([await played.run(), played.claude.sent, played.rows(), played.lane]).toMatchObject([
      { kind: 'budget', scope: 'plan', raises: [{ scope: 'plan', cap: 1000, kept: 0, settled: 0 }] },
      [],
      [],
      [`ready ${MODEL}`, 'release'],
    ]);
  });

  test('a cap that is raised to what the stop asked for is enough for the next request, and no nano-dollar more', async () => {
    const sentWith = async (task: number): Promise<number> => {
      const played = rig({ script: [reply({ calls: [SUBMIT] })], caps: { task } });
      await played.run();
      return played.claude.sent.length;
    };
    const stopped = await rig({ script: [], caps: { task: 1 } }).run();
    const raiseTo = stopped.kind === 'budget' ? (stopped.raises[0]?.raiseTo ?? 0) : 0;
    expect([await sentWith(raiseTo), await sentWith(raiseTo - 1)]).toEqual([1, 0]);
  });

  test('a turn that the work so far has used up is denied with the work kept', async () => {
    const played = rig({
      script: [reply({ calls: [['write', { path: 'a.ts', content: 'kept' }]], usage: { ...USAGE, output: 9_000 } })],
      caps: { task: 500_000 },
    });
    expect([await played.run(), played.folder.read('a.ts'), played.requests().length]).toMatchObject([
      { kind: 'budget', scope: 'task', raises: [{ scope: 'task', cap: 500_000, settled: played.meter.spent().cost }] },
      'kept',
      1,
    ]);
  });

  test('a model without a price is not asked', async () => {
    const price = { ...PRICE, worst: () => null };
    const played = rig({ script: [], price });
    expect([await played.run(), played.claude.sent, played.lane]).toEqual([
      { kind: 'unpriced', model: MODEL },
      [],
      [`ready ${MODEL}`, 'release'],
    ]);
  });

  test('a reply that nobody can price counts as all that was reserved', async () => {
    const played = rig({ script: [reply({ calls: [SUBMIT] })], price: { ...PRICE, cost: () => null } });
    await played.run();
    const [row] = played.rows();
    expect([row, played.meter.spent()]).toEqual([
      { reserved: row?.reserved, settled: row?.reserved, usage: null, assumed: true },
      { usage: NO_USAGE, cost: row?.reserved },
    ]);
  });

  test('a turn waits while only the reservations of others stand in the way, and goes on when they settle', async () => {
    const ledger = temporaryLedger();
    const other = ledger.reserve({ ...PURPOSE, task: 'another' }, WHEN, FIRST, () => ({
      kind: 'granted',
      reserve: 900_000,
      tokens: 0,
      grant: null,
    }));
    if (other.kind !== 'granted') throw new Error('bug in the test');
    const played = rig({ script: [reply({ calls: [SUBMIT] })], caps: { day: 1_000_000 }, ledger });
    const outcome = played.run();
    await played.clock.advance(1_000);
    expect([played.claude.sent.length, played.clock.sleeping()]).toEqual([0, 1]);
    ledger.settle(other.reservation, USAGE, 20_000);
    await played.clock.advance(1_000);
    expect([(await outcome).kind, played.claude.sent.length]).toEqual(['ended_itself', 1]);
  });

  test('a turn that waits can be stopped', async () => {
    const ledger = temporaryLedger();
    ledger.reserve(PURPOSE, WHEN, FIRST, () => ({ kind: 'granted', reserve: 900_000, tokens: 0, grant: null }));
    const played = rig({ script: [], caps: { day: 1_000_000 }, ledger });
    const outcome = played.run();
    await played.clock.advance(500);
    played.stop.abort();
    expect([await outcome, played.lane]).toEqual([{ kind: 'stopped' }, [`ready ${MODEL}`, 'release']]);
  });

  test('a reply cut at what the money could still fund parks, and runs no tool', async () => {
    const played = rig({
      script: [reply({ stop: 'max_tokens', calls: [['write', { path: 'half.ts', content: '' }]] })],
      caps: { task: 1_000_000 },
    });
    const stop = await played.run();
    const { cost } = played.meter.spent();
    expect(stop).toMatchObject({ kind: 'budget', scope: 'ceiling', raises: [{ cap: 1_000_000, settled: cost }] });
    expect(() => played.folder.read('half.ts')).toThrow('ENOENT');
  });

  test('a useless reply has its cost as well', async () => {
    const played = rig({ script: [reply({ model: 'claude-haiku-5-5' })] });
    await played.run();
    expect(played.rows().map(row => row.settled)).toEqual([USAGE_COST]);
  });
});

describe('tries', () => {
  test.each<[string, ModelFailure, string, boolean]>([
    ['a rate limit', limited(2_000), 'pause 2000', false],
    ['a rate limit that says no time', limited(null), 'pause null', false],
    ['an overload', { reason: 'overloaded', retryAfterMs: 500, usage: null, billed: false }, 'pause 500', false],
    [
      'an overload in mid-reply',
      { reason: 'overloaded', retryAfterMs: null, usage: USAGE, billed: true },
      'pause null',
      true,
    ],
    ['a server error', { reason: 'server_error', detail: '500', usage: null, billed: false }, 'pause null', false],
    [
      'a failed connection',
      { reason: 'connection_failed', detail: 'reset', usage: null, billed: false },
      'pause null',
      false,
    ],
    [
      'a connection lost after the request',
      { reason: 'connection_failed', detail: 'x', usage: null, billed: true },
      'pause null',
      true,
    ],
    ['a cut stream', cut, 'pause null', true],
    ['a silent stream', { reason: 'stream_silent', afterMs: 9, usage: USAGE, billed: true }, 'pause null', true],
  ])(
    '%s is tried again with the same words; what was billed counts in full and the rest as nothing',
    async (_name, reason, pause, billed) => {
      const played = rig({ script: [failure(reason), reply({ calls: [SUBMIT] })] });
      const outcome = await played.run();
      const [first, second] = played.rows();
      const reserved = first?.reserved ?? 0;
      expect([outcome.kind, first, second?.settled]).toEqual([
        'ended_itself',
        billed
          ? { reserved, settled: reserved, usage: null, assumed: true }
          : { reserved, settled: 0, usage: NO_USAGE, assumed: false },
        USAGE_COST,
      ]);
      expect(played.claude.sent[0]).toBe(played.claude.sent[1]);
      expect(played.lane).toEqual([`ready ${MODEL}`, pause, `ready ${MODEL}`, 'clear']);
      expect(played.meter.spent().cost).toBe(USAGE_COST + (billed ? reserved : 0));
    },
  );

  test.each<[string, ModelFailure]>([
    ['rate limits', limited(10)],
    ['cut streams', cut],
  ])('four %s are the end', async (_name, reason) => {
    const played = rig({ script: Array.from({ length: 4 }, () => failure(reason)) });
    expect([await played.run(), played.claude.sent.length, played.rows().length]).toEqual([
      { kind: 'model_failed', failure: reason },
      4,
      4,
    ]);
  });

  test('each turn has four tries of its own', async () => {
    const thrice = [cut, cut, cut].map(failure);
    const played = rig({
      script: [...thrice, reply({ calls: [['list', {}]] }), ...thrice, reply({ calls: [SUBMIT] })],
    });
    expect((await played.run()).kind).toBe('ended_itself');
  });

  test.each<[ModelFailure]>([
    [{ reason: 'unauthorized', detail: 'bad key', usage: null, billed: false }],
    [{ reason: 'spend_limit', detail: 'no credit', usage: null, billed: false }],
    [{ reason: 'unknown_model', model: MODEL, usage: null, billed: false }],
    [{ reason: 'invalid_request', detail: 'messages', usage: null, billed: false }],
  ])('what a new try cannot mend is not tried again: %o', async reason => {
    const played = rig({ script: [failure(reason)] });
    expect([await played.run(), played.rows().map(row => row.settled)]).toEqual([
      { kind: 'model_failed', failure: reason },
      [0],
    ]);
  });

  test('a try that the money no longer funds is not made', async () => {
    const played = rig({ script: [failure(cut)], caps: { task: 3_400_000 } });
    expect([await played.run(), played.claude.sent.length]).toMatchObject([{ kind: 'budget', scope: 'task' }, 1]);
  });
});

test('the journal has every request before it was sent, and every reply and failure after it', async () => {
  const played = rig({
    script: [failure(limited(1)), reply({ calls: [['list', {}, 'toolu_1']] }), reply({ calls: [SUBMIT] })],
  });
  const seen: string[] = [];
  const { claude } = played;
  const turn = claude.turn.bind(claude);
  claude.turn = (request, watch) => {
    seen.push(
      played
        .lines()
        .map(({ line }) => line)
        .join(' '),
    );
    return turn(request, watch);
  };
  await played.run();
  expect(seen).toEqual([
    'preamble message request',
    'preamble message request failure request',
    'preamble message request failure request reply message request',
  ]);
  expect(played.lines().filter(({ line }) => line !== 'message' && line !== 'preamble')).toEqual([
    { line: 'request', at: '2026-11-21T12:00:00.000Z', number: 1, maxTokens: 64_000, reservation: '1' },
    { line: 'failure', at: '2026-11-21T12:00:00.000Z', reason: 'rate_limited' },
    { line: 'request', at: '2026-11-21T12:00:00.000Z', number: 1, maxTokens: 64_000, reservation: '2' },
    {
      line: 'reply',
      at: '2026-11-21T12:00:00.000Z',
      message: played.requests()[2]?.messages[1],
      inputTokens: 1200,
      sentBytes: expect.any(Number),
      stop: 'tool_use',
      requestId: 'req_1',
    },
    { line: 'request', at: '2026-11-21T12:00:00.000Z', number: 2, maxTokens: 64_000, reservation: '3' },
    expect.objectContaining({ line: 'reply', stop: 'tool_use' }),
  ]);
  expect(resultsIn(played.added(2)[1])).toEqual([{ content: 'no files', isError: false }]);
});
