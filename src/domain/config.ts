/** `kleiber.yml`: what a project says about itself. The machine's own settings (address, key, sandbox) are not in it. */
import * as z from 'zod';
import { AGENT_PATTERN } from './task.ts';
import { PHASES, TIERS } from './tier.ts';

const tier = z.enum(TIERS);
const usd = z.number().positive().max(100_000);
const agentName = z.string().regex(AGENT_PATTERN, 'a lower-case agent name such as engineer-backend');

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
  /** The project's own rows over the static table: phase to agent to tier. */
  routing: z.partialRecord(z.enum(PHASES), z.record(agentName, tier)).default({}),
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
  prices: z.array(priceRowSchema).default([]),
});
export type Config = z.infer<typeof configSchema>;
