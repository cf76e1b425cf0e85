/**
 * Secrets are taken out before a text is first sent, logged or kept: afterwards it would be too late, because history is
 * never edited.
 */

/** Where a key may begin: at a word, which may stand right behind the code that colours it. */
const START = String.raw`(?:\b|(?<=\u001b\[[\d;]{0,20}m))`;

/** Shapes of credentials, each with enough structure that ordinary code does not look like it. */
const PATTERNS: readonly RegExp[] = [
  ...[
    'sk-ant-[A-Za-z0-9_-]{16,}',
    'sk-(?:proj-)?[A-Za-z0-9_-]{32,}',
    'gh[pousr]_[A-Za-z0-9]{30,}',
    'github_pat_[A-Za-z0-9_]{30,}',
    'glpat-[A-Za-z0-9_-]{20,}',
    String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
    'AIza[A-Za-z0-9_-]{35}',
    'xox[abprs]-[A-Za-z0-9-]{10,}',
    String.raw`npm_[A-Za-z0-9]{36}\b`,
    '[rs]k_live_[A-Za-z0-9]{16,}',
    String.raw`eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
  ].map(shape => new RegExp(START + shape, 'g')),
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

export const REDACTED = '[redacted secret]';

/** Takes out anything shaped like a key, and the given secrets themselves, whatever they look like. */
export function redactSecrets(text: string, known: readonly string[] = []): string {
  const plain = known
    .filter(secret => secret.length >= 8)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  return PATTERNS.reduce((rest, pattern) => rest.replace(pattern, REDACTED), plain);
}
