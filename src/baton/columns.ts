/** Reads single columns back as what was written: the border between SQLite's values and ours. */
import type { SQLOutputValue } from 'node:sqlite';
import type { Usage } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import type { Row } from './database.ts';
import { StateUnavailable } from './state-unavailable.ts';

/** Columns have fixed types (STRICT tables), so a wrong one means that the statement asked for another column. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`bug: column ${column} is ${typeof value}, expected text`);
  return value;
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`bug: column ${column} is ${typeof value}, expected a number`);
  return value;
}

/** One spelling per owner, so that owners can be compared as text inside a statement. */
export const ownerText = (owner: Owner): string =>
  JSON.stringify([owner.host, owner.bootId, owner.pidNamespace, owner.pid, owner.startedAt]);

export function ownerOf(row: Row, path: string): Owner {
  const value = parsed(row.owner);
  if (Array.isArray(value)) {
    const [host, bootId, pidNamespace, pid, startedAt]: unknown[] = value;
    if (isText(host) && isText(bootId) && isText(pidNamespace) && isText(startedAt) && typeof pid === 'number') {
      return { host, bootId, pidNamespace, pid, startedAt };
    }
  }
  throw new StateUnavailable('damaged', path, 'the owner of a row cannot be read');
}

export function tierOf(row: Row, path: string): Tier {
  const tier = TIERS.find(known => known === row.tier);
  if (tier) return tier;
  throw new StateUnavailable('damaged', path, 'the tier of a row cannot be read');
}

/** Five counts, and a sixth where it is known how much was thought. */
export function usageText(usage: Usage): string {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, thinking } = usage;
  const lines = [input, output, cacheRead, cacheWrite5m, cacheWrite1h, ...(thinking === undefined ? [] : [thinking])];
  if (lines.some(tokens => !isCount(tokens))) throw new Error(`bug: ${lines.join(', ')} are not all numbers of tokens`);
  return JSON.stringify(lines);
}

export function usageOf(row: Row, path: string): Usage | null {
  if (row.usage === null) return null;
  const value = parsed(row.usage);
  if (Array.isArray(value) && (value.length === 5 || (value.length === 6 && isCount(value[5])))) {
    const [input, output, cacheRead, cacheWrite5m, cacheWrite1h, thinking]: unknown[] = value;
    if (isCount(input) && isCount(output) && isCount(cacheRead) && isCount(cacheWrite5m) && isCount(cacheWrite1h)) {
      const thought = isCount(thinking) ? { thinking } : {};
      return { input, output, ...thought, cacheRead, cacheWrite5m, cacheWrite1h };
    }
  }
  throw new StateUnavailable('damaged', path, 'the usage of a row cannot be read');
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';

/** The value of a JSON text, or undefined when it is none. */
function parsed(text: SQLOutputValue | undefined): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The caller names the row: "not JSON" and "not what we write" are the same damage to it.
    return undefined;
  }
}
