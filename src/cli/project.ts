/** A repository opened for reading: facts, configuration, roles, baton and ledger. Nothing here spends or runs anything. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRoles } from '../agent/roles.ts';
import type { Baton } from '../baton/baton.ts';
import { heartbeatWatch } from '../baton/heartbeat-watch.ts';
import type { Holder } from '../baton/hold.ts';
import type { Ledger } from '../baton/ledger.ts';
import { liveness, thisOwner } from '../baton/owner.ts';
import { processTable } from '../baton/process-table.ts';
import { openBaton } from '../baton/sqlite-baton.ts';
import { openLedger } from '../baton/sqlite-ledger.ts';
import type { Config } from '../domain/config.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Role } from '../domain/role.ts';
import { userCheckout } from '../git/checkout.ts';
import type { CheckoutFacts, UserCheckout } from '../git/git.ts';
import { parseConfig } from '../record/config-file.ts';
import type { FileFault } from '../record/record.ts';
import { parseRole } from '../record/role-file.ts';
import { type BoardKeeper, boardKeeper } from '../report/board-keeper.ts';
import { batonProblem, faultsProblem, gitProblem, type Problem } from '../report/problem.ts';
import { taskCache } from '../report/task-cache.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';
import { type Places, placesOf } from './places.ts';
import { CONFIG_FILE, isTrusted, lowered, trustedFiles } from './trust-store.ts';

export interface Project {
  facts: CheckoutFacts;
  places: Places;
  checkout: UserCheckout;
  /** As it counts now: in full when trusted, else lowered. */
  config: Config;
  trusted: boolean;
  roles: ReadonlyMap<string, Role>;
  baton: Baton;
  ledger: Ledger;
  holder: Holder;
  keeper: BoardKeeper;
  close(): void;
}

export async function openProject(context: Context): Promise<Result<Project, Problem>> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const checkout = userCheckout({ path: context.cwd, environment, clock: systemClock });
  const facts = await checkout.facts();
  if (!facts.ok) return fail(gitProblem(facts.failure));
  const places = placesOf(context, facts.value.commonDir);
  const settings = readSettings(facts.value.root, places);
  if (!settings.ok) return settings;
  mkdirSync(places.own, { recursive: true, mode: 0o700 });
  mkdirSync(places.state, { recursive: true, mode: 0o700 });
  const baton = openBaton(places.baton);
  if (!baton.ok) return fail(batonProblem(baton.failure));
  const ledger = openLedger(places.ledger);
  if (!ledger.ok) return fail(batonProblem(ledger.failure));
  const close = (): void => {
    baton.value.close();
    ledger.value.close();
  };
  const keeper = boardKeeper(baton.value, taskCache(facts.value.root));
  return ok({
    facts: facts.value,
    places,
    checkout,
    ...settings.value,
    baton: baton.value,
    ledger: ledger.value,
    holder: holderOf(baton.value),
    keeper,
    close,
  });
}

function holderOf(baton: Baton): Holder {
  const table = processTable();
  const owner = thisOwner(table);
  return {
    baton,
    owner,
    liveness: heartbeatWatch(baton, systemClock, other => liveness(other, owner, table)),
    at: () => systemClock.now().toISOString(),
  };
}

export interface Settings {
  config: Config;
  trusted: boolean;
  roles: ReadonlyMap<string, Role>;
}

/** Configuration and roles as they count now. */
export function readSettings(root: string, places: Pick<Places, 'trusted'>): Result<Settings, Problem> {
  const trusted = isTrusted(root, places.trusted);
  const path = join(root, CONFIG_FILE);
  const parsed = parseConfig(CONFIG_FILE, existsSync(path) ? readFileSync(path, 'utf8') : null);
  const defaults = parseConfig(CONFIG_FILE, null);
  if (!parsed.ok) return fail(faultsProblem(parsed.failure, 'nothing was started'));
  if (!defaults.ok) throw new Error('bug: an absent configuration has faults');
  const config = trusted ? parsed.value : lowered(parsed.value, defaults.value);
  const own = trusted ? readRoles(root) : ok([]);
  if (!own.ok) return fail(faultsProblem(own.failure, 'nothing was started'));
  return ok({ config, trusted, roles: allRoles(own.value, config) });
}

function readRoles(root: string): Result<Role[], FileFault[]> {
  const parsed = [...trustedFiles(root)]
    .filter(([path]) => path !== CONFIG_FILE)
    .map(([path, text]) => parseRole(path, new TextEncoder().encode(text)));
  const faults = parsed.flatMap(result => (result.ok ? [] : result.failure));
  return faults.length > 0 ? fail(faults) : ok(parsed.flatMap(result => (result.ok ? [result.value] : [])));
}
