/** `kleiber` alone: what it is, where this folder stands, and what to type next. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { userCheckout } from '../git/checkout.ts';
import type { GitFailure } from '../git/git.ts';
import { gitProblem, problemText } from '../report/problem.ts';
import { glanceText } from '../report/status-text.ts';
import { systemClock } from './clock.ts';
import { type Context, say } from './context.ts';
import { FIRST_STEPS } from './help-text.ts';
import { openOutlook } from './outlook.ts';
import { factsOf, lookFrom } from './status.ts';
import { CONFIG_FILE } from './trust-store.ts';

export async function welcome(context: Context): Promise<void> {
  say(context, FIRST_STEPS.sentence);
  say(context, `\n${await whereWeAre(context)}`);
  say(context, '\nkleiber --help names every command, kleiber <command> --help its options and examples.');
}

/** Nothing is written where nobody has set kleiber up. */
async function whereWeAre(context: Context): Promise<string> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const facts = await userCheckout({ path: context.cwd, environment, clock: systemClock }).facts();
  if (!facts.ok) return `${FIRST_STEPS.commands}\n\n${whyNone(facts.failure)}`;
  const { root, branch } = facts.value;
  if (!existsSync(join(root, CONFIG_FILE)))
    return `${FIRST_STEPS.commands}\n\nthis repository, on ${branch ?? 'a detached HEAD'}, is not set up yet`;
  return await standing(context);
}

const whyNone = (failure: GitFailure): string =>
  failure.reason === 'not_a_repository' ? 'here is no git repository yet: git init' : problemText(gitProblem(failure));

/** The short form of `kleiber status`, which has the words for whatever is wrong. */
async function standing(context: Context): Promise<string> {
  const outlook = await openOutlook(context);
  if (!outlook.ok) return `${FIRST_STEPS.commands}\n\nsomething is wrong here: kleiber status`;
  try {
    const seen = await lookFrom(outlook.value, outlook.value.isManual);
    return glanceText(seen.digest, await factsOf(outlook.value, seen));
  } finally {
    outlook.value.close();
  }
}
