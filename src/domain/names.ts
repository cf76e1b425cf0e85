/** What ids and agents may be called. Apart from the schemas, because a command that only lists names loads no schema. */

/** Ids become file names, branch names and trailers, so they are short, lower case and never climb (facts: duplicate ids). */
export const ID_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
export const AGENT_PATTERN = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * The same text as a string of its own. A piece cut out of a longer text keeps all of it in memory, and looking it up in a
 * map takes ten times as long; ids are looked up by the ten thousand.
 */
export const ownText = (text: string): string => Object.keys({ [text]: true })[0] ?? text;

/** Seed 5's "force opus + human review" list, and seed 1's triggers that a task can name. */
export const RISKS = [
  'payment',
  'authentication',
  'authorization',
  'encryption',
  'pii',
  'compliance',
  'multi_service',
  'security',
  'schema_change',
  'destructive_migration',
  'performance_critical',
  'integration_point',
] as const;
export type Risk = (typeof RISKS)[number];
