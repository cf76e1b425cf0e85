/** The board when something has changed: only what did is read, and the index is brought up to date. */
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { type Board, buildBoard } from '../policy/board.ts';
import { foldStream, foldTask } from '../policy/fold.ts';
import { briefOf, type TaskBrief } from '../policy/task-brief.ts';
import type { TaskState } from '../policy/task-state.ts';
import { type CardFile, type CardTree, cardsOf, scanCards } from './card-tree.ts';
import { UNSETTLED } from './file-stamp.ts';
import { type IndexBody, packBody, unpackBody } from './index-body.ts';
import { type IndexFile, type IndexHead, writeIndex } from './index-file.ts';
import {
  CHECK_ALL_MS,
  type Glance,
  type GlanceOptions,
  isOfTask,
  listed,
  markOf,
  TASK_PREFIX,
  withLatest,
} from './seen.ts';
import { digestOf, shownTasks } from './status-digest.ts';

/** So many open tasks are watched beside those on the screen: an edit of theirs may move them into another group. */
const MOST_WATCHED = 150;

/** Looks at what has changed, and puts it into the index. */
export async function lookAgain(
  found: IndexHead | null,
  news: readonly Stored[],
  options: GlanceOptions,
): Promise<Glance> {
  const known = found === null ? null : bodyOf(options.index);
  const head = known === null ? null : found;
  // Without the body its events are missing as well.
  const events = head === null && found !== null ? options.baton.after(0) : news;
  const isDue = head === null || options.nowMs - head.checkedAtMs > CHECK_ALL_MS || options.nowMs < head.checkedAtMs;
  const suspects = isDue || options.wantsBoard ? 'all' : new Set(head.watched.map(([path]) => path));
  const tree = await scanCards(options.root, known?.tree ?? null, { nowMs: options.nowMs, suspects });
  const briefs = known === null ? foldAll(events) : foldNews(known.briefs, events, options.baton);
  const { cards, faults } = cardsOf(tree);
  const board = buildBoard(cards, briefs);
  const latest = withLatest(head?.latest ?? [], events);
  const digest = digestOf(board);
  // Damage is told each time, which takes reading all events each time.
  if (options.baton.damaged().length === 0) {
    const next: IndexHead = {
      root: options.root,
      digest,
      faults,
      folders: foldersOf(tree),
      watched: watchedOf(tree, board),
      checkedAtMs: suspects === 'all' ? options.nowMs : (head?.checkedAtMs ?? options.nowMs),
      mark: markOf(events) ?? head?.mark ?? null,
      latest: listed(latest),
      memo: options.memo,
    };
    writeIndex(options.indexPath, options.version, next, JSON.stringify(packBody({ tree, briefs })));
  }
  return { digest, faults, latest, board };
}

function bodyOf(index: IndexFile | null): IndexBody | null {
  const text = index?.body() ?? null;
  return text === null ? null : unpackBody(JSON.parse(text));
}

function foldAll(events: readonly Stored[]): Map<string, TaskBrief> {
  const states = new Map<string, TaskState>();
  for (const stored of events.filter(isOfTask)) {
    const id = stored.stream.slice(TASK_PREFIX.length);
    const next = foldTask(id, states.get(id) ?? null, stored);
    if (next !== null) states.set(id, next);
  }
  return new Map([...states].map(([id, state]) => [id, briefOf(state)]));
}

/** A stream with news is folded from its beginning: it is short, and a brief is too little to go on from. */
function foldNews(
  known: ReadonlyMap<string, TaskBrief>,
  news: readonly Stored[],
  baton: Baton,
): Map<string, TaskBrief> {
  const briefs = new Map(known);
  for (const stream of new Set(news.filter(isOfTask).map(stored => stored.stream))) {
    const state = foldStream(stream.slice(TASK_PREFIX.length), baton.read(stream));
    if (state !== null) briefs.set(state.id, briefOf(state));
  }
  return briefs;
}

const foldersOf = (tree: CardTree): IndexHead['folders'] => [
  ['tasks', tree.stamp],
  ...tree.folders.map(({ agent, stamp }): [string, string] => [`tasks/${agent}`, stamp]),
];

/** The files on the screen, the faulty and the very young ones, then those of open tasks, as far as looking at them costs next to nothing. */
function watchedOf(tree: CardTree, board: Board<TaskBrief>): IndexHead['watched'] {
  const shown = new Set(shownTasks(board));
  const isOpen = (id: string): boolean => !AT_REST.has(board.get(id)?.standing ?? '');
  const files = tree.folders.flatMap(folder => folder.files);
  const isFirst = ({ card, stamp }: CardFile): boolean => card === null || stamp === UNSETTLED || shown.has(card.id);
  const open = files.filter(file => !isFirst(file) && isOpen(file.card?.id ?? ''));
  return [...files.filter(isFirst), ...open].slice(0, MOST_WATCHED).map(({ path, stamp }) => [path, stamp]);
}

const AT_REST: ReadonlySet<string> = new Set(['landed', 'cancelled']);
