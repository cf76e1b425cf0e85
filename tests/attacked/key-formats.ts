/** A key of every format that is taken out, put together here so that no scanner of repositories takes this file for a leak. */
const letters = (count: number): string => 'aB3dE6gH9k'.repeat(Math.ceil(count / 10)).slice(0, count);

export const KEY_FORMATS: readonly (readonly [string, string])[] = [
  ['Anthropic', `sk-${'ant'}-api03-${letters(40)}`],
  ['OpenAI', `sk-${letters(48)}`],
  ['OpenAI, of a project', `sk-${'proj'}-${letters(60)}`],
  ['GitHub', `ghp_${letters(36)}`],
  ['GitHub, fine-grained', `github_${'pat'}_${letters(22)}_${letters(30)}`],
  ['GitLab', `glpat-${letters(20)}`],
  ['AWS', `AKIA${letters(16).toUpperCase()}`],
  ['Google', `AIza${letters(35)}`],
  ['Slack', `xoxb-${letters(24)}`],
  ['npm', `npm_${letters(36)}`],
  ['Stripe', `sk_${'live'}_${letters(24)}`],
  ['a JSON web token', `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`],
  ['a private key', `-----BEGIN ${'RSA'} PRIVATE KEY-----\n${letters(64)}\n-----END ${'RSA'} PRIVATE KEY-----`],
];
