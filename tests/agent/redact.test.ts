/** Secrets are taken out, whatever stands around them, and ordinary code stays as it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REDACTED, redactSecrets } from '../../src/agent/redact.ts';

const letters = (count: number): string => 'aB3dE6gH9k'.repeat(Math.ceil(count / 10)).slice(0, count);
const capitals = (count: number): string => letters(count).toUpperCase();

/** Put together here, so that no scanner of repositories takes this file for a leak. */
const KEYS: [string, string][] = [
  ['an Anthropic key', `sk-${'ant'}-api03-${letters(40)}-${letters(20)}_${letters(10)}`],
  ['an OpenAI key', `sk-${letters(48)}`],
  ['an OpenAI project key', `sk-${'proj'}-${letters(60)}`],
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((kind): [string, string] => [
    `a GitHub token ${kind}`,
    `${kind}_${letters(36)}`,
  ]),
  ['a fine-grained GitHub token', `github_${'pat'}_${letters(22)}_${letters(30)}`],
  ['a GitLab token', `glpat-${letters(20)}`],
  ['an AWS key id', `AKIA${capitals(16)}`],
  ['a temporary AWS key id', `ASIA${capitals(16)}`],
  ['a Google key', `AIza${letters(35)}`],
  ...['xoxa', 'xoxb', 'xoxp', 'xoxr', 'xoxs'].map((kind): [string, string] => [
    `a Slack token ${kind}`,
    `${kind}-${letters(24)}`,
  ]),
  ['an npm token', `npm_${letters(36)}`],
  ['a live Stripe key', `sk_${'live'}_${letters(24)}`],
  ['a restricted Stripe key', `rk_${'live'}_${letters(24)}`],
  ['a JSON web token', `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`],
  ...['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '].map((kind): [string, string] => [
    `a private key ${kind}`,
    `-----BEGIN ${kind}PRIVATE KEY-----\n${letters(64)}\n${letters(64)}\n-----END ${kind}PRIVATE KEY-----`,
  ]),
];

const AROUND: [string, string][] = [
  ['', ''],
  ['KEY=', '\nNEXT=1'],
  ['const key = "', '";'],
  ["curl -H 'Authorization: Bearer ", "' https://api.example.com"],
  ['https://user:', '@example.com/'],
  ['{"key":"', '"}'],
  ['key: ', ''],
  ['1\tTOKEN=', ''],
  ['\u001b[1;31m', '\u001b[0m'],
];

describe('a key is taken out', () => {
  test.each(KEYS)('%s, whatever stands around it', (_name, key) => {
    const texts = AROUND.map(([before, after]) => redactSecrets(before + key + after));
    expect(texts).toEqual(AROUND.map(([before, after]) => before + REDACTED + after));
  });

  test('each of several', () => {
    const keys = KEYS.map(([, key]) => key);
    expect(redactSecrets(keys.join('\n'))).toBe(keys.map(() => REDACTED).join('\n'));
  });

  test('a private key whose end was cut off, to the end of the text', () => {
    expect(redactSecrets(`a\n-----BEGIN PRIVATE KEY-----\n${letters(64)}\n${letters(30)}`)).toBe(`a\n${REDACTED}`);
  });
});

describe('a known secret is taken out', () => {
  test.each([
    ['a password', 'swordfish-9', 'password swordfish-9, again swordfish-9'],
    ['one that a regular expression would misread', '$&.*(x)[y]', 'it is $&.*(x)[y]'],
  ])('%s', (_name, secret, text) => {
    expect(redactSecrets(text, [secret])).toBe(text.replaceAll(secret, () => REDACTED));
  });

  test('unless it is so short that it could be any word', () => {
    expect(redactSecrets('a secret of the test', ['test', '', 'secret'])).toBe('a secret of the test');
  });

  test('wherever it stands', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.stringMatching(/^[!-~]{8,40}$/), (before, after, secret) => {
        fc.pre(!REDACTED.includes(secret));
        expect(redactSecrets(before + secret + after, [secret])).not.toContain(secret);
      }),
    );
  });
});

describe('ordinary text stays as it is', () => {
  test.each([
    'const task = { id: "shop-1-01-basket", risk: ["payment"] };',
    'npm install @anthropic-ai/sdk@1.11.0',
    'sk-learn and sk-ant are not keys',
    'class="sk-spinner sk-cube-grid"',
    'git commit 2cb6ace0f3d1b5a49c8e7f6d5c4b3a2918273645',
    'sha512-9fQ0eXBnYXJhbmNlIHNvbWUgYmFzZTY0IHRleHQgdGhhdCBpcyBsb25nIGVub3VnaA==',
    'AKIA is a prefix; AKIAIOSFODNN7 is too short',
    'process.env.ANTHROPIC_API_KEY',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ada@desk',
    'https://example.com/eyJ/a.b.c?token=short',
    'npm_config_cache=/tmp/npm npm_lifecycle_event=test',
    'ghp_short glpat-short xoxb-short',
    '',
  ])('%j', text => {
    expect(redactSecrets(text)).toBe(text);
  });

  test('all of the sources of kleiber and its lock file', () => {
    const paths = ['src', 'scripts'].flatMap(root =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter(name => /\.(?:ts|mjs|cjs)$/.test(name))
        .map(name => join(root, name)),
    );
    expect(paths.length).toBeGreaterThan(50);
    const changed = [...paths, 'package-lock.json'].filter(path => {
      const text = readFileSync(path, 'utf8');
      return redactSecrets(text) !== text;
    });
    expect(changed).toEqual([]);
  });

  test('redacting twice is redacting once', () => {
    const text = fc.array(fc.oneof(fc.string(), fc.constantFrom(...KEYS.map(([, key]) => key))), { maxLength: 5 });
    fc.assert(
      fc.property(text, parts => {
        const once = redactSecrets(parts.join(' '));
        expect(redactSecrets(once)).toBe(once);
      }),
    );
  });
});
