/**
 * Trust: a repository's `kleiber.yml` and roles count in full only after a person has seen these very bytes. Until then
 * they may lower limits and never raise anything.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../domain/config.ts';
import { readProjectText } from '../record/project-text.ts';
import type { FileFault } from '../record/record.ts';

export const CONFIG_FILE = 'kleiber.yml';
const ROLE_FOLDER = '.claude/agents';

/** The files that need trust, as they stand in the checkout, and why some of them cannot be read. */
export function readTrusted(root: string): { files: Map<string, string>; faults: FileFault[] } {
  const read = [CONFIG_FILE, ...roleFiles(root)].map(path => ({ path, text: readProjectText(root, path) }));
  const files = read.flatMap(({ path, text }) => (text.ok && text.value !== null ? [[path, text.value] as const] : []));
  return { files: new Map(files), faults: read.flatMap(({ text }) => (text.ok ? [] : text.failure)) };
}

export const trustedFiles = (root: string): Map<string, string> => readTrusted(root).files;

function roleFiles(root: string): string[] {
  const isFolder = statSync(join(root, ROLE_FOLDER), { throwIfNoEntry: false })?.isDirectory() === true;
  const names = isFolder ? readdirSync(join(root, ROLE_FOLDER)).filter(name => name.endsWith('.md')) : [];
  return names.sort().map(name => `${ROLE_FOLDER}/${name}`);
}

/** What the person saw last, byte for byte; empty when nothing was ever trusted. */
export function rememberedFiles(folder: string): Map<string, string> {
  const path = join(folder, 'files.json');
  if (!existsSync(path)) return new Map();
  const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return new Map(
    Array.isArray(entries)
      ? entries.filter((entry): entry is [string, string] => Array.isArray(entry) && entry.length === 2)
      : [],
  );
}

export function remember(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'files.json'), JSON.stringify([...files]), { mode: 0o600 });
}

/** Where there is no such file there is nothing to distrust; what cannot be read has been seen by nobody. */
export function isTrusted({ files: now, faults }: ReturnType<typeof readTrusted>, folder: string): boolean {
  if (faults.length > 0) return false;
  if (now.size === 0) return true;
  const then = rememberedFiles(folder);
  return now.size === then.size && [...now].every(([path, text]) => then.get(path) === text);
}

/** Everything that the settings follow from: another text whenever a byte of it, or the trust in it, has changed. */
export const settingsKey = (isTrustedNow: boolean, { files, faults }: ReturnType<typeof readTrusted>): string =>
  JSON.stringify([isTrustedNow, ...files, ...faults]);

/** What an untrusted file may do: lower a cap, a lane or a limit. No commands, no paths, no prices, no models. */
export function lowered(config: Config, defaults: Config): Config {
  const lower = <Group extends Record<string, number>>(own: Group, least: Group): Group =>
    Object.fromEntries(Object.entries(least).map(([key, value]) => [key, Math.min(value, own[key] ?? value)])) as Group; // same keys, numbers throughout
  return {
    ...defaults,
    // More risks only mean stronger models and more people who look.
    risks: config.risks,
    budget: loweredBudget(config.budget, defaults.budget),
    lanes: lower(config.lanes, defaults.lanes),
    limits: lower(config.limits, defaults.limits),
  };
}

/** Whatever lets less money out counts at once: a lower cap, a stricter policy, a larger reserve, a limit of tokens. */
function loweredBudget(own: Config['budget'], least: Config['budget']): Config['budget'] {
  return {
    ...least,
    task_usd: Math.min(own.task_usd, least.task_usd),
    plan_usd: Math.min(own.plan_usd, least.plan_usd),
    day_usd: Math.min(own.day_usd, least.day_usd),
    week_usd: Math.min(own.week_usd, least.week_usd),
    guard_usd: Math.min(own.guard_usd, least.guard_usd),
    policy: own.policy === 'enforce' ? own.policy : least.policy,
    reserve_percent: Math.max(own.reserve_percent, least.reserve_percent),
    tokens_per_week: own.tokens_per_week,
  };
}
