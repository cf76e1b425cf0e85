/**
 * A repository opened for one look: what `openProject` gives to a command that shows how things stand, without git, the
 * schemas and the roles wherever nothing has changed since they were last asked. Both come to the same.
 */
import type { Baton } from '../baton/baton.ts';
import type { Ledger } from '../baton/ledger.ts';
import { openBaton } from '../baton/sqlite-baton.ts';
import { openLedger } from '../baton/sqlite-ledger.ts';
import type { Config } from '../domain/config.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type QuickFacts, quickFacts } from '../git/quick-facts.ts';
import { type IndexHead, readIndex } from '../report/index-file.ts';
import { batonProblem, gitProblem, type Problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';
import { makePlaces, type Places, placesOf } from './places.ts';
import { isTrusted, readTrusted, settingsKey } from './trust-store.ts';
import { VERSION } from './version.ts';

export interface Outlook {
  root: string;
  /** Null when HEAD is detached. */
  branch: string | null;
  places: Places;
  index: IndexHead | null;
  trusted: boolean;
  /** The caps as they count now. */
  budget: Config['budget'];
  /** `routing: manual`: a person chooses each model. */
  isManual: boolean;
  baton: Baton;
  ledger: Ledger;
  /** What the index must remember for the next look to be as quick. */
  memo: Record<string, string>;
  close(): void;
}

type Facts = Pick<QuickFacts, 'root' | 'commonDir'> & { branch: string | null };

export async function openOutlook(context: Context): Promise<Result<Outlook, Problem>> {
  const quick = quickFacts(context.cwd, context.environment.PATH ?? '');
  const remembered = quick === null ? null : readIndex(placesOf(context, quick.commonDir).index, VERSION);
  const isKnownGit = quick !== null && remembered?.memo.git === quick.git;
  const facts = isKnownGit ? ok<Facts>(quick) : await askGit(context);
  if (!facts.ok) return facts;
  const places = placesOf(context, facts.value.commonDir);
  const index = remembered ?? readIndex(places.index, VERSION);
  const settings = await settingsOf(facts.value.root, places, index?.memo ?? {});
  if (!settings.ok) return settings;
  const opened = openState(places);
  if (!opened.ok) return opened;
  const { root, branch } = facts.value;
  const { key, trusted, budget, isManual } = settings.value;
  const memo = {
    git: quick?.git ?? '',
    settings: key,
    budget: JSON.stringify(budget),
    routing: isManual ? 'manual' : '',
  };
  return ok({ root, branch, places, index, trusted, budget, isManual, ...opened.value, memo });
}

async function askGit(context: Context): Promise<Result<Facts, Problem>> {
  const { userCheckout } = await import('../git/checkout.ts');
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const facts = await userCheckout({ path: context.cwd, environment, clock: systemClock }).facts();
  return facts.ok ? facts : fail(gitProblem(facts.failure));
}

/** The schemas are asked again only when a byte of what they judge, or the trust in it, has changed. */
async function settingsOf(
  root: string,
  places: Places,
  memo: Record<string, string>,
): Promise<Result<{ key: string; trusted: boolean; budget: Config['budget']; isManual: boolean }, Problem>> {
  const read = readTrusted(root);
  const trusted = isTrusted(read, places.trusted);
  const key = settingsKey(trusted, read);
  // The index is written by this very version, after the schema has judged what stands in it.
  if (memo.settings === key && memo.budget !== undefined)
    return ok({ key, trusted, budget: JSON.parse(memo.budget), isManual: memo.routing === 'manual' });
  const { readSettings } = await import('./settings.ts');
  const settings = readSettings(root, places);
  if (!settings.ok) return settings;
  const { budget, routing } = settings.value.config;
  return ok({ key, trusted, budget, isManual: routing === 'manual' });
}

function openState(places: Places): Result<Pick<Outlook, 'baton' | 'ledger' | 'close'>, Problem> {
  const made = makePlaces(places);
  if (!made.ok) return made;
  const baton = openBaton(places.baton);
  if (!baton.ok) return fail(batonProblem(baton.failure));
  const ledger = openLedger(places.ledger);
  if (!ledger.ok) {
    baton.value.close();
    return fail(batonProblem(ledger.failure));
  }
  const close = (): void => {
    baton.value.close();
    ledger.value.close();
  };
  return ok({ baton: baton.value, ledger: ledger.value, close });
}
