import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RISKS, type Task } from '../../src/domain/task.ts';
import { PHASES, PRIORITIES, TIERS } from '../../src/domain/tier.ts';
import { readOrdinaryTask } from '../../src/record/ordinary-task.ts';
import { readPlainYaml } from '../../src/record/plain-yaml.ts';
import { readStrictYaml } from '../../src/record/strict-yaml.ts';
import { formatTask, parseAnyTask } from '../../src/record/task-file.ts';
import {
  agentValue,
  blockValue,
  bytesOf,
  cutTo,
  filledLineValue,
  idValue,
  timeValue,
} from '../support/record-values.ts';

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Mostly what people and planners write, now and then what only an attacker would. */
const titleValue = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('Add coupons', 'Fix: the "cart"', 'Prüfe C#', '2 new rows', '10', 'true', 'a, b [c]'),
  },
  {
    weight: 1,
    arbitrary: filledLineValue.map(line => cutTo(line, 120).trim()).filter(line => line !== ''),
  },
);
const nameValue = idValue.map(id => `f${id}`);

const headValue = fc.record({
  id: nameValue,
  agent: agentValue,
  phase: fc.constantFrom(...PHASES),
  title: titleValue,
  priority: fc.constantFrom(...PRIORITIES),
  created: timeValue,
  depends_on: fc.array(nameValue, { maxLength: 12 }),
  after: fc.array(nameValue, { maxLength: 2 }),
  files: fc.array(fc.constantFrom('src/cart/**', '**/*.ts', 'a b/c', 'docs/x#y', "it's/*", 'tests/é/**'), {
    maxLength: 9,
  }),
  traits: fc.record(
    { minutes: fc.integer({ min: 1, max: 600 }), repetitive: fc.boolean(), doc: fc.constantFrom('draft', 'polish') },
    { requiredKeys: [] },
  ),
  risk: fc.uniqueArray(fc.constantFrom(...RISKS), { maxLength: 2 }),
  budget_usd: optional(fc.constantFrom(1, 3, 5, 1.5, 0.25, 1e-7, 20, 9999.999)),
  model: optional(fc.constantFrom(...TIERS)),
  override_reason: optional(titleValue),
  plan: optional(nameValue),
});

