/** `kleiber trust`: shows what kleiber.yml and the roles say since they were last trusted, and remembers these bytes. */
import type { Command } from 'commander';
import { userCheckout } from '../git/checkout.ts';
import { type ExitCode, faultsProblem, gitProblem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, confirm, say } from './context.ts';
import { placesOf } from './places.ts';
import { isTrusted, readTrusted, remember, rememberedFiles } from './trust-store.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('-y, --yes', 'trust without asking')
    .action(async (flags: { yes?: boolean }) => done(await trust(flags.yes === true, context)));
}

async function trust(yes: boolean, context: Context): Promise<ExitCode> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const facts = await userCheckout({ path: context.cwd, environment, clock: systemClock }).facts();
  if (!facts.ok) return complain(context, gitProblem(facts.failure));
  const { root, commonDir } = facts.value;
  const { trusted } = placesOf(context, commonDir);
  const read = readTrusted(root);
  if (read.faults.length > 0) return complain(context, faultsProblem(read.faults, 'nothing was trusted'));
  if (isTrusted(read, trusted)) {
    say(context, 'kleiber.yml and the roles are trusted as they stand');
    return 0;
  }
  const now = read.files;
  for (const line of difference(rememberedFiles(trusted), now)) say(context, line);
  if (!yes && !(await confirm(context, 'These files name commands and paths. Trust them?')))
    return complain(context, problem(2, 'nothing was trusted', [], ['kleiber trust --yes']));
  remember(trusted, now);
  say(context, `trusted: ${[...now.keys()].join(', ')}`);
  return 0;
}

/** File by file, the lines that went and the lines that came. */
function difference(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap(path => {
    const old = (before.get(path) ?? '').split('\n');
    const fresh = (now.get(path) ?? '').split('\n');
    if (before.get(path) === now.get(path)) return [];
    const gone = old.filter(line => line !== '' && !fresh.includes(line)).map(line => `  - ${line}`);
    const come = fresh.filter(line => line !== '' && !old.includes(line)).map(line => `  + ${line}`);
    return [path, ...gone, ...come, ''];
  });
}
