/** What the architect and the scribe may write, whatever their paths say. */
import { expect, test } from 'vitest';
import { documentFaults, isDocument } from '../../src/policy/documents.ts';

test.each([
  ['docs/architecture/checkout.md', true],
  ['docs/architecture/flow.mmd', true],
  ['docs/api/openapi.yaml', true],
  ['README.md', true],
  ['LICENSE', true],
  ['docs/architecture/run.js', false],
  ['docs/build.sh', false],
  ['src/cart.ts', false],
  ['compose.yaml', false],
  ['package.json', false],
  ['Makefile', false],
  ['docs/run', false],
])('%s: %s', (path, answer) => {
  expect(isDocument(path)).toBe(answer);
});

test('binds the architect and the scribe in every spelling, and nobody else', () => {
  const faults = (agent: string): number => documentFaults(agent, ['docs/a.md', 'src/a.ts']).length;
  expect(['architect', 'SCRIBE', 'engineer-backend', 'docmon'].map(faults)).toEqual([1, 1, 0, 0]);
  expect(documentFaults('scribe', ['src/a.ts'])).toEqual([
    'src/a.ts is no document, and scribe never edits code (seed 5, agent roles)',
  ]);
});
