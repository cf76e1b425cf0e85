import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathDigest } from '../../src/cli/path-digest.ts';

test('the digest of a path is its SHA-256, whatever its length and letters', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 80 })), text => {
      expect(pathDigest(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }),
    { numRuns: 300, examples: [[''], ['a'.repeat(55)], ['a'.repeat(56)], ['a'.repeat(64)], ['a'.repeat(119)]] },
  );
});
