/** `kleiber conduct`: reconciles, and by default runs workers for all agents within the lanes. */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import type { Context } from './context.ts';
import { dryRun } from './dry-run.ts';
import { runHere } from './run.ts';
import { count } from './work.ts';

interface ConductFlags {
  once?: boolean;
  untilIdle?: boolean;
  workers: boolean;
  concurrency: number;
  sandbox: boolean;
  pastGuard?: boolean;
  dryRun?: boolean;
  json?: boolean;
  record?: string;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--once', 'reconcile until nothing more can be done, then stop')
    .option('--until-idle', 'stop when nothing is left to do')
    .option('--no-workers', 'prove, test and land only')
    .option('-c, --concurrency <n>', 'tasks at the same time', count, 4)
    .option('--no-sandbox', 'run commands with your own rights (dangerous)')
    .option('--dry-run', 'say what would be done; start, write and spend nothing')
    .option('--json', 'one event per line, and how it ended as the last')
    .option('--record <file>', 'keep what its attempts said and did, for kleiber replay')
    .option('--past-guard', 'go on although today has cost more than the guard')
    .action(async (flags: ConductFlags) => done(await conduct(flags, context)));
}

async function conduct(flags: ConductFlags, context: Context): Promise<ExitCode> {
  if (flags.dryRun) return await dryRun(flags.workers && !flags.once ? 'all' : new Set(), true, context);
  const workers =
    flags.workers && !flags.once ? { agents: 'all' as const, concurrency: flags.concurrency, tier: null } : null;
  return await runHere(
    {
      workers,
      conducts: true,
      until: flags.once ? 'once' : flags.untilIdle ? 'idle' : 'stopped',
      noSandbox: !flags.sandbox,
      pastGuard: flags.pastGuard === true,
      json: flags.json === true,
      record: flags.record ?? null,
    },
    context,
  );
}
