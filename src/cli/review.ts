/** `kleiber review`: what waits for a person's word, everything that word should rest on, and the word itself. */
import { type Command, InvalidArgumentError } from 'commander';
import type { TaskEvent } from '../domain/event.ts';
import type { Task } from '../domain/task.ts';
import { openStore } from '../git/store.ts';
import type { BoardTask } from '../policy/board.ts';
import { tableFor } from '../policy/controls.ts';
import { type GateDemand, gateDemand, isThirdChange } from '../policy/review.ts';
import type { Submission, TaskState } from '../policy/task-state.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { type ExitCode, gitProblem, problem } from '../report/problem.ts';
import { reviewJson, reviewText, waitingJson, waitingText } from '../report/review-text.ts';
import { actOn, personOf } from './by-person.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say, sayJson, widthOf } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';

interface ReviewFlags {
  commit?: string;
  json?: boolean;
  dryRun?: boolean;
}

const WORDS = ['approve', 'changes', 'reject'] as const;
type Word = (typeof WORDS)[number];

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[id]', 'the task; without it, everything that waits for a person')
    .argument('[word]', 'approve, changes or reject', wordOf)
    .argument('[text]', 'what must change, or why it is rejected')
    .option('--commit <id>', 'the commit that you have read; anything else is refused')
    .option('--json', 'as JSON')
    .option('--dry-run', 'say what would be written')
    .action(async (id: string | undefined, word: Word | undefined, text: string | undefined, flags: ReviewFlags) =>
      done(await review(id, word, text ?? '', flags, context)),
    );
}

function wordOf(text: string): Word {
  const word = WORDS.find(known => known === text);
  if (word === undefined) throw new InvalidArgumentError('approve, changes or reject');
  return word;
}

async function review(
  id: string | undefined,
  word: Word | undefined,
  text: string,
  flags: ReviewFlags,
  context: Context,
): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const view = project.value.keeper.look();
    if (id === undefined) return showWaiting(view, flags, context);
    const found = findTask(view, id);
    if (!found.ok) return complain(context, found.failure);
    const { card, state, standing } = found.value;
    if (state?.submission == null)
      return complain(
        context,
        problem(1, `${card.id} has handed nothing in; it is ${standing}`, [], ['kleiber status']),
      );
    return word === undefined
      ? await show(found.value, state, state.submission, view, flags, project.value, context)
      : await judge(state, state.submission, word, text, flags, project.value, context);
  } finally {
    project.value.close();
  }
}

function showWaiting(view: BoardView, flags: ReviewFlags, context: Context): ExitCode {
  const waiting = [...view.board.values()].filter(({ state }) => state !== null && waitsForPerson(state));
  if (flags.json) sayJson(context, 'reviews', { waiting: waiting.map(waitingJson) });
  else say(context, waitingText(waiting, widthOf(context)));
  return 0;
}

const waitsForPerson = ({ stage }: TaskState): boolean =>
  stage.kind === 'blocked' && stage.blocker.type === 'human_review';

const MOST_DIFF_BYTES = 4_000_000;

async function show(
  card: BoardTask,
  state: TaskState,
  submission: Submission,
  view: BoardView,
  flags: ReviewFlags,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
  if (!store.ok) return complain(context, gitProblem(store.failure));
  const difference = await store.value.diff(submission.base, submission.commit, MOST_DIFF_BYTES);
  const task = view.tasks.get(state.id)?.task ?? null;
  const shown = { card, state, submission, task, demand: demandOf(card, state, task, view, project), difference };
  if (flags.json) sayJson(context, 'review', reviewJson(shown));
  else say(context, reviewText(shown));
  return 0;
}

/** Null when the file of the task is gone, so that nobody can tell. */
function demandOf(
  card: BoardTask,
  state: TaskState,
  task: Task | null,
  view: BoardView,
  project: Project,
): GateDemand | null {
  const { config } = project;
  return task === null ? null : gateDemand(state, card, task, tableFor(state.plan, config.routing, view), config);
}

/** A word counts for the commit it was said about; work that has moved on meanwhile is not judged by it. */
async function judge(
  state: TaskState,
  { commit, attempt }: Submission,
  word: Word,
  text: string,
  flags: ReviewFlags,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const again = [`kleiber review ${state.id}`];
  if (flags.commit !== undefined && !isSame(flags.commit, commit))
    return complain(context, problem(1, `${state.id} is at commit ${commit.slice(0, 9)} by now`, [], again));
  if (state.stage.kind !== 'submitted' && !waitsForPerson(state))
    return complain(context, problem(1, `${state.id} waits for no review; it is ${state.stage.kind}`, [], again));
  if (word !== 'approve' && text.trim() === '')
    return complain(
      context,
      problem(2, word === 'changes' ? 'what must change?' : 'why is it rejected?', [], [`${again[0]} ${word} "…"`]),
    );
  const by = await personOf(project);
  const said = SAID[word].replace('%', commit.slice(0, 9));
  return actOn(
    state,
    eventOf(word, state, commit, attempt, by, text),
    `${state.id}: ${said}`,
    flags.dryRun === true,
    project,
    context,
  );
}

const isSame = (given: string, commit: string): boolean => given.length >= 7 && commit.startsWith(given);

const SAID: Readonly<Record<Word, string>> = {
  approve: 'commit % approved; it lands once everything else is done too',
  changes: 'commit % goes back to its agent with your words',
  reject: 'cancelled, commit % does not land; kleiber retry begins anew',
};

function eventOf(word: Word, state: TaskState, commit: string, attempt: number, by: string, text: string): TaskEvent {
  switch (word) {
    case 'approve':
      return { kind: 'approved', commit, by };
    case 'changes': {
      const note = `${by} asks for changes to commit ${commit.slice(0, 9)}:\n- ${text.trim()}`;
      return {
        kind: 'returned',
        attempt,
        reason: 'changes_requested',
        note,
        strike: isThirdChange(state),
        draft: null,
      };
    }
    case 'reject':
      return { kind: 'cancelled', by, reason: `rejected commit ${commit.slice(0, 9)}: ${text.trim()}` };
  }
}
