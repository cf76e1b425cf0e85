/** `kleiber work`: workers for some agents; conducts too where nobody else does. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { TIERS, type Tier } from '../domain/tier.ts';
import type { ExitCode } from '../report/problem.ts';
import { problem } from '../report/problem.ts';
import { type Context, complain } from './context.ts';
import { dryRun } from './dry-run.ts';
import { runHere } from './run.ts';

interface WorkFlags {
  agent: string[];
  all?: boolean;
  tier?: Tier;
  once?: boolean;
  untilIdle?: boolean;
  concurrency: number;
  conduct: boolean;
  sandbox: boolean;
  pastGuard?: boolean;
  dryRun?: boolean;
  json?: boolean;
  record?: string;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option(
      '-a, --agent <name>',
      'an agent to work as; may be given several times',
      (name: string, before: string[]) => [...before, name],
      [],
    )
    .option('--all', 'work as every agent')
    .addOption(new Option('--tier <tier>', 'only tasks that route to this tier').choices(TIERS))
    .option('--once', 'one task, then stop')
    .option('--until-idle', 'stop when nothing is left to do')
    .option('-c, --concurrency <n>', 'tasks at the same time', count, 1)
    .option('--no-conduct', 'never prove, test or land here')
    .option('--no-sandbox', 'run commands with your own rights (dangerous)')
    .option('--dry-run', 'say what would be done; start, write and spend nothing')
    .option('--json', 'one event per line, and how it ended as the last')
    .option('--record <file>', 'keep what its attempts said and did, for kleiber replay')
    .option('--past-guard', 'go on although today has cost more than the guard')
    .action(async (flags: WorkFlags) => done(await work(flags, context)));
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64)
    throw new InvalidArgumentError('a whole number from 1 to 64');
  return value;
}

async function work(flags: WorkFlags, context: Context): Promise<ExitCode> {
  const everybody = flags.all === true || (flags.tier !== undefined && flags.agent.length === 0);
  if (!everybody && flags.agent.length === 0)
    return complain(
      context,
      problem(
        2,
        'whose work is it?',
        ['Name an agent, or all of them.'],
        ['kleiber work --agent engineer-backend', 'kleiber work --all'],
      ),
    );
  const agents = everybody ? 'all' : new Set(flags.agent);
  if (flags.dryRun) return await dryRun(agents, flags.conduct, context);
  return await runHere(
    {
      workers: {
        agents,
        concurrency: flags.concurrency,
        tier: flags.tier ?? null,
      },
      conducts: flags.conduct,
      until: flags.once ? 'once' : flags.untilIdle ? 'idle' : 'stopped',
      noSandbox: !flags.sandbox,
      pastGuard: flags.pastGuard === true,
      json: flags.json === true,
      record: flags.record ?? null,
    },
    context,
  );
}
