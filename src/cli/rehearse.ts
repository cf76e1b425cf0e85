/** `kleiber rehearse`: a whole run with scripted agents; no key, no network, no money, and nothing of it stays. */
import { type Command, InvalidArgumentError } from 'commander';
import { NANO_PER_USD, usdText } from '../domain/money.ts';
import type { ExitCode } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import { openRehearsalBoard } from './rehearsal-board.ts';
import { type Played, play, tellDifferences } from './rehearsal-play.ts';
import { type Stage, setStage } from './rehearsal-stage.ts';

interface RehearseFlags {
  dir?: string;
  keep?: boolean;
  speed: number;
  sandbox: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--dir <folder>', 'where to make the sample repository (new or empty; its state goes to <folder>-state)')
    .option('--keep', 'leave everything there to look around')
    .option('--speed <factor>', 'how fast the scripted agents answer', factor, 1)
    .option('--no-sandbox', 'run their commands with your own rights (dangerous)')
    .action(async (flags: RehearseFlags) => done(await rehearse(flags, context)));
}

function factor(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('a number above 0 and up to 1000, such as 2');
  return value;
}

async function rehearse(flags: RehearseFlags, context: Context): Promise<ExitCode> {
  const startedMs = systemClock.monotonicMs();
  const stage = await setStage({ dir: flags.dir ?? null, speed: flags.speed }, context);
  if (!stage.ok) return complain(context, stage.failure);
  const board = await openRehearsalBoard(stage.value);
  try {
    say(context, opening(stage.value, flags.sandbox, board.address));
    const played = await play(stage.value, { speed: flags.speed, noSandbox: !flags.sandbox });
    if (!played.ok) return played.failure;
    const seconds = (systemClock.monotonicMs() - startedMs) / 1000;
    return close(played.value, seconds, stage.value, flags.keep === true, context);
  } finally {
    await board.close();
    await stage.value.strike(flags.keep === true);
  }
}

const opening = (
  { root }: Stage,
  hasSandbox: boolean,
  board: string | null,
): string => `A rehearsal: no key, no network, $0.

A small shop in a repository of its own gets a feature. Scripted agents stand in for the models; everything else is
real: the API client over HTTP, ${hasSandbox ? 'the sandbox, ' : ''}the tests, git. The money is play money, and its caps hold all the same.

  repository  ${root}${
    board === null
      ? ''
      : `
  watch it    ${board}   (until it ends)`
  }`;

function close(played: Played, seconds: number, stage: Stage, keep: boolean, context: Context): ExitCode {
  const landed = played.tasks.filter(task => task.standing === 'landed').length;
  const attempts = played.tasks.reduce((sum, task) => sum + (task.state?.attempts.length ?? 0), 0);
  const cached = Math.round(played.cachedShare * 100);
  say(
    context,
    `
${landed} of ${played.tasks.length} tasks landed in ${attempts} attempts, $${dollars(played.spent)} of play money, ${Math.round(seconds)} s; ${cached} % of the input
tokens were read from the cache. What you have seen:

${told(played)}

${lookAround(stage, keep)}`,
  );
  if (played.differences.length === 0) return 0;
  tellDifferences(played.differences, context);
  return 1;
}

const dollars = (nano: number): string => (nano / NANO_PER_USD).toFixed(2);

/** A line for each thing that went otherwise than straight. */
function told({ stop, deferredUntil, proposals }: Played): string {
  const lines: [string, string][] = [
    ['answers', 'pricing and refunds asked; cart-page asked for a file outside its zone, and got it'],
    ['red work', 'coupon-codes was handed in red, and mended'],
    ['conflict', 'cart-page met the change of pricing; engineer-backend, who owns the file, kept both'],
    ['escalation', 'checkout stopped at a decision of architecture; opus took it over in a new conversation'],
    ['sent back', 'changelog, by its reviewer, and mended'],
    ['a person', 'refunds moves money: built, tested and reviewed, it waits for one'],
    [
      'budget stop',
      stop === null
        ? 'none'
        : `price-list spent $${usdText(stop.spent)} of its $${usdText(stop.cap)}; its next request takes at least $${usdText(stop.next)}`,
    ],
    ['red zone', `receipts is deferred until ${deferredUntil ?? '?'}: its plan needs opus, and nothing is downgraded`],
    ['calibration', proposals.join('; ') || 'nothing is proposed'],
  ];
  return lines.map(([name, text]) => `  ${name.padEnd(13)}${text}`).join('\n');
}

const lookAround = ({ root, stateHome }: Stage, keep: boolean): string =>
  keep
    ? `Everything that happened is in git. Look around:
  cd ${root} && git log --graph
  cat ${root}/orchestration_log.md ${root}/blocked/*/*.md ${root}/reports/*-review.md
  cd ${root} && KLEIBER_HOME=${stateHome} kleiber review`
    : `Nothing of it was kept. To look around, and then to begin:
  kleiber rehearse --keep --dir rehearsal
  git -C rehearsal log --graph
  kleiber init                             in your own repository`;
