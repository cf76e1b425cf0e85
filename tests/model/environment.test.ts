import { afterEach, describe, expect, it, vi } from 'vitest';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import { KEY, rig } from '../support/model-claude.ts';
import { handClock } from '../support/model-clock.ts';
import { loopback, streamed } from '../support/model-loopback.ts';
import { HELLO, turnRequest } from '../support/model-streams.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the environment of the SDK', () => {
  it('changes neither the address, nor the key, nor the headers, nor the logging', async () => {
    const plain = await rig(streamed(HELLO));
    await plain.claude.turn(turnRequest());
    const elsewhere = await loopback(streamed(HELLO));
    const printed = (['log', 'info', 'debug', 'warn', 'error'] as const).map(name =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );
    const hostile = {
      ANTHROPIC_API_KEY: 'other-key',
      ANTHROPIC_AUTH_TOKEN: 'other-token',
      ANTHROPIC_PROFILE: 'other-profile',
      ANTHROPIC_BASE_URL: elsewhere.url,
      ANTHROPIC_CUSTOM_HEADERS: 'Authorization: Bearer other\nx-api-key: other\ncookie: a=b\nanthropic-beta: other',
      ANTHROPIC_LOG: 'debug',
      ANTHROPIC_OPEN_TELEMETRY: 'true',
    };
    for (const [name, value] of Object.entries(hostile)) vi.stubEnv(name, value);
    const { claude, server } = await rig(streamed(HELLO));
    expect(await claude.turn(turnRequest())).toMatchObject({ ok: true });
    const { host: _here, ...headers } = server.received[0]?.headers ?? {};
    const { host: _there, ...plainHeaders } = plain.server.received[0]?.headers ?? {};
    expect(headers).toEqual(plainHeaders);
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(elsewhere.received).toEqual([]);
    expect(printed.flatMap(spy => spy.mock.calls)).toEqual([]);
  });

  it('does not replace an address that was not given', async () => {
    const elsewhere = await loopback(streamed(HELLO));
    vi.stubEnv('ANTHROPIC_BASE_URL', elsewhere.url);
    const asked: string[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async input => {
      asked.push(String(input));
      return new Response(HELLO.join(''), { headers: { 'content-type': 'text/event-stream' } });
    });
    const claude = await sdkClaude({ apiKey: KEY, clock: handClock() });
    expect(await claude.turn(turnRequest())).toMatchObject({ ok: true });
    expect(asked).toEqual(['https://api.anthropic.com/v1/messages']);
  });

  it('costs nothing until a client is made: the SDK is loaded lazily', async () => {
    const { readdir, readFile } = await import('node:fs/promises');
    const folder = new URL('../../src/model/', import.meta.url);
    const sources = await Promise.all((await readdir(folder)).map(name => readFile(new URL(name, folder), 'utf8')));
    const eager = sources.flatMap(source => source.match(/^import (?!type).*@anthropic-ai.*$/gm) ?? []);
    expect([sources.length > 5, eager]).toEqual([true, []]);
  });
});
