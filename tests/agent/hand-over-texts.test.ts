/** The texts that travel between models: built in, replaced per role, and with their gaps filled. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { handOverText } from '../../src/agent/hand-over-texts.ts';
import { allRoles } from '../../src/agent/roles.ts';
import { planOpening } from '../../src/conductor/plan/prompts.ts';
import { TEXT_NAMES } from '../../src/domain/role.ts';
import { ESCALATION_EDGES } from '../../src/policy/escalation.ts';
import { parseRole } from '../../src/record/role-file.ts';
import { notReadyText, protocolOf } from '../../src/worker/prompts.ts';
import { PROJECT } from '../support/house-sources.ts';
import { roleOf } from '../support/policy-values.ts';
import { bytesOf } from '../support/record-values.ts';

const backend = roleOf('engineer-backend');
const STATUS = ['done', 'created', 'completed', 'current', 'blocked', 'feedback', 'ready', 'next'];
const GAPS: Record<string, string> = {
  ...Object.fromEntries(STATUS.map(name => [name, name])),
  ...{ files: 'F', owners: 'O', agent: 'A', tasks: 'T', tier: 'haiku', reasons: 'R' },
};
const CARD = readFileSync(join(PROJECT, 'docs/quick-reference.md'), 'utf8');

test.each(TEXT_NAMES)('%s has words of its own, and none of its gaps stays open', name => {
  const text = handOverText(null, name, GAPS);
  expect(text.length).toBeGreaterThan(80);
  expect(text).not.toMatch(/\{[a-z]+\}/);
});

test.each(TEXT_NAMES)('%s stands on the card with its gaps', name => {
  const [row = ''] = CARD.split('\n').filter(line => line.startsWith(`| \`${name}\` |`));
  const gaps = [...handOverText(null, name).matchAll(/\{[a-z]+\}/g)].map(([gap]) => gap);
  expect(gaps.filter(gap => !row.includes(gap))).toEqual([]);
  expect(row).not.toBe('');
});

test('a role replaces a text under kleiber: and keeps the others', () => {
  const read = parseRole(
    '.claude/agents/engineer-backend.md',
    bytesOf(
      '---\nname: engineer-backend\ndescription: Ours\nkleiber:\n  texts:\n    conflict: "Files {files}. {owners} Ask Ada."\n---\nBuild.\n',
    ),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.failure));
  expect(handOverText(read.value, 'conflict', GAPS)).toBe('Files F. O Ask Ada.');
  expect(handOverText(read.value, 'stricter')).toBe(handOverText(null, 'stricter'));
});

test('a text under another name is a fault', () => {
  const read = parseRole(
    '.claude/agents/a.md',
    bytesOf('---\nname: a\ndescription: b\nkleiber:\n  texts: { conflcit: x }\n---\n'),
  );
  expect(read.ok ? [] : read.failure.map(({ problem }) => problem)).toEqual([expect.stringContaining('conflcit')]);
});

describe('the planner', () => {
  test('hears how work is handed to sonnet and to haiku', () => {
    const opening = planOpening('a request', [], '', [], null);
    for (const name of ['give_to_sonnet', 'give_to_haiku'] as const)
      expect(opening).toContain(handOverText(null, name));
  });

  test('is never replaced, but its texts may be', () => {
    const own = roleOf('planner', { instructions: 'Do as you like.', texts: { give_to_haiku: 'One file each.' } });
    const planner = allRoles([own], { roles: {} }).get('planner');
    expect(planner?.instructions).not.toBe('Do as you like.');
    expect(planOpening('a request', [], '', [], planner ?? null)).toContain('One file each.');
  });
});

describe('a worker', () => {
  test.each([
    ['haiku', 'sonnet'],
    ['sonnet', 'opus'],
    ['opus', 'a person'],
  ] as const)('on %s hears which reasons lead to %s', (tier, to) => {
    const text = protocolOf(backend, tier);
    expect(text).toContain(
      `From ${tier} these move the task on: ${ESCALATION_EDGES[tier].reasons.join(', ')} (to ${to})`,
    );
    expect(text.includes(handOverText(null, 'report'))).toBe(tier === 'haiku');
  });

  test('that only reads has nothing to hand over', () => {
    expect(protocolOf(roleOf('security', { readOnly: true }), 'opus')).toBe('');
  });

  test('hears how to go on without what is not there, and nothing when all is', () => {
    expect(notReadyText(backend, [])).toBe('');
    const text = notReadyText(backend, [{ id: 'types', files: ['src/types/**'] }]);
    expect(text).toContain('- types, which writes src/types/**: TODO(kleiber): consolidate types');
  });
});
