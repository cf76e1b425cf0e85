/** A plan is drafted on opus, held against the rules by code, and reviewed by the architect: three rounds, and no more. */
import { afterEach, describe, expect, test } from 'vitest';
import { makePlan, type PlanRequest } from '../../src/conductor/plan/make-plan.ts';
import { NO_USAGE } from '../../src/domain/money.ts';
import type { Claude, Reply, StopReason, TurnRequest } from '../../src/model/claude.ts';
import { House } from '../support/house-rig.ts';
import { openingOf } from '../support/house-rig-claude.ts';
import { type DraftTask, planOf } from '../support/journey-models.ts';

let house: House;
afterEach(() => house.close());

interface Said {
  value?: unknown;
  stop?: StopReason;
  calls?: boolean;
}

const drafts = (...tasks: DraftTask[]): Said => ({ value: planOf(tasks) });
const APPROVES: Said = { value: { verdict: 'approve', feedback: [] } };
const wantsOf = (...feedback: string[]): Said => ({ value: { verdict: 'request_changes', feedback } });
const LOOKS: Said = { calls: true };

const GOOD: DraftTask = { key: 'coupons', agent: 'engineer-backend', title: 'Coupons', files: ['src/backend/a.js'] };
const ASTRAY: DraftTask = { ...GOOD, files: ['src/frontend/a.js'] };

const isReview = (request: TurnRequest): boolean =>
  openingOf({ request, turn: 0, heard: '' }).startsWith('A plan for a feature request needs your review');

/** Says these things in order, the planner and the architect each their own. */
function claudeThat(planner: Said[], architect: Said[]): Claude & { asked: TurnRequest[] } {
  const asked: TurnRequest[] = [];
  return {
    asked,
    models: async () => ({ ok: true, value: [] }),
    turn: async request => {
      asked.push({ ...request, messages: [...request.messages] });
      const said = (isReview(request) ? architect : planner).shift();
      if (said === undefined) throw new Error('nobody wrote what comes next');
      return { ok: true, value: replyOf(said, request, asked.length) };
    },
  };
}

function replyOf(said: Said, { model }: TurnRequest, number: number): Reply {
  const text = said.value === undefined ? 'Let me see.' : JSON.stringify(said.value);
  const call = { id: `toolu_${number}`, name: 'read', input: { path: `src/${number}.js` } };
  return {
    model,
    stop: said.stop ?? (said.calls ? 'tool_use' : 'end_turn'),
    content: [
      { type: 'text', text, citations: null },
      ...(said.calls ? [{ type: 'tool_use' as const, ...call, caller: { type: 'direct' as const } }] : []),
    ],
    toolCalls: said.calls ? [{ ...call, raw: JSON.stringify(call.input) }] : [],
    text,
    usage: { ...NO_USAGE, input: 2_000, output: 300 },
    refusalCategory: said.stop === 'refusal' ? 'cyber' : null,
    requestId: null,
  };
}

async function planned(planner: Said[], architect: Said[] = [], changes: Partial<PlanRequest> = {}) {
  house = new House();
  const here = await house.start();
  const claude = claudeThat(planner, architect);
  const notices: string[] = [];
  const request: PlanRequest = {
    plan: 'p1',
    request: 'Add coupons',
    brief: 'one file',
    createdAt: '2026-11-21T09:00:00Z',
    rules: { table: {}, risks: {}, escalate_when: {} },
    limits: () => [],
    existing: new Set(),
    workspace: { root: house.user, zone: null },
    run: async () => ({ kind: 'exited', exitCode: 0, output: '', durationMs: 1 }),
    capUsd: 3,
    signal: new AbortController().signal,
    notice: text => notices.push(text),
    ...changes,
  };
  const made = await makePlan(request, { ...here.conductor.studio, claude });
  return { made, asked: claude.asked, notices };
}

const lastWords = (request: TurnRequest | undefined): string => JSON.stringify(request?.messages.at(-1)?.content);

