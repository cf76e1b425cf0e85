/** The real SDK against a loopback server. */
import type { AttemptNews } from '../../src/model/attempt.ts';
import type { Claude, TurnOutcome, TurnRequest } from '../../src/model/claude.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import type { HandClock } from './model-clock.ts';
import { handClock } from './model-clock.ts';
import type { Answer, Loopback } from './model-loopback.ts';
import { loopback } from './model-loopback.ts';
import { turnRequest } from './model-streams.ts';

export const KEY = 'sk-ant-test-0123456789';

export interface Rig {
  claude: Claude;
  clock: HandClock;
  server: Loopback;
  news: AttemptNews[];
}

export async function rig(answer: Answer, apiKey = KEY): Promise<Rig> {
  const server = await loopback(answer);
  const clock = handClock();
  const news: AttemptNews[] = [];
  const claude = await sdkClaude({ apiKey, baseUrl: server.url, clock, onAttempt: one => news.push(one) });
  return { claude, clock, server, news };
}

/** One turn against one answer. */
export async function turnAgainst(answer: Answer, rest: Partial<TurnRequest> = {}): Promise<TurnOutcome> {
  const { claude } = await rig(answer);
  return claude.turn(turnRequest(rest));
}
