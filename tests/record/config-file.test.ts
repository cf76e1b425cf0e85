import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/domain/config.ts';
import { type DetectedConfig, formatConfig, parseConfig } from '../../src/record/config-file.ts';
import { agentValue, cutTo, filledLineValue } from '../support/record-values.ts';

const PATH = 'kleiber.yml';
const DEFAULTS = configSchema.parse({});

const problems = (text: string): string[] => {
  const read = parseConfig(PATH, text);
  return read.ok ? [] : read.failure.map(({ line, problem, example }) => `${line}: ${problem} | ${example}`);
};

describe('reading kleiber.yml', () => {
  it.each([null, '', '# nothing yet\n'])('gives the defaults for %j', text => {
    expect(parseConfig(PATH, text)).toEqual({ ok: true, value: DEFAULTS });
  });

  it('keeps what is set beside the defaults of the rest', () => {
    const text = 'budget:\r\n  day_usd: 10\r\nrouting:\r\n  EXEC: { scribe: sonnet }\r\n';
    expect(parseConfig(PATH, text)).toEqual({
      ok: true,
      value: { ...DEFAULTS, budget: { ...DEFAULTS.budget, day_usd: 10 }, routing: { EXEC: { scribe: 'sonnet' } } },
    });
  });

  it('takes the word manual for the table, and says what else may stand there', () => {
    expect(parseConfig(PATH, 'routing: manual\n')).toEqual({ ok: true, value: { ...DEFAULTS, routing: 'manual' } });
    expect(problems('routing: automatic\n')).toEqual([
      '1: routing is "automatic"; expected manual, or phases with agents and their tiers | routing: { EXEC: { engineer-backend: sonnet } }',
    ]);
  });

  it('names every fault at once, with its line and a right example', () => {
    expect(
      problems(`buget: 1
checks:
  - name: test
    comand: npm test
budget:
  day_usd: "10"
  task_usd: -1
routing:
  EXE: { scribe: haiku }
  EXEC: { scribe: hauki }
lanes: []
models: { opux: x }
`),
    ).toEqual([
      '1: unknown key "buget"; did you mean "budget"? | budget: { day_usd: 50 }',
      '3: checks entry 1.command is missing; expected text | checks: [{ name: test, command: npm test }]',
      '4: unknown key "comand" in checks entry 1; did you mean "command"? | checks: [{ name: test, command: npm test }]',
      '6: budget.day_usd is "10"; expected a number | day_usd: 50',
      '7: budget.task_usd is the number -1; expected more than 0 | task_usd: 5',
      '9: unknown key "EXE" in routing; did you mean "EXEC"? | routing: { EXEC: { engineer-backend: sonnet } }',
      '10: routing.EXEC.scribe is "hauki"; expected one of haiku, sonnet, opus; did you mean "haiku"? | routing: { EXEC: { engineer-backend: sonnet } }',
      '11: lanes is a list; expected keys and values | lanes: { opus: 1, sonnet: 3, haiku: 8 }',
      '12: unknown key "opux" in models; did you mean "opus"? | models: { sonnet: claude-sonnet-5-5 }',
    ]);
  });

  it.each([
    ['%YAML 1.1\n---\nbudget: { day_usd: 1 }\n', '1: a %YAML directive is not allowed'],
    ['a: &x 1\n', '1: the anchor &x is not allowed here'],
    ['lanes: 1\nlanes: 2\n', '2: the key "lanes" stands here a second time'],
    ['deps: [a\0]\n', '1: a NUL byte stands in the file; expected text'],
    [`deps: ["${'x'.repeat(70_000)}"]\n`, '1: 70011 bytes of settings; at most 65536 are read'],
  ])('refuses %j', (text, problem) => {
    expect(problems(text).map(line => line.split(' | ')[0])).toEqual([problem]);
  });

  it.each([
    ['brackets', '['.repeat(60_000)],
    ['dashes', '- '.repeat(30_000)],
    ['keys', 'k:\n'.repeat(20_000)],
  ])('is not kept busy by %s', (_, text) => {
    const before = process.cpuUsage();
    expect(problems(text)).not.toEqual([]);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000);
  });
});

