/** `kleiber.yml`: read strictly with every fault at once, and written once by `init` with a word on each key. */
import { type Config, configSchema } from '../domain/config.ts';
import { neutralise } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { byLine, refused } from './fault.ts';
import type { FileFault } from './record.ts';
import { type Examples, schemaFaults } from './schema-faults.ts';
import { readStrictYaml } from './strict-yaml.ts';
import { yamlEntry } from './write-front-matter.ts';

export const CONFIG_LIMIT_BYTES = 64 * 1024;

const EXAMPLES: Examples = {
  checks: 'checks: [{ name: test, command: npm test }]',
  'checks.timeout_minutes': 'timeout_minutes: 10',
  deps: 'deps: [node_modules]',
  roles: 'roles: { engineer-backend: { paths: [src/server/**] } }',
  routing: 'routing: { EXEC: { engineer-backend: sonnet } }',
  risks: 'risks: { payment: { paths: [src/money/**], words: [payout] } }',
  models: 'models: { sonnet: claude-sonnet-5-5 }',
  budget: 'budget: { day_usd: 50 }',
  'budget.task_usd': 'task_usd: 5',
  'budget.plan_usd': 'plan_usd: 25',
  'budget.day_usd': 'day_usd: 50',
  'budget.week_usd': 'week_usd: 200',
  'budget.guard_usd': 'guard_usd: 50',
  'budget.policy': 'policy: enforce',
  'budget.reserve_percent': 'reserve_percent: 10',
  'budget.tokens_per_week': 'tokens_per_week: { opus: 5000000 }',
  'budget.targets': 'targets: haiku-first',
  lanes: 'lanes: { opus: 1, sonnet: 3, haiku: 8 }',
  limits: 'limits: { turns: 60, attempts: 3 }',
  escalate_when: 'escalate_when: { api: [public endpoint] }',
  testing: 'testing: { coverage: 80, components_need_stories: true }',
  'testing.coverage': 'coverage: 80',
  'testing.coverage_reports': 'coverage_reports: [coverage/lcov.info]',
  'testing.coverage_required': 'coverage_required: true',
  'testing.coverage_except': 'coverage_except: [src/generated/**]',
  conventions: 'conventions: { files: true, database: true }',
  'conventions.functions': "functions: { handlers: 'handle{Event}', exports: { src/api/**: 'fetch{Resource}' } }",
  validate: 'validate: { every_minutes: 30 }',
  scribe: 'scribe: off',
  notify: 'notify: cat >> ~/kleiber-alerts.jsonl',
  prices:
    'prices: [{ model: claude-x, from: 2026-01-01, input: 3, output: 15, cache_read: 0.3, cache_write_5m: 3.75, cache_write_1h: 6 }]',
};

/** Reads the text of `kleiber.yml`; null, when there is no such file, gives the defaults. Whether it is trusted is not judged here. */
export function parseConfig(path: string, text: string | null): Result<Config, FileFault[]> {
  if (text === null) return ok(configSchema.parse({}));
  if (text.includes('\0'))
    return refused(path, 1, 'a NUL byte stands in the file; expected text', 'save the file as UTF-8 text');
  const yaml = readStrictYaml(path, text, { bytes: CONFIG_LIMIT_BYTES, firstLine: 1 });
  if (!yaml.ok) return yaml;
  const { data, ...locator } = yaml.value;
  const parsed = configSchema.safeParse(data);
  if (parsed.success) return ok(parsed.data);
  return fail(byLine(schemaFaults(parsed.error, { path, schema: configSchema, data, locator, examples: EXAMPLES })));
}

/** What `init` found out about a project. */
export interface DetectedConfig {
  checks: { name: string; command: string; timeout_minutes?: number | undefined }[];
  deps: string[];
  roles: Record<string, { paths: string[] }>;
  /** Reports of coverage; where the checks do not write them yet, `how` says what would. */
  coverage?: { reports: string[]; isWritten: boolean; how: string[] } | null;
}

const comment = (text: string): string => neutralise(text).replace(/^/gm, '# ');

/** A key under its explanation; without a value the explanation ends in an example. */
function entry(key: 'checks' | 'deps' | 'roles', value: unknown, explanation: string): string {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return `${comment(explanation)}\n${isEmpty ? `${comment(EXAMPLES[key] ?? key)}\n` : yamlEntry(key, value)}`;
}

/** In force where the checks write the reports already, else an offer. */
function coverageEntry({ reports, isWritten, how }: NonNullable<DetectedConfig['coverage']>): string {
  const { coverage } = configSchema.parse({}).testing;
  const value = yamlEntry('testing', { coverage, coverage_reports: reports });
  const words =
    'Tests run this share of the lines, in percent, of every source file that a task changes, by these reports.';
  if (isWritten) return `${comment(words)}\n${value}`;
  const offer = [
    'To switch it on, let a check write the report and take the marks away:',
    ...how.map(line => `  ${line}`),
  ];
  return `${comment([words, ...offer].join('\n'))}\n${comment(value.trimEnd())}\n`;
}

function defaultsBlock(): string {
  const { budget, lanes, limits } = configSchema.parse({});
  return comment(
    (['budget', 'lanes', 'limits'] as const)
      .map(key => yamlEntry(key, { budget, lanes, limits }[key]))
      .join('')
      .trimEnd(),
  );
}

const HEAD = `What kleiber knows about this project. Every key may be left out; \`kleiber check\` says what is wrong.
A changed file counts only after \`kleiber trust\`, because it names commands that are run.`;

/** A small `kleiber.yml` with a comment on every key; reading it gives back what was detected. */
export function formatConfig(detected: DetectedConfig): string {
  const parts = [
    comment(HEAD),
    entry(
      'checks',
      detected.checks,
      'Commands that must pass before anything lands; they run sandboxed, on the merged tree.',
    ),
    entry(
      'deps',
      detected.deps,
      'Folders of installed dependencies that git ignores; agents and checks see them read-only.',
    ),
    entry('roles', detected.roles, 'Where each agent may write.'),
    ...(detected.coverage == null ? [] : [coverageEntry(detected.coverage)]),
    `${comment('Money, live conversations and limits, with the values that hold while these lines are comments:')}\n${defaultsBlock()}`,
  ];
  return `${parts.map(part => part.trimEnd()).join('\n\n')}\n`;
}
