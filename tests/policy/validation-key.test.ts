/** Under which conditions a tree need not be checked a second time. */
import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/domain/check.ts';
import { type RootEntry, type ValidationConditions, validationKey } from '../../src/policy/validation-key.ts';

const ROOT: RootEntry[] = [
  { name: 'package.json', mode: '100644', object: 'p1' },
  { name: 'src', mode: '040000', object: 's1' },
  { name: 'docs', mode: '040000', object: 'd1' },
];
const CHECK: Check = { name: 'test', command: 'npm test', timeoutMs: 600_000 };
const CONDITIONS: ValidationConditions = { checks: [CHECK], dependencies: 'lock-1', sandbox: 'bwrap-1' };

const changed = (name: string, changes: Partial<RootEntry>): RootEntry[] =>
  ROOT.map(entry => (entry.name === name ? { ...entry, ...changes } : entry));

const key = validationKey(ROOT, CONDITIONS);

test('is a sha256 and the same for the same tree and conditions', () => {
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(validationKey([...ROOT].reverse(), { ...CONDITIONS, checks: [{ ...CHECK }] })).toBe(key);
});

test.each(['tasks', 'progress', 'complete', 'blocked', 'reports', 'orchestration_log.md'])(
  'a record commit that changes %s leaves it as it is',
  name => {
    expect(validationKey([...ROOT, { name, mode: '040000', object: 'r1' }], CONDITIONS)).toBe(key);
  },
);

describe('it changes with', () => {
  test.each<[string, RootEntry[], Partial<ValidationConditions>]>([
    ['a file in the root', changed('package.json', { object: 'p2' }), {}],
    ['a folder', changed('src', { object: 's2' }), {}],
    ['the documents, which checks may read', changed('docs', { object: 'd2' }), {}],
    ['a mode', changed('package.json', { mode: '100755' }), {}],
    ['a name', changed('src', { name: 'source' }), {}],
    ['an entry more', [...ROOT, { name: 'PROGRESS.md', mode: '100644', object: 'x' }], {}],
    ['an entry less', ROOT.slice(1), {}],
    ['a command', ROOT, { checks: [{ ...CHECK, command: 'npm run test' }] }],
    ['the name of a check', ROOT, { checks: [{ ...CHECK, name: 'tests' }] }],
    ['a time limit', ROOT, { checks: [{ ...CHECK, timeoutMs: 1 }] }],
    ['a check more', ROOT, { checks: [CHECK, { ...CHECK, name: 'lint', command: 'lint' }] }],
    ['no check any more', ROOT, { checks: [] }],
    ['the lock files', ROOT, { dependencies: 'lock-2' }],
    ['the sandbox', ROOT, { sandbox: 'none' }],
  ])('%s', (_name, root, conditions) => {
    expect(validationKey(root, { ...CONDITIONS, ...conditions })).not.toBe(key);
  });

  test('what stands where: texts do not run into each other', () => {
    const moved = validationKey(ROOT, { ...CONDITIONS, dependencies: 'lock-1b', sandbox: 'wrap-1' });
    expect(moved).not.toBe(validationKey(ROOT, { ...CONDITIONS, dependencies: 'lock-1', sandbox: 'bwrap-1' }));
  });
});