it('shows rules of its own for names and coverage as they are written', () => {
  const text = readFileSync(new URL('../../docs/quick-reference.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /for what a project knows better:[\s\S]*?```yaml\n([\s\S]*?)```/i.exec(text) ?? [];
  expect(parseConfig(PATH, yaml)).toMatchObject({
    ok: true,
    value: {
      testing: { coverage_reports: ['coverage/lcov.info'], coverage_except: ['src/generated/**'] },
      conventions: { functions: { handlers: 'handle{Event}', exports: { 'src/mappers/**': '{from}To{To}' } } },
    },
  });
});

it.each([
  ["conventions: { functions: { handlers: 'handle' } }", 'conventions.functions'],
  ["conventions: { functions: { exports: { '/src/*': 'a{B}' } } }", 'conventions.functions'],
  ['testing: { coverage_reports: [/etc/passwd] }', 'coverage_reports'],
  ['testing: { coverage_reports: [a/../../b] }', 'coverage_reports'],
  ["testing: { coverage_except: ['src/{a,b}.ts'] }", 'coverage_except'],
])('refuses %j', (text, key) => {
  expect(problems(text).join()).toContain(key);
});

describe('writing kleiber.yml', () => {
  const DETECTED: DetectedConfig = {
    checks: [
      { name: 'test', command: 'npm test' },
      { name: 'lint', command: 'npm run lint -- --max-warnings 0', timeout_minutes: 5 },
    ],
    deps: ['node_modules'],
    roles: { 'engineer-backend': { paths: ['src/server/**', 'src/db/**'] } },
  };

  it('explains each key', () => {
    // The default values are the schema's, and another test holds them against it.
    expect(formatConfig(DETECTED).split('\n# budget')[0]).toMatchInlineSnapshot(`
      "# What kleiber knows about this project. Every key may be left out; \`kleiber check\` says what is wrong.
      # A changed file counts only after \`kleiber trust\`, because it names commands that are run.

      # Commands that must pass before anything lands; they run sandboxed, on the merged tree.
      checks:
        - name: test
          command: npm test
        - name: lint
          command: npm run lint -- --max-warnings 0
          timeout_minutes: 5

      # Folders of installed dependencies that git ignores; agents and checks see them read-only.
      deps: [ node_modules ]

      # Where each agent may write.
      roles:
        engineer-backend:
          paths:
            - src/server/**
            - src/db/**

      # Money, live conversations and limits, with the values that hold while these lines are comments:"
    `);
  });

  it('shows an example of what was not found', () => {
    const text = formatConfig({ checks: [], deps: [], roles: {} });
    expect(text).toContain('# checks: [{ name: test, command: npm test }]\n');
    expect(parseConfig(PATH, text)).toEqual({ ok: true, value: DEFAULTS });
  });

  const coverage = { reports: ['coverage/lcov.info'], how: ['c8 --reporter=lcov npm test'] };
  const written = (isWritten: boolean): string =>
    formatConfig({ ...DETECTED, coverage: { ...coverage, isWritten } }).split('\n\n')[4] ?? '';

  it('switches coverage on where the checks write its report', () => {
    expect(written(true)).toMatchInlineSnapshot(`
      "# Tests run this share of the lines, in percent, of every source file that a task changes, by these reports.
      testing:
        coverage: 80
        coverage_reports:
          - coverage/lcov.info"
    `);
    const read = parseConfig(PATH, formatConfig({ ...DETECTED, coverage: { ...coverage, isWritten: true } }));
    expect(read.ok && read.value.testing).toEqual({ ...DEFAULTS.testing, coverage_reports: ['coverage/lcov.info'] });
  });

  it('offers coverage where a tool is there and writes none yet', () => {
    expect(written(false)).toMatchInlineSnapshot(`
      "# Tests run this share of the lines, in percent, of every source file that a task changes, by these reports.
      # To switch it on, let a check write the report and take the marks away:
      #   c8 --reporter=lcov npm test
      # testing:
      #   coverage: 80
      #   coverage_reports:
      #     - coverage/lcov.info"
    `);
    const [, offer = ''] = written(false).split(/^(?=# testing:)/m);
    const text = offer.replace(/^# /gm, '');
    expect(parseConfig(PATH, text)).toMatchObject({
      ok: true,
      value: { testing: { coverage_reports: ['coverage/lcov.info'] } },
    });
  });

  it('has comments that hold the real defaults', () => {
    const uncommented = formatConfig({ checks: [], deps: [], roles: {} }).split('comments:\n')[1]?.replace(/^# /gm, '');
    expect(parseConfig(PATH, uncommented ?? 'missing')).toEqual({ ok: true, value: DEFAULTS });
  });

  const command = fc.oneof(
    filledLineValue,
    fc.constantFrom('grep "a  b" x', 'a\nb', 'echo \u202e', '- x', 'a: b # c', '012'),
  );
  const detected = fc.record<DetectedConfig>({
    checks: fc.array(
      fc.oneof(
        fc.record({ name: filledLineValue.map(name => cutTo(name, 40)), command }),
        fc.record({ name: fc.constant('t'), command, timeout_minutes: fc.integer({ min: 1, max: 240 }) }),
      ),
      { maxLength: 4 },
    ),
    deps: fc.array(filledLineValue, { maxLength: 4 }),
    roles: fc.dictionary(agentValue, fc.record({ paths: fc.array(filledLineValue, { minLength: 1, maxLength: 4 }) }), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  });

  it('is undone by reading it', () => {
    fc.assert(
      fc.property(detected, value => {
        const checks = value.checks.map(check => ({ timeout_minutes: 10, ...check }));
        expect(parseConfig(PATH, formatConfig(value))).toEqual({ ok: true, value: { ...DEFAULTS, ...value, checks } });
      }),
      { numRuns: 200 },
    );
  });
});
