/** `kleiber calibrate`: the weekly review of the table (seed 4): evidence, advice, and on request the change itself. */
import { type Command, InvalidArgumentError } from 'commander';
import type { TableMove } from '../domain/tier.ts';
import { movesOf, moveText, calibrate as review } from '../policy/calibrate.ts';
import { evidenceOf } from '../policy/evidence.ts';
import { route } from '../policy/route.ts';
import { canonicalAgent, rowsOf } from '../policy/routing-table.ts';
import { costsByType, shadowOf, type WouldBegin } from '../policy/task-costs.ts';
import {
  type Calibration,
  calibrationJson,
  calibrationText,
  reviewHints,
  shadowJson,
  shadowText,
} from '../report/calibration-text.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { applyMoves, wouldApply } from './calibrate-apply.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note, say, sayJson, widthOf } from './context.ts';
import { decide } from './decide.ts';
import { openProject, type Project } from './project.ts';
import { reviewFacts } from './review-facts.ts';

export interface CalibrateFlags {
  apply?: boolean;
  shadow?: boolean;
  agent?: string;
  days?: number;
  dryRun?: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--apply', 'write the proposal to kleiber.yml, commit it, and put the review on record')
    .option('--shadow', 'only record what the proposal would have chosen and cost')
    .option('--agent <name>', 'review this agent alone')
    .option('--days <n>', 'only work of the last n days', days)
    .option('--dry-run', 'with --apply or --shadow: only say what would be written')
    .option('--json', 'as JSON, with every attempt')
    .action(async (flags: CalibrateFlags) => done(await calibrate(flags, context)));
}

function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number, 1 or more');
  return value;
}

async function calibrate(flags: CalibrateFlags, context: Context): Promise<ExitCode> {
  if (flags.apply === true && (flags.agent !== undefined || flags.days !== undefined))
    return complain(
      context,
      problem(
        2,
        'a review goes on record whole, so --apply takes neither --agent nor --days',
        [],
        ['kleiber calibrate --apply'],
      ),
    );
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const found = calibrationOf(flags, project.value);
    if (flags.json) sayJson(context, 'calibration', calibrationJson(found));
    else if (!flags.shadow) say(context, calibrationText(found, widthOf(context)));
    const isLookedAt = !flags.json && !flags.shadow && !flags.apply && found.findings.length > 0;
    if (isLookedAt) say(context, reviewHints(found.moves));
    if (flags.shadow) return await watchMoves(found, flags, project.value, context);
    if (!flags.apply) return 0;
    return flags.dryRun
      ? await wouldApply(found.moves, flags.json === true, project.value, context)
      : await applyMoves(found.moves, project.value, context);
  } finally {
    project.value.close();
  }
}

const DAY_MS = 86_400_000;

/** Evidence and advice; the board shows the same. */
export function calibrationOf(flags: CalibrateFlags, project: Project): Calibration {
  const since =
    flags.days === undefined ? null : new Date(systemClock.now().getTime() - flags.days * DAY_MS).toISOString();
  const { view, record } = reviewFacts(project, null, since);
  const agent = flags.agent === undefined ? null : canonicalAgent(flags.agent);
  const isAsked = (row: { agent: string }): boolean => agent === null || row.agent === agent;
  const found = review(record.uses, project.config.routing, view.controls).filter(isAsked);
  const { shadow, lastReviewAt } = view.controls;
  return {
    findings: found,
    moves: movesOf(found),
    types: costsByType(record.uses.filter(isAsked)),
    attempts: record.attempts.filter(isAsked),
    shadow:
      shadow === null
        ? null
        : { ...shadow, seen: shadowOf(record.uses, shadow.moves, shadow.since, wouldBegin(project)) },
    lastReviewAt,
  };
}

/** As a claim would route it before anything was tried; what it failed at later is what the other row might have spared. */
function wouldBegin({ keeper, config }: Project): WouldBegin {
  const { board, tasks } = keeper.look();
  const rows = rowsOf(config.routing);
  return ({ task: id }, { agent, phase, to }) => {
    const [task, file] = [board.get(id), tasks.get(id)];
    if (task === undefined || file === undefined) return to;
    const evidence = evidenceOf(task.state, task, file.task, config);
    const moved = { ...rows, [phase]: { ...rows[phase], [agent]: to } };
    return route(file.task.head, moved, { ...evidence, strikes: [], raisedTo: null }).tier;
  };
}

/** Nothing is used: the log keeps which rows are watched, and every later review says what they would have come to. */
async function watchMoves(
  { moves }: { moves: readonly TableMove[] },
  flags: CalibrateFlags,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  if (moves.length === 0) {
    note(context, 'there is no proposal to watch');
    return 0;
  }
  const by = await personOf(project);
  const { record } = reviewFacts(project, null, null);
  const seen = shadowOf(record.uses, moves, null, wouldBegin(project));
  if (flags.json) sayJson(context, 'shadow', shadowJson(seen));
  else say(context, shadowText(seen, widthOf(context)));
  if (flags.dryRun) {
    note(context, `would watch ${moves.map(moveText).join('; ')}`);
    return 0;
  }
  return decide(
    () => ({ kind: 'shadowed', by, moves: [...moves] }),
    'watched from now on and not used: kleiber calibrate says what it would have chosen and cost',
    project,
    context,
  );
}
