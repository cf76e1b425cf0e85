/** `kleiber.yml`: what a project says about itself. The machine's own settings (address, key, sandbox) are not in it. */
import * as z from 'zod';
import { AGENT_PATTERN, RISKS } from './task.ts';
import { PHASES, TIERS } from './tier.ts';

export const BUDGET_POLICIES = ['guide', 'enforce'] as const;
export type BudgetPolicy = (typeof BUDGET_POLICIES)[number];

export const TARGET_SETS = ['seed1', 'haiku-first'] as const;
export type TargetSetName = (typeof TARGET_SETS)[number];

const tier = z.enum(TIERS);
const usd = z.number().positive().max(100_000);
const agentName = z.string().regex(AGENT_PATTERN, 'a lower-case agent name such as engineer-backend');

/** As `fetch{Resource}`: letters, and what is free in braces. */
const functionName = z
  .string()
  .max(80)
  .regex(/^[\w$]*(?:\{[A-Za-z]\w*\}[\w$]*)+$/, 'a name with what is free in braces, such as handle{Event}');
const plainGlob = z
  .string()
  .max(256)
  .regex(/^[^?{}!\\/][^?{}!\\]*$/, 'a glob of literals, * and **, such as src/api/**');

const reportPath = z
  .string()
  .max(256)
  .regex(
    /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0-\x1f\\]+$/,
    'a path inside the repository, such as coverage/lcov.info',
  );

/** Dollars per million tokens, as price lists print them. `from` is the first day (ISO) the row is valid. */
export const priceRowSchema = z.strictObject({
  model: z.string().min(1),
  from: z.iso.date(),
  to: z.iso.date().optional(),
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cache_read: z.number().nonnegative(),
  cache_write_5m: z.number().nonnegative(),
  cache_write_1h: z.number().nonnegative(),
});
export type PriceRow = z.infer<typeof priceRowSchema>;

export const checkSchema = z.strictObject({
  name: z.string().min(1).max(40),
  command: z.string().min(1).max(2000),
  timeout_minutes: z.number().positive().max(240).default(10),
});

export const configSchema = z.strictObject({
  /** Commands that must pass before anything lands. */
  checks: z.array(checkSchema).default([]),
  /** Ignored dependency folders, bound read-only into worktrees. */
  deps: z.array(z.string().min(1)).default([]),
  /** Extra or replaced role paths: agent name to globs. */
  roles: z.record(agentName, z.strictObject({ paths: z.array(z.string().min(1)) })).default({}),
  /** The project's own rows over the static table: phase to agent to tier; `manual` lets a person choose each model (seed 3, pause system). */
  routing: z
    .union([z.literal('manual'), z.partialRecord(z.enum(PHASES), z.record(agentName, tier))], {
      error: 'manual, or phases with agents and their tiers',
    })
    .default({}),
  /** What is risky here beyond what code finds everywhere: risk to globs and words. It can only add. */
  risks: z
    .partialRecord(
      z.enum(RISKS),
      z.strictObject({
        paths: z.array(z.string().min(1).max(256)).default([]),
        words: z.array(z.string().min(1).max(100)).default([]),
      }),
    )
    .default({}),
  /** Tier to model id. */
  models: z.partialRecord(tier, z.string().min(1)).default({}),
  budget: z
    .strictObject({
      task_usd: usd.default(5),
      plan_usd: usd.default(25),
      day_usd: usd.default(100),
      week_usd: usd.default(400),
      /** Spend of a day after which a person is asked before anything new is started (seed 5, cost guard). */
      guard_usd: usd.default(50),
      /** What zones do: `guide` says what the seeds advise, `enforce` defers and routes by it. */
      policy: z.enum(BUDGET_POLICIES).default('guide'),
      /** Share of day, week and tokens that is kept for p0 and security work (seed 3, budget reserve). */
      reserve_percent: z.number().min(0).max(50).default(10),
      /** The most that a tier may read and write in a week (seed 3, weekly allocation); a tier without one has no such cap. */
      tokens_per_week: z.partialRecord(tier, z.number().int().min(1).max(1e12)).default({}),
      /** The shares of work per tier that `budget` compares with. */
      targets: z.enum(TARGET_SETS).default('seed1'),
    })
    .prefault({}),
  /** Live conversations per tier in this repository (seed 1: opus 1, sonnet 2-3, haiku 5-10). */
  lanes: z
    .strictObject({
      opus: z.number().int().min(1).max(8).default(1),
      sonnet: z.number().int().min(1).max(32).default(3),
      haiku: z.number().int().min(1).max(64).default(8),
    })
    .prefault({}),
  limits: z
    .strictObject({
      turns: z.number().int().min(1).max(500).default(60),
      attempts: z.number().int().min(1).max(10).default(3),
    })
    .prefault({}),
  /** Words in a task that move it to opus, per agent, beside those of seed 3's column; they can only raise. */
  escalate_when: z.record(agentName, z.array(z.string().min(3).max(80)).max(50)).default({}),
  /** What seed 5 asks of tests: coverage where a report is named, the two rules where they are switched on, and reviewers hear the rest. */
  testing: z
    .strictObject({
      /** Least share of lines that tests run, in percent; of every changed source file, where a report is named. */
      coverage: z.number().int().min(0).max(100).default(80),
      /** What the checks write about it: lcov, istanbul's json-summary or coverage.py's JSON. */
      coverage_reports: z.array(reportPath).max(20).default([]),
      /** Whether work lands of which no report can tell. */
      coverage_required: z.boolean().default(false),
      /** Files that are not held against it. */
      coverage_except: z.array(plainGlob).max(100).default([]),
      endpoints_need_integration_tests: z.boolean().default(false),
      endpoints: z.array(z.string().min(1)).default(['src/backend/routes/**', 'src/routes/**']),
      integration_tests: z.array(z.string().min(1)).default(['tests/integration/**']),
      /** Where the tests of whole flows live, which a reviewer asks for on critical ones. */
      e2e_tests: z.array(z.string().min(1)).default(['tests/e2e/**']),
      components_need_stories: z.boolean().default(false),
      components: z.array(z.string().min(1)).default(['src/components/**', 'src/frontend/components/**']),
    })
    .prefault({}),
  /** Seed 5's names; what is switched on is part of the proof, for files, tables and functions that a task creates. */
  conventions: z
    .strictObject({
      files: z.boolean().default(false),
      database: z.boolean().default(false),
      functions: z
        .strictObject({
          /** Of functions that are given to on… props and to addEventListener. */
          handlers: functionName.optional(),
          /** Of functions that files export: glob to pattern. */
          exports: z.record(plainGlob, functionName).default({}),
        })
        .prefault({}),
    })
    .prefault({}),
  /** The validator's round while a conductor runs; 0 switches it off (seed 5, validator triggers). */
  validate: z.strictObject({ every_minutes: z.number().int().min(0).max(1440).default(30) }).prefault({}),
  /** Whether the conductor adds a scribe's task per finished wave to plans that have none of their own (seed 5, scribe). */
  scribe: z.enum(['auto', 'off']).default('auto'),
  prices: z.array(priceRowSchema).default([]),
  /** A command of the user's that is told about money: one JSON document on its standard input. */
  notify: z.string().min(1).max(2000).optional(),
});
export type Config = z.infer<typeof configSchema>;
