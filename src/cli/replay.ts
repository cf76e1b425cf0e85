/** `kleiber replay`: recorded attempts, played again without a model; what goes another way today is named. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseCassette, type RecordedAttempt } from '../agent/cassette.ts';
import { partsOf } from '../agent/recorded-part.ts';
import { type Replayed, replay } from '../agent/replay.ts';
import { findRole } from '../agent/roles.ts';
import { systemOf } from '../agent/session.ts';
import { runIn } from '../agent/tools/run.ts';
import { toolsOf } from '../agent/tools/toolbox.ts';
import { letGo, tryHold } from '../baton/hold.ts';
import { worktreeStream } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type ExitCode, gitProblem, type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, note, say, sayJson } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';
import { recordedAttempts } from './recorded-attempts.ts';
import { count } from './work.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

interface ReplayFlags {
  attempt?: number;
  sandbox: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<task>', 'a task, or a file that --record has written')
    .option('--attempt <n>', 'this attempt alone', count)
    .option('--no-sandbox', 'run its commands with your own rights (dangerous)')
    .option('--json', 'each attempt with its turns and its first difference as JSON')
    .action(async (given: string, flags: ReplayFlags) => done(await replayAll(given, flags, context)));
}

async function replayAll(given: string, flags: ReplayFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const recorded = attemptsOf(given, flags, project.value, context);
    if (!recorded.ok) return complain(context, recorded.failure);
    const workshop = await openWorkshop(project.value, context, { noSandbox: !flags.sandbox, keyless: true });
    if (!workshop.ok) return complain(context, workshop.failure);
    try {
      await fetchHere(project.value, workshop.value);
      const played = await playHeld(recorded.value, project.value, workshop.value, context);
      return played.ok ? tell(played.value, flags, context) : complain(context, played.failure);
    } finally {
      await workshop.value.close();
    }
  } finally {
    project.value.close();
  }
}

function attemptsOf(
  given: string,
  { attempt }: ReplayFlags,
  project: Project,
  context: Context,
): Result<RecordedAttempt[], Problem> {
  const path = resolve(context.cwd, given);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const all = isFile ? fromFile(path) : fromLog(given, project);
  if (!all.ok) return all;
  const wanted = all.value.filter(one => attempt === undefined || one.attempt === attempt);
  if (wanted.length > 0) return ok(wanted);
  const what = attempt === undefined ? `no attempt of ${given}` : `no attempt ${attempt} of ${given}`;
  return fail(problem(1, `${what} has been recorded`, [], [`kleiber show ${given}`], 'not_recorded'));
}

function fromFile(path: string): Result<RecordedAttempt[], Problem> {
  const parsed = parseCassette(readFileSync(path, 'utf8'));
  if (parsed.ok) return parsed;
  const { line, problem: why } = parsed.failure;
  return fail(problem(2, `${path}:${line}: ${why}`, [], ['kleiber help replay'], 'no_cassette'));
}

function fromLog(given: string, project: Project): Result<RecordedAttempt[], Problem> {
  const task = findTask(project.keeper.look(), given);
  return task.ok ? ok(recordedAttempts(task.value.card.id, project)) : task;
}

interface Played extends Pick<RecordedAttempt, 'task' | 'attempt' | 'agent'>, Replayed {
  model: string;
}

/** In a clone of a repository the store has nothing yet. What cannot be brought over is missed by the attempt that needs it. */
async function fetchHere({ facts: { root, branch } }: Project, { store }: Workshop): Promise<void> {
  if (branch !== null) await store.fetchBranch(root, branch);
}

/** One worktree for all replays, held while it is used. */
const SLOT = 'replay';

async function playHeld(
  attempts: readonly RecordedAttempt[],
  project: Project,
  workshop: Workshop,
  context: Context,
): Promise<Result<Played[], Problem>> {
  if (!tryHold(project.holder, worktreeStream(SLOT)))
    return fail(problem(1, 'another replay is under way here', [], ['wait for its end, then try again'], 'busy'));
  try {
    const played: Played[] = [];
    for (const attempt of attempts) {
      if (context.stopping.aborted) break;
      note(context, `playing attempt ${attempt.attempt} of ${attempt.task} …`);
      const one = await playOne(attempt, project, workshop, context);
      if (!one.ok) return one;
      // Of one that was cut off nobody can say how it goes.
      if (!context.stopping.aborted) played.push(one.value);
    }
    return ok(played);
  } finally {
    letGo(project.holder, worktreeStream(SLOT));
  }
}

async function playOne(
  { task, attempt, agent, commit, zone, lines }: RecordedAttempt,
  project: Project,
  { studio, store, worker }: Workshop,
  context: Context,
): Promise<Result<Played, Problem>> {
  const part = partsOf(lines).at(-1);
  const role = findRole(project.roles, agent);
  if (part === undefined || role === null)
    return fail(
      problem(
        1,
        `attempt ${attempt} of ${task} cannot be played`,
        [`There is no agent ${agent} here.`],
        ['kleiber route --table'],
      ),
    );
  const isKnown = await store.isAncestor(commit, commit);
  const tree = await store.openWorktree(`${project.places.worktrees}/${SLOT}`, 'kleiber/replay', commit);
  if (!tree.ok) return fail(isKnown ? gitProblem(tree.failure) : commitMissing(task, attempt, commit));
  const { path } = tree.value;
  const run = runIn(studio.sandbox, { worktree: path, binds: worker.binds(), gitDir: store.path });
  const tools = toolsOf(role, { root: path, zone: role.readOnly ? null : zone }, run);
  const edges = {
    tools,
    system: systemOf(role, studio),
    clock: systemClock,
    secrets: studio.secrets,
    signal: AbortSignal.any([context.stopping, context.killed]),
  };
  return ok({ task, attempt, agent, model: part.preamble.model, ...(await replay(part, edges)) });
}

const commitMissing = (task: string, attempt: number, commit: string): Problem =>
  problem(
    1,
    `attempt ${attempt} of ${task} began at ${commit.slice(0, 9)}, which is not on this branch`,
    ['A file is played where the commits are that its attempts began at: in the repository it comes from, or a clone.'],
    ['git pull, then try again'],
    'no_commit',
  );

function tell(played: readonly Played[], { json }: ReplayFlags, context: Context): ExitCode {
  if (json) sayJson(context, 'replay', { attempts: played });
  else for (const one of played) say(context, textOf(one));
  if (context.stopping.aborted) return 130;
  return played.every(({ divergence }) => divergence === null) ? 0 : 1;
}

const LONGEST = 200;

function textOf({ task, attempt, model, turns, divergence }: Played): string {
  const name = `${task}, attempt ${attempt}`;
  if (divergence === null) return `${name}: ${turns} ${turns === 1 ? 'turn' : 'turns'} of ${model}, as it was`;
  const { turn, what, recorded, now } = divergence;
  const where = turn === 0 ? 'before its first reply' : `after reply ${turn}`;
  return `${name}: parts ${where}, at ${what.slice(0, LONGEST)}
  recorded  ${recorded.slice(0, LONGEST)}
  now       ${now.slice(0, LONGEST)}`;
}