describe('the planner', () => {
  test('is asked on opus for the schema of a plan from its first turn, with tools that only read', async () => {
    const { made, asked } = await planned([LOOKS, drafts(GOOD)], [APPROVES]);
    expect(made).toMatchObject({ ok: true, value: { plan: { tasks: [{ head: { id: 'p1-01-coupons' } }] } } });
    const planner = asked.filter(request => !isReview(request));
    expect(planner.map(({ model, effort, format }) => [model, effort, Object.keys(format?.properties ?? {})])).toEqual([
      ['claude-opus-5-5', 'medium', ['tasks']],
      ['claude-opus-5-5', 'medium', ['tasks']],
    ]);
    expect(planner[0]?.tools.map(({ name }) => name)).toEqual(['list', 'read', 'search']);
  });

  test('hears what code has found, in the same conversation, and mends it', async () => {
    const { made, asked, notices } = await planned([drafts(ASTRAY), drafts(GOOD)], [APPROVES]);
    expect(made.ok).toBe(true);
    const [first, second] = asked;
    expect(second?.messages.slice(0, first?.messages.length)).toEqual(first?.messages);
    expect(lastWords(second)).toContain(
      'p1-01-coupons: files: src/frontend/a.js is outside the paths of engineer-backend',
    );
    expect(notices).toEqual(['round 1: 1 fault found in the plan']);
  });

  test('has three rounds, and then there is no plan, but what it cost is known', async () => {
    const { made, asked } = await planned([drafts(ASTRAY), drafts(), { value: { tasks: 'none' } }]);
    expect(asked).toHaveLength(3);
    expect(lastWords(asked[2])).toContain('the plan has no tasks');
    expect(made).toMatchObject({
      ok: false,
      failure: { reason: 'plan_faulty', faults: [{ problem: expect.stringMatching(/^the answer is not a plan: /) }] },
    });
    expect(made.ok ? [] : made.failure.sessions.map(({ agent, spend }) => [agent, spend.usage.output])).toEqual([
      ['planner', 300],
      ['planner', 300],
      ['planner', 300],
    ]);
  });

  test('is told of a key that two tasks have', async () => {
    const { asked } = await planned([drafts(GOOD, { ...GOOD, files: ['src/db/**'] }), drafts(GOOD)], [APPROVES]);
    expect(lastWords(asked[1])).toContain('the key coupons is used twice');
  });

  test.each([
    ['the model refuses', [{ stop: 'refusal' as const }], { kind: 'refused', category: 'cyber' }],
    ['25 turns are used up', Array.from({ length: 26 }, () => LOOKS), { kind: 'turn_limit', turns: 25 }],
  ])('ends without a plan when %s', async (_why, said, outcome) => {
    const { made } = await planned(said);
    expect(made).toMatchObject({ ok: false, failure: { reason: 'planner_stopped', outcome } });
  });

  test('is not asked at all when its own cap cannot fund a request', async () => {
    const { made, asked } = await planned([], [], { capUsd: 0.01 });
    expect(asked).toEqual([]);
    expect(made).toMatchObject({
      ok: false,
      failure: { reason: 'planner_stopped', outcome: { kind: 'budget', scope: 'task' } },
    });
  });
});

describe('the architect', () => {
  test('sees the tasks as they would be written and nothing of the conversation before', async () => {
    const { asked } = await planned([LOOKS, drafts(GOOD)], [APPROVES]);
    const [review] = asked.filter(isReview);
    expect(review?.messages).toHaveLength(1);
    expect(lastWords(review)).toContain('id: p1-01-coupons');
    expect(lastWords(review)).not.toContain('Let me see.');
  });

  test('has its changes told to the planner, and a plan that it never approves is none', async () => {
    const { made, asked } = await planned(
      [drafts(GOOD), drafts(GOOD), drafts(GOOD)],
      [wantsOf('split it'), wantsOf('split it more'), wantsOf('no')],
    );
    expect(lastWords(asked.filter(request => !isReview(request))[1])).toContain('- split it');
    expect(made).toMatchObject({ ok: false, failure: { reason: 'plan_rejected', feedback: ['no'] } });
  });

  test('that asks for changes and names none has approved nothing either', async () => {
    const { made, asked } = await planned(
      [drafts(GOOD), drafts(GOOD), drafts(GOOD)],
      [wantsOf(), wantsOf(' '), APPROVES],
    );
    expect(made.ok).toBe(true);
    expect(asked.filter(isReview)).toHaveLength(3);
    expect(lastWords(asked.filter(request => !isReview(request))[1])).toContain('none is named');
  });

  test('whose answer is no verdict has approved nothing', async () => {
    const { made, asked } = await planned([drafts(GOOD), drafts(GOOD)], [{ value: 'fine' }, APPROVES]);
    expect(made.ok).toBe(true);
    expect(asked.filter(isReview)).toHaveLength(2);
  });
});
