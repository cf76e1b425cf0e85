/** A repository opened for reading: facts, configuration, roles, baton and ledger. Nothing here spends or runs anything. */
import { calendarOf } from '../agent/meter.ts';
import type { Baton } from '../baton/baton.ts';
import type { Holder } from '../baton/hold.ts';
import type { Ledger } from '../baton/ledger.ts';
import { openBaton } from '../baton/sqlite-baton.ts';
import { openLedger } from '../baton/sqlite-ledger.ts';
import type { Config } from '../domain/config.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Role } from '../domain/role.ts';
import { userCheckout } from '../git/checkout.ts';
import type { CheckoutFacts, UserCheckout } from '../git/git.ts';
import { type BoardKeeper, boardKeeper } from '../report/board-keeper.ts';
import { batonProblem, gitProblem, type Problem } from '../report/problem.ts';
import { taskCache } from '../report/task-cache.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';
import { holderOf } from './holder.ts';
import { makePlaces, type Places, placesOf } from './places.ts';
import { readSettings } from './settings.ts';

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
  const made = makePlaces(places);
  if (!made.ok) return made;
  const baton = openBaton(places.baton);
  if (!baton.ok) return fail(batonProblem(baton.failure));
  const ledger = openLedger(places.ledger);
  if (!ledger.ok) return fail(batonProblem(ledger.failure));
  const close = (): void => {
    baton.value.close();
    ledger.value.close();
  };
  const keeper = boardKeeper(
    baton.value,
    taskCache(facts.value.root, systemClock),
    () => calendarOf(systemClock.now()).day,
  );
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