const bodyValue = fc.record({
  description: blockValue.map(text => `It is to be built.\n\n${text}`.trim()),
  acceptanceCriteria: fc.array(fc.record({ text: filledLineValue, checked: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
  context: blockValue,
  constraints: blockValue,
  technicalGuidance: fc.constant(''),
  escalationTriggers: fc.constant(''),
  template: fc.constant(''),
  pattern: fc.constant(''),
});

// The types of a schema's output leave absent keys out; a record of optional values holds them as undefined.
const textValue = fc
  .record({ head: headValue, body: bodyValue })
  .map(task => ({ path: `tasks/${task.head.agent}/${task.head.id}.md`, text: formatTask(task as Task) }));

/** What a person's keyboard, an editor or an attacker does to a text. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.integer({ min: 0, max: 6 }),
  put: fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom(
      '\n',
      '\r\n',
      ' ',
      '\t',
      ':',
      ': ',
      ' #',
      '"',
      "'",
      '\\',
      '[',
      ']',
      '{',
      '}',
      ',',
      '- ',
      '---',
      '\n---\n',
      '&a ',
      '*a',
      '!x ',
      '|',
      '>',
      '?',
      '0x1f',
      '1e3',
      '0o7',
      '01',
      '.5',
      '-1',
      '1_000',
      '~',
      'null',
      'True',
      'yes',
      '\u00a0',
      '\u2028',
      '\ufeff',
      '\u0085',
      '\u0000',
      '<<: ',
      'id: other\n',
      'created: 2024-02-30T00:00:00Z\n',
      '__proto__: {}\n',
      'minutes: 5',
      'traits: {}\n',
      '\n  more',
      '  - x\n',
      '2024-01-01',
      '24:00:00',
      '## Description\n',
      '#',
    ),
  ),
});

const changed = (text: string, changes: readonly { at: number; cut: number; put: string }[]): string =>
  changes.reduce((whole, { at, cut, put }) => {
    const place = Math.floor(at * whole.length);
    return whole.slice(0, place) + put + whole.slice(place + cut);
  }, text);

const RUNS = process.env.KLEIBER_FULL === '1' ? 20_000 : 800;

describe('the quick reader', () => {
  test('reads what kleiber writes as the full reader does, whatever was typed into it since', () => {
    let answered = 0;
    fc.assert(
      fc.property(textValue, fc.array(change, { maxLength: 2 }), ({ path, text }, changes) => {
        const bytes = bytesOf(changed(text, changes));
        const quick = readOrdinaryTask(path, bytes);
        if (quick === null) return;
        answered++;
        expect({ ok: true, value: { task: quick, form: 'front_matter' } }).toEqual(parseAnyTask(path, bytes));
      }),
      { numRuns: RUNS },
    );
    // A reader that leaves everything to the other one would agree with it, too.
    expect(answered).toBeGreaterThan(RUNS / 12);
  });

  test('reads a line of settings as the YAML package does, or not at all', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        '12',
        '1.5',
        '1.50',
        '0',
        '00',
        '1e3',
        '0x1f',
        '1a',
        '2b-3',
        '2026-11-21T10:00:00Z',
        '12:30',
        'true',
        'yes',
        'Null',
        '"a"',
        '"a, b"',
        '"\\""',
        '"\\u0041"',
        "'a'",
        "'a''b'",
        "'a'b'",
        'a: b',
        'a:b',
        'a #b',
        'a#b',
        'é',
        '日本',
        '.5',
        '-3',
        '+4',
        '@a',
        '`',
        '%',
        '9007199254740993',
        '123456789012345678',
        '1.1234567',
        '0.1',
        'a\\nb',
        '-',
        '?',
        '- a',
        '? a',
      ),
    );
    const value = fc.oneof(
      word,
      fc.array(word, { maxLength: 3 }).map(words => `[${words.join(', ')}]`),
      fc.array(word, { maxLength: 3 }).map(words => `[ ${words.join(',')} ]`),
      fc.array(word, { maxLength: 3 }).map(words => `{ ${words.map((text, at) => `k${at}: ${text}`).join(', ')} }`),
      fc.array(word, { maxLength: 3 }).map(words => words.map(text => `\n  - ${text}`).join('')),
    );
    const line = fc
      .tuple(fc.constantFrom('a: ', 'b: ', 'c:', 'true: ', 'a:  '), value)
      .map(([key, text]) => key + text);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), lines => {
        const source = `${lines.join('\n')}\n`;
        const quick = readPlainYaml(source);
        if (quick === null) return;
        const full = readStrictYaml('kleiber.yml', source, { bytes: 16_384, firstLine: 1 });
        expect(full.ok ? full.value.data : full.failure).toEqual(quick);
      }),
      { numRuns: RUNS * 2 },
    );
  });

  test.each([
    ['a block list', 'files:\n  - src/a/**\n  - "**/b"\n', { files: ['src/a/**', '**/b'] }],
    ['a group', 'traits: { repetitive: true, minutes: 20 }\n', { traits: { repetitive: true, minutes: 20 } }],
    [
      'a time and numbers',
      'created: 2025-01-09T14:30:00Z\nbudget_usd: 1.5\n',
      { created: '2025-01-09T14:30:00Z', budget_usd: 1.5 },
    ],
    ['single quotes', "title: 'It''s \"it\"'\n", { title: 'It\'s "it"' }],
    ['a title with a colon in quotes', 'title: "Fix: the cart"\n', { title: 'Fix: the cart' }],
  ])('understands %s', (_name, source, data) => {
    expect(readPlainYaml(source)).toEqual(data);
  });

  test.each([
    ['a key given twice', 'a: b\na: c\n'],
    ['a comment', 'a: b # c\n'],
    ['an anchor', 'a: &x b\n'],
    ['a text over two lines', 'a: b\n  c\n'],
    ['a number in an odd spelling', 'a: 0x1f\n'],
    ['a switch in an odd spelling', 'a: True\n'],
    ['no value', 'a:\n'],
  ])('leaves %s to the package', (_name, source) => {
    expect(readPlainYaml(source)).toBe(null);
  });
});
