import { describe, expect, it } from 'vitest';
import { checkBaseUrl, DEFAULT_BASE_URL } from '../../src/model/base-url.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import { handClock } from '../support/model-clock.ts';

describe('a base URL', () => {
  it.each([
    [DEFAULT_BASE_URL, 'https://api.anthropic.com'],
    ['https://gateway.example/claude/', 'https://gateway.example/claude'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.9.8.7', 'http://127.9.8.7'],
    ['http://2130706433:99', 'http://127.0.0.1:99'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
    ['http://LOCALHOST:8080', 'http://localhost:8080'],
  ])('%s may be sent a key', (url, value) => {
    expect(checkBaseUrl(url)).toEqual({ ok: true, value });
  });

  it.each([
    ['http://api.anthropic.com', 'http://api.anthropic.com'],
    ['http://localhost.evil.example/x', 'http://localhost.evil.example'],
    ['http://evil.example/127.0.0.1', 'http://evil.example'],
    ['http://10.0.0.1', 'http://10.0.0.1'],
    ['http://0.0.0.0', 'http://0.0.0.0'],
    ['http://128.0.0.1', 'http://128.0.0.1'],
    ['http://[::2]', 'http://[::2]'],
  ])('%s may not: the key would travel in the clear', (url, origin) => {
    expect(checkBaseUrl(url)).toEqual({ ok: false, failure: { reason: 'insecure_url', origin } });
  });

  it.each([
    '',
    'api.anthropic.com',
    'ftp://localhost',
    'file:///etc/passwd',
    'https://user:secret@gateway.example',
    'http://127.0.0.1@evil.example',
    'https://gateway.example/?q=1',
    'https://gateway.example/#x',
  ])('%j is none', url => {
    expect(checkBaseUrl(url)).toEqual({ ok: false, failure: { reason: 'invalid_url', expected: DEFAULT_BASE_URL } });
  });

  it('that was not checked makes no client', async () => {
    await expect(sdkClaude({ apiKey: 'k', baseUrl: 'http://evil.example', clock: handClock() })).rejects.toThrow('bug');
  });
});
