/** Everything that a foreign page, another program or a hostile file could try on a board. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoardDesk, idOf } from '../support/board-desk.ts';
import { ask, pageHeaders, portOf, type Sent, sessionOf, tokenOf } from '../support/board-http.ts';

let desk: BoardDesk;
let cookie: string;

beforeAll(async () => {
  desk = await BoardDesk.open();
  cookie = await sessionOf(desk.board);
});

afterAll(() => desk.close());

const statusOf = async (path: string, sent: Sent = {}): Promise<number> => (await ask(desk.board, path, sent)).status;
const retry = JSON.stringify({ name: 'retry', task: idOf('07-refunds') });
const positionNow = (): number => desk.project.baton.position();

describe('only this machine, under its own name', () => {
  test('it listens on the loopback address alone, on a port that the system chose', () => {
    expect(desk.board.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}$/);
    expect(portOf(desk.board)).toBeGreaterThan(1023);
  });

  test('another address of this machine finds nobody', async () => {
    const refused = await new Promise(resolve => {
      const socket = connect(portOf(desk.board), '127.0.0.2');
      socket.once('connect', () => resolve('connected')).once('error', () => resolve('refused'));
    });
    expect(refused).toBe('refused');
  });

  test.each(['evil.example', '127.0.0.1', 'localhost', '127.0.0.1:1', '[::1]:80', 'localhost.evil.example'])(
    'the host %s gets 421, with the cookie too',
    async host => {
      expect(await statusOf('/api/board', { headers: { host, cookie } })).toBe(421);
      expect(await statusOf('/', { headers: { host } })).toBe(421);
    },
  );

  test('localhost with the port is us', async () => {
    expect(await statusOf('/api/board', { headers: { host: `localhost:${portOf(desk.board)}`, cookie } })).toBe(200);
  });
});

describe('only our own page', () => {
  const foreign = ['http://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'https://127.0.0.1'];

  test.each(foreign)('a change from the origin %s is refused and nothing happens', async origin => {
    const before = positionNow();
    const headers = { ...pageHeaders(desk.board), origin, cookie };
    expect(await statusOf('/api/run', { method: 'POST', headers, body: retry })).toBe(403);
    expect(positionNow()).toBe(before);
  });

  test.each(foreign)('the stream and the board are not read by a page of %s', async origin => {
    expect(await statusOf('/api/feed', { headers: { origin, cookie } })).toBe(403);
    expect(await statusOf('/api/board', { headers: { origin, cookie } })).toBe(403);
  });

  test.each(['cross-site', 'same-site'])('the browser says %s: refused', async site => {
    expect(await statusOf('/api/board', { headers: { 'sec-fetch-site': site, cookie } })).toBe(403);
    expect(await statusOf('/api/feed', { headers: { 'sec-fetch-site': site, cookie } })).toBe(403);
  });

  test('a change without any origin is refused', async () => {
    const { origin: _, ...headers } = pageHeaders(desk.board);
    expect(await statusOf('/api/run', { method: 'POST', headers: { ...headers, cookie }, body: retry })).toBe(403);
  });

  test('no page elsewhere is ever told that it may read the answers', async () => {
    const { headers } = await ask(desk.board, '/api/board', { headers: { origin: 'http://evil.example', cookie } });
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([]);
    const { status } = await ask(desk.board, '/api/run', {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example' },
    });
    expect(status).toBe(403);
  });
});

describe('JSON only', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'the type "%s" is refused',
    async type => {
      const headers = { ...pageHeaders(desk.board), 'content-type': type, cookie };
      expect(await statusOf('/api/run', { method: 'POST', headers, body: retry })).toBe(415);
    },
  );

  test('without our own header, which no form can send, it is refused', async () => {
    const { 'x-kleiber-page': _, ...headers } = pageHeaders(desk.board);
    expect(await statusOf('/api/run', { method: 'POST', headers: { ...headers, cookie }, body: retry })).toBe(403);
  });

  test.each([{}, { 'transfer-encoding': 'chunked' }])(
    'a body of 100 MB is cut off, and the board goes on (%j)',
    async extra => {
      const before = positionNow();
      const headers = { ...pageHeaders(desk.board), cookie, ...extra };
      const body = Buffer.alloc(100_000_000, 32);
      // Whoever is still sending when the answer comes may see the line go dead instead of it.
      const ended = await statusOf('/api/run', { method: 'POST', headers, body }).catch(
        (error: NodeJS.ErrnoException) => error.code,
      );
      expect([413, 'ECONNRESET', 'EPIPE']).toContain(ended);
      expect(await statusOf('/api/board', { headers: { cookie } })).toBe(200);
      expect(positionNow()).toBe(before);
    },
  );

  test.each([
    ['not JSON', '{'],
    ['a name that is no action', JSON.stringify({ name: 'plan', task: '' })],
    ['a key that nobody knows', JSON.stringify({ name: 'pause', also: 'clean' })],
    ['a way that leads nowhere', JSON.stringify({ name: 'move', task: idOf('10-limits'), text: '--help' })],
    ['a commit that is none', JSON.stringify({ name: 'approve', task: idOf('04-cart-page'), commit: '--force' })],
  ])('%s is no action', async (_, body) => {
    const headers = { ...pageHeaders(desk.board), cookie };
    expect(await statusOf('/api/run', { method: 'POST', headers, body })).toBe(400);
  });

  test('an action on a task that is not on the board is refused', async () => {
    const headers = { ...pageHeaders(desk.board), cookie };
    const body = JSON.stringify({ name: 'retry', task: '--help' });
    expect(await statusOf('/api/run', { method: 'POST', headers, body })).toBe(404);
  });
});

describe('only with the token', () => {
  const paths = [
    '/api/board',
    '/api/log',
    '/api/feed',
    '/api/budget',
    '/api/timeline',
    '/api/calibration',
    `/api/task/${idOf('07-refunds')}`,
    `/api/task/${idOf('07-refunds')}/prompt`,
  ];

  test.each(paths)('%s without a cookie is refused', async path => {
    expect(await statusOf(path)).toBe(401);
  });

  test.each(['', 'x', '0'.repeat(64)])('the cookie value "%s" is refused', async value => {
    const name = cookie.split('=')[0];
    expect(await statusOf('/api/board', { headers: { cookie: `${name}=${value}` } })).toBe(401);
  });

  test('an action without a cookie is refused', async () => {
    expect(await statusOf('/api/run', { method: 'POST', headers: pageHeaders(desk.board), body: retry })).toBe(401);
  });

  test.each(['', 'guess', '0'.repeat(32)])('the token "%s" opens nothing', async token => {
    const headers = { ...pageHeaders(desk.board), 'x-kleiber-token': token };
    const answered = await ask(desk.board, '/api/session', { method: 'POST', headers, body: '{}' });
    expect([answered.status, answered.headers['set-cookie']]).toEqual([401, undefined]);
  });

  test('the token has 128 bits, and its cookie can neither be read by a script nor sent by another site', async () => {
    expect(tokenOf(desk.board)).toMatch(/^[0-9a-f]{32}$/);
    const headers = { ...pageHeaders(desk.board), 'x-kleiber-token': tokenOf(desk.board) };
    const answered = await ask(desk.board, '/api/session', { method: 'POST', headers, body: '{}' });
    expect(answered.headers['set-cookie']?.[0]).toMatch(
      /^kleiber-\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answered.headers['set-cookie']?.[0]).not.toContain(tokenOf(desk.board));
  });
});

describe('nothing outside is read', () => {
  test.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/page.js/../../bin/kleiber.cjs',
    '/etc/passwd',
    '//etc/passwd',
    '/api/task/..%2f..%2fkleiber.yml',
    '/api/task/%2fetc%2fpasswd/diff',
    '/api/task/..%2f..%2fkleiber.yml/prompt',
    `/api/task/${idOf('07-refunds')}/transcript/..%2f..%2fledger`,
    `/api/task/${idOf('07-refunds')}/transcript/99`,
    `/api/task/${idOf('07-refunds')}%00/diff`,
  ])('%s is not there', async path => {
    expect(await statusOf(path, { headers: { cookie } })).toBe(404);
  });

  test.each(['-1', '1e9', 'x', '1;2', '9999999999999'])('a position "%s" is no position', async at => {
    expect(await statusOf(`/api/board?at=${at}`, { headers: { cookie } })).toBe(400);
  });
});

describe('what every answer carries', () => {
  test.each(['/', '/page.js', '/nothing', '/api/board', '/api/nothing'])('%s', async path => {
    const { headers } = await ask(desk.board, path, { headers: { cookie } });
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types dompurify",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });

  test('a refusal carries them too', async () => {
    const { headers } = await ask(desk.board, '/', { headers: { host: 'evil.example' } });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('the page itself has no script or style in it', async () => {
    const { text } = await ask(desk.board, '/');
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|style=|\son\w+=/);
  });
});

test('an action is the command itself: it writes one event and says what the command says', async () => {
  const before = positionNow();
  const headers = { ...pageHeaders(desk.board), cookie };
  const text = "--help; $(touch x) 'per order'";
  const body = JSON.stringify({ name: 'answer', task: idOf('07-refunds'), text, widen: '' });
  const answered = await ask(desk.board, '/api/run', { method: 'POST', headers, body });
  expect(JSON.parse(answered.text)).toEqual({
    line: `kleiber answer ${idOf('07-refunds')} '--help; $(touch x) '\\''per order'\\'''`,
    code: 0,
    output: expect.stringContaining('answered'),
  });
  const news = desk.project.baton.after(before);
  expect(news.map(({ event }) => event)).toEqual([expect.objectContaining({ kind: 'answered', text })]);
});

test('a note goes to a task at work and is refused elsewhere, a ready task is moved, and both are events with a name', async () => {
  const headers = { ...pageHeaders(desk.board), cookie };
  const run = async (asked: object): Promise<{ code: number; output: string }> =>
    JSON.parse((await ask(desk.board, '/api/run', { method: 'POST', headers, body: JSON.stringify(asked) })).text);
  const before = positionNow();
  expect(await run({ name: 'tell', task: idOf('05-checkout'), text: '<b>cents</b>' })).toMatchObject({ code: 0 });
  expect(await run({ name: 'tell', task: idOf('10-limits'), text: 'hello' })).toMatchObject({
    code: 1,
    output: expect.stringContaining('has not been started'),
  });
  expect(await run({ name: 'move', task: idOf('10-limits'), text: 'up' })).toMatchObject({
    code: 1,
    output: expect.stringMatching(/is the first in line already|cannot go before/),
  });
  expect(desk.project.baton.after(before).map(({ event }) => event)).toEqual([
    { kind: 'told', attempt: 1, by: 'Ada <ada@example.org>', text: '<b>cents</b>' },
  ]);
});

test('a word about another commit than the one that is there is refused by the command', async () => {
  const headers = { ...pageHeaders(desk.board), cookie };
  const body = JSON.stringify({ name: 'approve', task: idOf('04-cart-page'), commit: 'a'.repeat(40) });
  const answered = await ask(desk.board, '/api/run', { method: 'POST', headers, body });
  expect(JSON.parse(answered.text)).toMatchObject({ code: 1, output: expect.stringContaining('by now') });
});
