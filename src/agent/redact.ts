/**
 * Secrets are taken out before a text is first sent, logged or kept: afterwards it would be too late, because history is
 * never edited.
 */

/** Shapes of credentials, each with enough structure that ordinary code does not look like it. */
const PATTERNS: readonly RegExp[] = [
  /\bsk-ant-[A-Za-z0-9_-]{16,}/g,
  /\bsk-(?:proj-)?[A-Za-z0-9_-]{32,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{30,}/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\b[rs]k_live_[A-Za-z0-9]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
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
