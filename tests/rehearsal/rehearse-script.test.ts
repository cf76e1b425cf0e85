import { describe, expect, it } from 'vitest';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { scriptedAgents } from '../../src/rehearsal/scripted-agents.ts';
import { handClock } from '../support/rehearsal-http.ts';

const WORKER = 'You are an engineer.';

const opening = (key: string, rest = ''): string =>
  `---\nid: p1ab2-03-${key}\nagent: engineer\n---\n## Description\n${rest}`;

const text = (words: string) => ({ role: 'user' as const, content: [{ type: 'text' as const, text: words }] });

/** A turn of the agent and what its tools gave. */
const turn = (content: string, isError = false): MessagesRequest['messages'] => [
  { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'run', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content, is_error: isError }] },
];

const agents = scriptedAgents({ clock: { ...handClock(), sleep: async () => undefined }, speed: 1000 });

async function answer(messages: MessagesRequest['messages'], system = WORKER) {
  const { content } = await agents({ model: 'claude-sonnet-5-5', max_tokens: 8000, messages, system });
  return content;
}

const calls = (content: Awaited<ReturnType<typeof answer>>) =>
  content.flatMap(block => (block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : []));

describe('a scripted agent', () => {
  it('reads before it writes, and says how it will go about it', async () => {
    const content = await answer([text(opening('coupon-codes'))]);
    expect(content[0]).toEqual({ type: 'text', text: expect.stringMatching(/^A table of codes/) });
    expect(calls(content).map(({ name }) => name)).toEqual(['read', 'read']);
  });

  it('hands in after green tests, and asks for help after red ones', async () => {
    const before = [
      text(opening('checkout', 'Escalated from sonnet: architectural decision.')),
      ...turn('files'),
      ...turn('wrote'),
    ];
    const green = await answer([...before, ...turn('exit code 0')]);
    expect(calls(green)).toEqual([
      { name: 'submit', input: expect.objectContaining({ decisions: [expect.any(String), expect.any(String)] }) },
    ]);
    const red = await answer([...before, ...turn('exit code 1\nnot ok 3', true)]);
    expect(calls(red)).toEqual([
      {
        name: 'block',
        input: {
          type: 'technical',
          problem: 'The tests are red and I cannot see why.\n\nexit code 1\nnot ok 3',
          need: 'Somebody has to look at this.',
        },
      },
    ]);
  });

  it('stops at a decision that is not its own, with a reason that moves it to a stronger model', async () => {
    const content = await answer([text(opening('checkout')), ...turn('files')]);
    expect(calls(content)).toEqual([
      { name: 'block', input: expect.objectContaining({ type: 'technical', reason: 'architectural_decision' }) },
    ]);
  });

  it('finds its script by an id that a person gave', async () => {
    const content = await answer([text('---\nid: price-list\n---')]);
    expect(calls(content).map(({ name }) => name)).toEqual(['read', 'read', 'read']);
  });

  it('builds what was answered, and nothing when the answer is another one', async () => {
    const asked = [text(opening('pricing')), ...turn('files'), ...turn('noted')];
    const perOrder = await answer([...asked, text('Answer to your question:\n\nper order')]);
    expect(calls(perOrder).map(({ name }) => name)).toEqual(['edit', 'write', 'write']);
    const perLine = await answer([...asked, text('Answer to your question:\n\nper line')]);
    expect(calls(perLine).map(({ name }) => name)).toEqual(['block']);
  });

  it('starts otherwise when its work was red or met a conflict', async () => {
    const red = await answer([text(opening('coupon-codes', 'The checks are red on what you handed in:\nnot ok'))]);
    expect(red[0]).toMatchObject({ text: expect.stringMatching(/^The test of the last day is red/) });
    const conflict = await answer([
      text(opening('cart-page', 'It stands above, and only the conflict is yours to resolve.')),
    ]);
    expect(conflict[0]).toMatchObject({ text: expect.stringMatching(/^I read the file with the conflict marks/) });
  });

  it('resolves only a conflict that it really sees', async () => {
    const start = [text(opening('cart-page', 'It stands above, and only the conflict is yours to resolve.'))];
    const marked = '<<<<<<< ours\npercentOf\n=======\nformatDiscount\n>>>>>>> theirs';
    expect(calls(await answer([...start, ...turn(marked)])).map(({ name }) => name)).toEqual(['write']);
    expect(calls(await answer([...start, ...turn('formatDiscount')])).map(({ name }) => name)).toEqual(['block']);
  });

  it('says so when its task is in no script', async () => {
    await expect(answer([text(opening('gift-cards'))])).rejects.toThrow('no script is for this task');
  });
});

describe('the scripted architect', () => {
  const REVIEW = 'A plan for a feature request needs your review before any work begins.\n\n';
  const SEEN = 'src/backend/refunds.js:5:  const line = order.lines.find(x)';
  const plan = (...heads: string[]): string => REVIEW + heads.map(head => `---\n${head}\n---\n# Task`).join('\n\n');

  const review = async (planText: string) => {
    const content = await answer([text(planText), ...turn('files'), ...turn(SEEN)], 'You are the architect.');
    return content[0]?.type === 'json' ? content[0].value : null;
  };

  it('approves a plan that lacks nothing', async () => {
    const heads = ['id: p1-04-cart-page\nfiles:\n  - src/frontend/**', 'id: p1-08-refunds'];
    expect(await review(plan(...heads))).toEqual({ verdict: 'approve', feedback: [] });
  });

  it('asks for the work that is missing and for the dependency that is not needed', async () => {
    const heads = ['id: p1-04-cart-page\ndepends_on:\n  - p1-05-checkout', 'id: p1-05-checkout'];
    expect(await review(plan(...heads))).toEqual({
      verdict: 'request_changes',
      feedback: [expect.stringMatching(/^Work is missing/), expect.stringMatching(/^cart-page waits for checkout/)],
    });
  });
});
