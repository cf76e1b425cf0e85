/** A worker as light as can be: the real meter and the real SDK, asking again and again until a cap says no. `node spend-child.ts <ledger> <url> <cap>` */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openMeter } from '../../src/agent/meter.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { BUILT_IN_PRICES, costOf, requestPrice } from '../../src/model/prices.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import { OWNER, PURPOSE, successOf } from './baton-samples.ts';
import { INPUT_TOKENS, MODEL } from './spend-values.ts';

const [path = '', url = '', cap = ''] = process.argv.slice(2);

/** Waits for money twenty times as impatiently as a real worker, so that the test is short. */
const clock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async ms => {
    await pause(ms / 20);
  },
};

const ledger = successOf(openLedger(path));
const claude = await sdkClaude({
  apiKey: 'rehearsal',
  baseUrl: url,
  clock: { ...clock, sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => {}) },
});
const meter = openMeter(
  { ...PURPOSE, task: `t${process.pid}`, session: `s${process.pid}`, model: MODEL },
  {
    ledger,
    clock,
    owner: { ...OWNER, pid: process.pid },
    price: {
      worst: (model, tokens, life, day) => requestPrice(BUILT_IN_PRICES, model, tokens, day, life),
      cost: (model, usage, day) => costOf(BUILT_IN_PRICES, model, usage, day),
    },
    caps: { task: null, plan: null, day: Number(cap), week: null, tokens: null },
    kept: { setAside: 0, reservePercent: 0 },
    urgent: false,
  },
);

writeSync(1, 'ready\n');
await once(process.stdin, 'data');

const { signal } = new AbortController();
let replies = 0;
for (;;) {
  const granted = await meter.reserve(INPUT_TOKENS, '5m', signal);
  if (granted.kind !== 'granted') {
    writeSync(1, `${JSON.stringify({ replies, ending: granted })}\n`);
    break;
  }
  const outcome = await claude.turn({
    model: MODEL,
    system: [{ type: 'text', text: 'You build.' }],
    tools: [],
    messages: [{ role: 'user', content: `Go on, ${process.pid}.` }],
    maxTokens: granted.maxTokens,
    effort: 'low',
    cacheLife: '5m',
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  replies++;
  meter.settle(granted.reservation, outcome.value.usage);
}
ledger.close();
process.stdin.destroy();
