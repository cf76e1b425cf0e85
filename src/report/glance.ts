/**
 * The board at a glance: what one command needs that looks once and ends. It uses the index where everything in it still
 * holds, brings it up to date where something has changed, and gives the same answer without it.
 */
import type { Baton } from '../baton/baton.ts';
import type { Stored } from '../domain/event.ts';
import { type Board, buildBoard } from '../policy/board.ts';
import { foldStream, foldTask } from '../policy/fold.ts';
import { briefOf, type TaskBrief } from '../policy/task-brief.ts';
import type { TaskState } from '../policy/task-state.ts';
import { type CardFile, type CardTree, cardsOf, scanCards } from './card-tree.ts';
import { isSameStamp, readStamp, UNSETTLED } from './file-stamp.ts';
import { type IndexBody, packBody, unpackBody } from './index-body.ts';
import { type IndexFile, type IndexHead, type LogMark, writeIndex } from './index-file.ts';
import { digestOf, type StatusDigest, shownTasks } from './status-digest.ts';

/** The last event of each kind, by stream, for streams other than those of tasks. */
export type LatestEvents = ReadonlyMap<string, readonly Stored[]>;

export interface Glance {
  digest: StatusDigest;
  faults: number;
  latest: LatestEvents;
  /** Only where it was asked for. */
  board: Board<TaskBrief> | null;
}

export interface GlanceOptions {
  root: string;
  baton: Baton;
  /** The index as it was found, and where the new one goes. */
  index: IndexFile | null;
  indexPath: string;
  version: string;
  nowMs: number;
  /** True when every task is shown: then every file is looked at. */
  wantsBoard: boolean;
  /** Kept in the index as it is. */
  memo: Record<string, string>;
}

/** All files are looked at this often, whether or not their folders have changed. */
const CHECK_ALL_MS = 600_000;
/** So many open tasks are watched beside those on the screen: an edit of theirs may move them into another group. */
const MOST_WATCHED = 300;
/** So many events that concern no task are read again and again before they are worth a new index. */
const MOST_NEWS = 100;

export async function glance(options: GlanceOptions): Promise<Glance> {
  const head = usableHead(options);
  const news = options.baton.after(head?.mark?.position ?? 0);
  const isStill = head !== null && !news.some(isOfTask);
  if (isStill && isUnchanged(head, options)) {
    const latest = withLatest(head.latest, news);
    if (news.length > MOST_NEWS || !isSameMemo(head.memo, options.memo)) keepHead(head, latest, news, options);
    return { digest: head.digest, faults: head.faults, latest, board: null };
  }
  return await lookAgain(head, news, options);
}

const isOfTask = (stored: Stored): boolean => stored.stream.startsWith(TASK_PREFIX);
const TASK_PREFIX = 'task/';

/** The head, if it is about this checkout and about this log. */
function usableHead({ index, root, baton }: GlanceOptions): IndexHead | null {
  if (index === null || index.head.root !== root) return null;
  const { mark } = index.head;
  if (mark === null) return index.head;
  const [found] = baton.after(mark.position - 1, 1);
  const isSame =
    found?.position === mark.position && found.stream === mark.stream && found.seq === mark.seq && found.at === mark.at;
  return isSame ? index.head : null;
}

function isUnchanged(head: IndexHead, { root, nowMs, wantsBoard }: GlanceOptions): boolean {
  const age = nowMs - head.checkedAtMs;
  if (wantsBoard || age < 0 || age > CHECK_ALL_MS) return false;
  return [...head.folders, ...head.watched].every(([path, stamp]) =>
    isSameStamp(stamp, readStamp(`${root}/${path}`, nowMs)),
  );
}

const isSameMemo = (before: Record<string, string>, now: Record<string, string>): boolean =>
  Object.keys(now).every(key => before[key] === now[key]);

/** The body stays as it is. */
function keepHead(head: IndexHead, latest: LatestEvents, news: readonly Stored[], options: GlanceOptions): void {
  const body = options.index?.body() ?? null;
  if (body === null) return;
  const next = { ...head, latest: listed(latest), mark: markOf(news) ?? head.mark, memo: options.memo };
  writeIndex(options.indexPath, options.version, next, body);
}

const listed = (latest: LatestEvents): IndexHead['latest'] =>
  [...latest].map(([stream, events]) => [stream, [...events]]);

function markOf(news: readonly Stored[]): LogMark | null {
  const last = news.at(-1);
  return last === undefined ? null : { position: last.position, stream: last.stream, seq: last.seq, at: last.at };
}

async function lookAgain(found: IndexHead | null, news: readonly Stored[], options: GlanceOptions): Promise<Glance> {
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

/** Streams of worktrees and plans are many and nobody asks for them here. */
const isKept = (stream: string): boolean => stream === 'lead' || stream.startsWith('target/');

function withLatest(before: IndexHead['latest'], news: readonly Stored[]): LatestEvents {
  const latest = new Map(before.map(([stream, events]) => [stream, events]));
  for (const stored of news) {
    if (!isKept(stored.stream)) continue;
    const others = (latest.get(stored.stream) ?? []).filter(known => known.event.kind !== stored.event.kind);
    latest.set(stored.stream, [...others, stored]);
  }
  return latest;
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
