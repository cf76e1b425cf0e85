/** What a person may do to a task here: each action is one of kleiber's own command lines, and it says which. */
import type { BoardTask } from '../policy/board.ts';
import { whyNotTold } from '../policy/person-note.ts';
import type { Action } from './view.ts';

/** The names of the actions, which are those that the page may ask for. */
export const ACTION_NAMES = [
  'answer',
  'approve',
  'changes',
  'reject',
  'retry',
  'tell',
  'move',
  'pause',
  'resume',
] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** What the page asks for: an action on a task, or on the whole repository where `task` is empty. */
export interface Asked {
  name: ActionName;
  task: string;
  text: string;
  /** A glob that an answer allows the task to write as well; empty for none. */
  widen: string;
  /** The commit that the person has seen, for a word about it; empty elsewhere. */
  commit: string;
}

interface Rule {
  name: ActionName;
  label: string;
  /** The command that it needs. */
  command: string;
  asks: string | null;
  /** Null when it can be done, else why not. */
  why(task: BoardTask): string | null;
}

const stageOf = (task: BoardTask): string => task.state?.stage.kind ?? 'open';
const blockerType = ({ state }: BoardTask): string | null =>
  state?.stage.kind === 'blocked' ? state.stage.blocker.type : null;

const waitsForReview = (task: BoardTask): boolean => blockerType(task) === 'human_review';
const is = (standing: string): string => `it is ${standing.replaceAll('_', ' ')}`;

const notReviewed = (task: BoardTask): string | null =>
  waitsForReview(task) ? null : 'no commit of it waits for a person';

const RULES: readonly Rule[] = [
  {
    name: 'answer',
    label: 'Answer',
    command: 'answer',
    asks: 'Your answer; its conversation goes on with it',
    why: task => {
      if (waitsForReview(task)) return 'it waits for a word about its commit';
      return stageOf(task) === 'blocked' ? null : `it asks nothing; ${is(task.standing)}`;
    },
  },
  { name: 'approve', label: 'Approve', command: 'review', asks: null, why: notReviewed },
  {
    name: 'changes',
    label: 'Ask for changes',
    command: 'review',
    asks: 'What must change; the next attempt is told',
    why: notReviewed,
  },
  {
    name: 'reject',
    label: 'Reject',
    command: 'review',
    asks: 'Why it must not land; the task is cancelled, its work is kept',
    why: notReviewed,
  },
  {
    name: 'retry',
    label: 'Retry',
    command: 'retry',
    asks: 'What has changed since; the next attempt is told',
    why: task =>
      ['blocked', 'cancelled', 'landed'].includes(stageOf(task)) ? null : `it has not stopped; ${is(task.standing)}`,
  },
  {
    name: 'tell',
    label: 'Tell',
    command: 'tell',
    asks: 'What its model should hear with its next turn',
    why: task => whyNotTold(task)?.why ?? null,
  },
];

/** The actions of a task, possible or not, as far as this kleiber has their commands. */
export const actionsOn = (task: BoardTask, commands: ReadonlySet<string>): Action[] =>
  RULES.filter(({ command }) => commands.has(command)).map(({ name, label, asks, why }) => ({
    name,
    label,
    line: lineOf({ name, task: task.card.id, text: asks === null ? '' : '…', widen: '', commit: commitOf(task) }),
    asks,
    why: why(task),
  }));

const commitOf = ({ state }: BoardTask): string => state?.submission?.commit ?? '';

/** Pause and resume, whichever can be done now. */
export function actionsOnAll(isPaused: boolean, commands: ReadonlySet<string>): Action[] {
  const name = isPaused ? 'resume' : 'pause';
  if (!commands.has(name)) return [];
  const label = isPaused ? 'Resume' : 'Pause';
  return [
    {
      name,
      label,
      line: lineOf({ name, task: '', text: isPaused ? '' : '…', widen: '', commit: '' }),
      asks: isPaused ? null : 'Why?',
      why: null,
    },
  ];
}

/** The words of the command line, without `kleiber`; what a person typed is never taken for an option. */
export function wordsOf({ name, task, text, widen, commit }: Asked): string[] {
  switch (name) {
    case 'answer':
      return ['answer', ...(widen === '' ? [] : [`--widen=${widen}`]), '--', task, text];
    case 'approve':
      return ['review', `--commit=${commit.slice(0, 12)}`, '--', task, 'approve'];
    case 'changes':
    case 'reject':
      return ['review', `--commit=${commit.slice(0, 12)}`, '--', task, name, text];
    case 'retry':
      return ['retry', ...(text === '' ? [] : [`--reason=${text}`]), '--', task];
    case 'tell':
    case 'move':
      return [name, '--', task, text];
    case 'pause':
      return text === '' ? ['pause'] : ['pause', '--', text];
    case 'resume':
      return ['resume'];
  }
}

/** The same as a person would type it. */
export function lineOf(asked: Asked): string {
  const [command = '', ...words] = wordsOf(asked);
  // A person puts the options last; the border between them and the rest only matters for texts that look like one.
  const at = words.indexOf('--');
  const typed = at === -1 ? words : [...words.slice(at + 1), ...words.slice(0, at)];
  return ['kleiber', command, ...typed.map(quoted)].join(' ');
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
