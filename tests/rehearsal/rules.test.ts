import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessagesServer, startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import { RULES } from '../../src/rehearsal/rules.ts';
import { send } from '../support/rehearsal-http.ts';
import { FIXTURES, type FixturePair, MORE_ACCEPTED, MORE_REFUSALS, type Talk } from './rule-fixtures.ts';

let server: MessagesServer;

beforeAll(async () => {
  server = await startMessagesServer({
    answer: ({ tools = [] }) => ({
      content: [
        { type: 'thinking', thinking: 'Look first.' },
        tools.length > 0
          ? { type: 'tool_use', name: 'read', input: { path: 'a.ts' } }
          : { type: 'text', text: 'Hello.' },
      ],
    }),
    acceptedKey: 'rehearsal',
  });
});

afterAll(() => server.close());

const talk: Talk = async body => {
  const { status, body: reply } = await send(server, body);
  expect(status).toBe(200);
  return reply.content as unknown[];
};

async function judge(fixture: FixturePair['accepted']) {
  const { body, headers } = typeof fixture === 'function' ? await fixture(talk) : fixture;
  const answered = await send(server, body, headers === undefined ? {} : { headers });
  return { ...answered, rule: server.exchanges().at(-1)?.rule };
}

describe('the rule table', () => {
  it('has an accepted and a rejected request for every row, and a row for every pair', () => {
    expect(Object.keys(FIXTURES).sort()).toEqual(RULES.map(rule => rule.id).sort());
  });

  it('names each row once and says where it comes from', () => {
    expect(new Set(RULES.map(rule => rule.id)).size).toBe(RULES.length);
    expect(RULES.filter(rule => rule.source.length < 15)).toEqual([]);
  });

  it.each(RULES.map(rule => rule.id))('%s lets a good request through', async id => {
    const { status, rule, body } = await judge(FIXTURES[id].accepted);
    expect({ status, rule, error: body.error }).toEqual({ status: 200, rule: null, error: undefined });
  });

  it.each(RULES.map(rule => rule.id))('%s refuses its bad request, and no other rule does', async id => {
    const { status, rule, body, headers } = await judge(FIXTURES[id].rejected);
    expect({ status, rule }).toEqual({ status: FIXTURES[id].status ?? 400, rule: id });
    expect(body).toEqual({
      type: 'error',
      error: { type: expect.stringMatching(/_error$|_too_large$/), message: expect.stringMatching(/\S{3}/) },
      request_id: headers.get('request-id'),
    });
  });

  it.each(MORE_REFUSALS)('%s refuses %s', async (id, _why, body) => {
    expect(await judge({ body })).toMatchObject({ status: 400, rule: id });
  });

  it.each(MORE_ACCEPTED)('lets through %s', async (_why, body) => {
    expect(await judge({ body })).toMatchObject({ status: 200, rule: null });
  });
});
