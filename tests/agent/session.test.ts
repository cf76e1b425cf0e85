/** A session: the parts of a conversation put together for one role on one model. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allRoles } from '../../src/agent/roles.ts';
import { runSession, type SessionRequest, type Studio } from '../../src/agent/session.ts';
import { configSchema } from '../../src/domain/config.ts';
import { nanoFromUsd } from '../../src/domain/money.ts';
import type { Role } from '../../src/domain/role.ts';
import type { TurnRequest } from '../../src/model/claude.ts';
import {
  type Call,
  failure,
  folderWith,
  OWNER,
  PRICE,
  reply,
  type Step,
  scriptedClaude,
  temporaryLedger,
  USAGE,
  USAGE_COST,
  userText,
  workerTools,
} from '../support/agent-rig.ts';
import { handClock } from '../support/model-clock.ts';

const SUBMIT: Call = ['submit', { summary: 'built it' }];
const MODELS = { haiku: 'claude-haiku-5-5', sonnet: 'claude-sonnet-5-5', opus: 'claude-opus-5-5' };
const roles = allRoles([], { roles: {} });
const roleNamed = (name: string): Role => {
  const role = roles.get(name);
  if (role === undefined) throw new Error(`no role ${name}`);
  return role;
};

function desk() {
  const folder = folderWith({ 'a.ts': 'one' });
  const transcripts = folderWith().path;
  const ledger = temporaryLedger();
  const asked = (): TurnRequest[] => sent.map(text => JSON.parse(text) as TurnRequest); // what the scripted Claude was sent
  const sent: string[] = [];
  const session = async (
    script: readonly Step[],
    request: Partial<SessionRequest> = {},
    studio: Partial<Studio> = {},
  ) => {
    const claude = scriptedClaude(script);
    const result = await runSession(
      {
        session: 'shop-1-01-basket-a1',
        task: 'shop-1-01-basket',
        plan: 'shop-1',
        attempt: 1,
        phase: 'EXEC',
        role: roleNamed('engineer-backend'),
        tier: 'sonnet',
        effort: 'medium',
        tools: workerTools(folder),
        opening: 'Build the basket.',
        resume: false,
        news: '',
        format: null,
        endsBy: 'tool',
        turns: 20,
        taskCapUsd: null,
        cacheLife: '5m',
        afterTurn: async () => true,
        signal: new AbortController().signal,
        ...request,
      },
      {
        repository: '/home/ada/shop',
        claude,
        ledger,
        price: PRICE,
        clock: handClock(),
        owner: OWNER,
        lanes: { ready: async () => {}, pause: () => {}, clear: () => {}, release: () => {} },
        sandbox: { kind: 'none', fingerprint: 'none', run: () => Promise.reject(new Error('no command is run here')) },
        config: configSchema.parse({}),
        roles,
        models: MODELS,
        instructions: '',
        transcripts,
        secrets: [],
        ...studio,
      },
    );
    sent.push(...claude.sent);
    return result;
  };
  return { session, asked, ledger, transcripts };
}

const READ = reply({ calls: [['read', { path: 'a.ts' }, 'toolu_1']] });
const STOPPED = failure({ reason: 'stopped', usage: null, billed: false });
const DONE = reply({ calls: [SUBMIT] });

describe('a session', () => {
  test('is booked under its purpose and says what it spent', async () => {
    const { session, ledger } = desk();
    expect(await session([DONE])).toEqual({
      outcome: expect.objectContaining({ kind: 'ended_itself' }),
      spend: { usage: USAGE, cost: USAGE_COST },
      model: 'claude-sonnet-5-5',
    });
    expect(ledger.rows().map(row => row.purpose)).toEqual([
      {
        repository: '/home/ada/shop',
        plan: 'shop-1',
        task: 'shop-1-01-basket',
        session: 'shop-1-01-basket-a1',
        attempt: 1,
        phase: 'EXEC',
        agent: 'engineer-backend',
        tier: 'sonnet',
        model: 'claude-sonnet-5-5',
      },
    ]);
  });

  test('of a role begins alike for every task; the instructions of the project are a block of their own', async () => {
    const { session, asked } = desk();
    await session([DONE]);
    await session([DONE], { session: 'other', task: 'other', opening: 'Build the till.' });
    await session([DONE], { session: 'third' }, { instructions: 'Use tabs.' });
    const [first, second, third] = asked();
    const head = (request: TurnRequest | undefined): string => JSON.stringify([request?.system, request?.tools]);
    expect(head(second)).toBe(head(first));
    expect(third?.system).toEqual([
      ...(first?.system ?? []),
      { type: 'text', text: 'Instructions of this project:\n\nUse tabs.' },
    ]);
  });

  test.each<[string, Partial<SessionRequest>, object, string]>([
    ['the task', {}, { budget: { task_usd: 0.0001 } }, 'task'],
    ['the task that has a cap of its own', { taskCapUsd: 0.0001 }, {}, 'task'],
    ['the plan', {}, { budget: { plan_usd: 0.0001 } }, 'plan'],
    ['the day', {}, { budget: { day_usd: 0.0001 } }, 'day'],
    ['the week', {}, { budget: { week_usd: 0.0001 } }, 'week'],
  ])('asks nothing when the cap of %s is too low', async (_name, request, config, scope) => {
    const { session, asked } = desk();
    const { outcome } = await session([], request, { config: configSchema.parse(config) });
    expect([outcome, asked()]).toMatchObject([{ kind: 'budget', scope, raises: [{ scope, cap: 100_000 }] }, []]);
  });

  test('of a task without a plan has no cap of a plan', async () => {
    const config = configSchema.parse({ budget: { plan_usd: 0.0001 } });
    const { outcome } = await desk().session([DONE], { plan: null }, { config });
    expect(outcome.kind).toBe('ended_itself');
  });

  test('reserves nothing beyond the cap of its task', async () => {
    const { session, ledger } = desk();
    await session([DONE], { taskCapUsd: 0.001 });
    expect(ledger.rows().every(row => row.reserved <= nanoFromUsd(0.001))).toBe(true);
  });

  test.each([
    ['haiku', 80_000],
    ['sonnet', 400_000],
    ['opus', 400_000],
  ] as const)('on %s hands over past %i prompt tokens', async (tier, limit) => {
    const full = (over: number) =>
      reply({ model: MODELS[tier], calls: [['list', {}]], usage: { ...USAGE, input: limit + over - USAGE.output } });
    const done = reply({ model: MODELS[tier], calls: [SUBMIT] });
    const outcomes = [await desk().session([full(0), done], { tier }), await desk().session([full(1)], { tier })].map(
      ({ outcome }) => outcome.kind,
    );
    expect(outcomes).toEqual(['ended_itself', 'context_full']);
  });
});

describe('a session that goes on', () => {
  test('sends again what it sent, with the old preamble even if the role has changed, and then the news', async () => {
    const { session, asked } = desk();
    await session([READ, STOPPED]);
    const changed = { ...roleNamed('engineer-backend'), instructions: 'You are somebody else.' };
    await session([DONE], { resume: true, news: 'It is the euro.', role: changed, attempt: 2 });
    const [, before, after] = asked();
    expect(JSON.stringify([after?.system, after?.tools])).toBe(JSON.stringify([before?.system, before?.tools]));
    expect(after?.messages).toEqual([...(before?.messages ?? []), userText('It is the euro.')]);
  });

  test.each<[string, Partial<SessionRequest>]>([
    ['the transcript is missing', { resume: true, session: 'lost', news: 'news' }],
    ['the model is another one', { resume: true, tier: 'opus', news: 'news' }],
    ['nobody asked to go on', { resume: false, news: 'news' }],
  ])('begins anew when %s', async (_name, request) => {
    const { session, asked } = desk();
    await session([READ, STOPPED]);
    await session([reply({ calls: [SUBMIT], model: MODELS[request.tier ?? 'sonnet'] })], {
      ...request,
      opening: 'Anew.',
    });
    expect(asked().at(-1)?.messages).toEqual([userText('Anew.')]);
  });

  test('that was killed before its first message begins anew', async () => {
    const { session, asked, transcripts } = desk();
    await session([READ, STOPPED]);
    const path = join(transcripts, 'shop-1-01-basket-a1.jsonl');
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n')[0]}\n`);
    await session([DONE], { resume: true, opening: 'Anew.', news: '' });
    expect(asked().at(-1)?.messages).toEqual([userText('Anew.')]);
  });

  test('after a torn beginning starts anew in the same file and can go on from there', async () => {
    const { session, asked, transcripts } = desk();
    writeFileSync(join(transcripts, 'shop-1-01-basket-a1.jsonl'), '{"line":"preamble","preamb');
    await session([READ, STOPPED], { resume: true });
    await session([DONE], { resume: true });
    const [, before, after] = asked();
    expect(after?.messages).toEqual(before?.messages);
  });
});
