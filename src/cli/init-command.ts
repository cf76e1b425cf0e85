/** `kleiber init`: sets a repository up; shows everything first. */
import type { Command } from 'commander';
import { userCheckout } from '../git/checkout.ts';
import { workingFiles } from '../git/working-files.ts';
import { type ExitCode, gitProblem } from '../report/problem.ts';
import { checkoutFiles } from './checkout-files.ts';
import { systemClock } from './clock.ts';
import { type Context, canAsk, complain, confirm, say, sayError } from './context.ts';
import { type InitEdges, type InitOptions, init } from './init.ts';
import { placesOf } from './places.ts';
import { CONFIG_FILE, remember, rememberedFiles } from './trust-store.ts';

interface InitFlags {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
  claudeMd?: boolean;
  signOff?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--dry-run', 'show what would be written, write nothing')
    .option('-y, --yes', 'write without asking')
    .option('--json', 'what was found and written as JSON')
    .option('--claude-md', 'also add a section on the models to CLAUDE.md')
    .option('--sign-off', 'also go through the sign-off list and keep the answers as a decision')
    .action(async (flags: InitFlags) => done(await run(optionsOf(flags), context)));
}

const optionsOf = ({ dryRun, yes, json, claudeMd, signOff }: InitFlags): InitOptions => ({
  dryRun: dryRun === true,
  yes: yes === true,
  json: json === true,
  claudeMd: claudeMd === true,
  signOff: signOff === true,
});

async function run(options: InitOptions, context: Context): Promise<ExitCode> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const facts = await userCheckout({ path: context.cwd, environment, clock: systemClock }).facts();
  if (!facts.ok) return complain(context, gitProblem(facts.failure));
  const { root, commonDir } = facts.value;
  const files = await workingFiles(root, environment);
  if (!files.ok) return complain(context, gitProblem(files.failure));
  const { trusted } = placesOf(context, commonDir);
  const edges: InitEdges = {
    root,
    listFiles: async () => files.value,
    ...checkoutFiles(root),
    trust: text => remember(trusted, new Map([...rememberedFiles(trusted), [CONFIG_FILE, text]])),
    today: () => systemClock.now().toISOString().slice(0, 10),
    out: line => say(context, line),
    refuse: line => sayError(context, line),
    ...(canAsk(context) ? { confirm: question => confirm(context, question) } : {}),
  };
  return asExitCode(await init(options, edges));
}

const asExitCode = (code: number): ExitCode => (code === 0 ? 0 : code === 3 ? 3 : 2);
