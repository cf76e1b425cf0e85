/** Configuration and roles as they count for this checkout. */
import { allRoles } from '../agent/roles.ts';
import type { Config } from '../domain/config.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Role } from '../domain/role.ts';
import { parseConfig } from '../record/config-file.ts';
import type { FileFault } from '../record/record.ts';
import { parseRole } from '../record/role-file.ts';
import { faultsProblem, type Problem } from '../report/problem.ts';
import type { Places } from './places.ts';
import { CONFIG_FILE, isTrusted, lowered, readTrusted } from './trust-store.ts';

export interface Settings {
  config: Config;
  trusted: boolean;
  roles: ReadonlyMap<string, Role>;
}

/** Configuration and roles as they count now. */
export function readSettings(root: string, places: Pick<Places, 'trusted'>): Result<Settings, Problem> {
  const read = readTrusted(root);
  if (read.faults.length > 0) return fail(faultsProblem(read.faults, 'nothing was started'));
  const trusted = isTrusted(read, places.trusted);
  const parsed = parseConfig(CONFIG_FILE, read.files.get(CONFIG_FILE) ?? null);
  const defaults = parseConfig(CONFIG_FILE, null);
  if (!parsed.ok) return fail(faultsProblem(parsed.failure, 'nothing was started'));
  if (!defaults.ok) throw new Error('bug: an absent configuration has faults');
  const config = trusted ? parsed.value : lowered(parsed.value, defaults.value);
  const own = trusted ? readRoles(read.files) : ok([]);
  if (!own.ok) return fail(faultsProblem(own.failure, 'nothing was started'));
  return ok({ config, trusted, roles: allRoles(own.value, config) });
}

function readRoles(files: ReadonlyMap<string, string>): Result<Role[], FileFault[]> {
  const parsed = [...files]
    .filter(([path]) => path !== CONFIG_FILE)
    .map(([path, text]) => parseRole(path, new TextEncoder().encode(text)));
  const faults = parsed.flatMap(result => (result.ok ? [] : result.failure));
  return faults.length > 0 ? fail(faults) : ok(parsed.flatMap(result => (result.ok ? [result.value] : [])));
}
