import { Shelf, type ShelfPlace, type ShelfTask } from '../baton/shelf.ts';
import { type Stored, taskStream } from '../domain/event.ts';
import { type Board, type BoardTask, buildBoard, type Card, type Standing } from '../policy/board.ts';
import { waitsForWork } from '../policy/escalation.ts';
import { foldStream } from '../policy/fold.ts';
import { briefOf, type TaskBrief } from '../policy/task-brief.ts';
import { agentPath, type CardTree } from './card-tree.ts';
import { readStamp } from './file-stamp.ts';
import { type IndexHead, writeIndex } from './index-file.ts';
import { type Glance, type GlanceOptions, isOfTask, listed, markOf, TASK_PREFIX, withLatest } from './seen.ts';
import { cardNamed, fileOf, lookAtFiles, putFile, type Watched } from './shelf-files.ts';
import { cellsOf, digestOf, type RowSource } from './status-digest.ts';

/** So many open tasks are watched beside those on the screen: an edit of theirs may move them into another group. */
const MOST_WATCHED = 150;
const OPEN: readonly Standing[] = [
  'blocked',
  'running',
  'submitted',
  'in_review',
  'queued',
  'ready',
  'deferred',
  'waiting',
];

const shelfPath = ({ indexPath }: GlanceOptions): string => `${indexPath}.rows`;

/** Who wrote last: as long as it is the same, the rows belong to the head that names it. */
const shelfStamp = (options: GlanceOptions): string => readStamp(shelfPath(options), Number.POSITIVE_INFINITY);

/** Everything anew. */
export function fillIndex(
  tree: CardTree,
  board: Board<TaskBrief>,
  briefs: readonly TaskBrief[],
  shown: readonly string[],
  options: GlanceOptions,
): { stamp: string; watched: Watched } {
  const shelf = Shelf.create(shelfPath(options));
  for (const brief of briefs) shelf.putBrief(brief.id, JSON.stringify(brief));
  for (const file of tree.files) putFile(shelf, file);
  const filed = new Set(tree.files.flatMap(({ card }) => (card === null ? [] : [card.id])));
  for (const task of board.values()) shelf.putTask(shelfTask(shelf, task, filed.has(task.card.id)));
  const watched = watchedOf(shelf, shown);
  shelf.commit();
  return { stamp: shelfStamp(options), watched };
}

/** Null when the rows do not belong to the head, or when only a look at everything can tell. */
export async function updateIndex(
  head: IndexHead,
  news: readonly Stored[],
  options: GlanceOptions,
): Promise<Glance | null> {
  const shelf = head.shelf === null ? null : Shelf.open(shelfPath(options));
  if (shelf === null) return null;
  let isDone = false;
  try {
    if (shelfStamp(options) !== head.shelf) return null;
    const files = await lookAtFiles(shelf, head, options);
    const reached = [...files.ids, ...foldNews(shelf, news, options)];
    if (head.waitsForWork || reached.some(id => isWaiting(shelf, id))) return null;
    if (options.baton.damaged().length > 0 || reached.some(id => shelf.cardsNamed(fileOf(id)).length > 1)) return null;
    settle(shelf, reached, options.today);
    const digest = digestOf(rowsOf(shelf));
    const next: IndexHead = {
      ...head,
      digest,
      faults: shelf.faults() + files.folders.reduce((sum, [, , faults]) => sum + faults, 0),
      folders: files.folders,
      watched: watchedOf(shelf, digest.shown),
      checkedAtMs: files.checkedAtMs,
      mark: markOf(news) ?? head.mark,
      latest: listed(withLatest(head.latest, news)),
      memo: options.memo,
      today: options.today,
    };
    const board = options.wantsBoard ? wholeBoard(shelf, options.today) : null;
    shelf.commit();
    isDone = true;
    writeIndex(options.indexPath, options.version, { ...next, shelf: shelfStamp(options) });
    return { digest, faults: next.faults, latest: new Map(next.latest), board };
  } finally {
    if (!isDone) shelf.abandon();
  }
}

/** A stream with news is folded from its beginning: it is short, and a brief is too little to go on from. */
function foldNews(shelf: Shelf, news: readonly Stored[], { baton }: GlanceOptions): string[] {
  const reached: string[] = [];
  for (const stream of new Set(news.filter(isOfTask).map(stored => stored.stream))) {
    const id = stream.slice(TASK_PREFIX.length);
    const state = foldStream(id, baton.read(taskStream(id)));
    if (state === null) continue;
    shelf.putBrief(id, JSON.stringify(briefOf(state)));
    // Whoever waits for it may not have to wait any longer, or may have to wait again.
    reached.push(id, ...shelf.dependents(id));
  }
  return reached;
}

const briefNamed = (shelf: Shelf, id: string): TaskBrief | null => {
  const found = shelf.brief(id);
  return found === null ? null : (JSON.parse(found.brief) as TaskBrief);
};

const isWaiting = (shelf: Shelf, id: string): boolean => {
  const brief = briefNamed(shelf, id);
  return brief !== null && waitsForWork(brief);
};

/** The standings of these tasks, by the board of them and of what they wait for. */
function settle(shelf: Shelf, reached: readonly string[], today: string): void {
  const ids = [...new Set(reached)];
  const cards = ids.map(id => cardNamed(shelf, fileOf(id))).filter(card => card !== null);
  const filed = new Set(cards.map(card => card.id));
  const needed = new Set([...ids, ...cards.flatMap(card => card.depends_on)]);
  const briefs = [...needed].map(id => briefNamed(shelf, id)).filter(brief => brief !== null);
  const board = buildBoard(cards, new Map(briefs.map(brief => [brief.id, brief])), today);
  for (const id of ids) {
    const task = board.get(id);
    if (task === undefined) shelf.dropTask(id);
    else shelf.putTask(shelfTask(shelf, task, filed.has(id)));
  }
}

/** Below every character that a folder may be named with, so that `a` comes before `a-b`, as in a list of folders. */
const BORDER = '\u0001';
/** Above all of them: tasks without a file come last, in the order in which they were taken in. */
const LAST = '\u007f';

function shelfTask(shelf: Shelf, task: BoardTask<TaskBrief>, hasFile: boolean): ShelfTask {
  const { id, agent } = task.card;
  const place = hasFile
    ? `${agent}${BORDER}${fileOf(id)}`
    : `${LAST}${String(shelf.brief(id)?.born ?? 0).padStart(12, '0')}`;
  return { id, standing: task.standing, place, cells: JSON.stringify(cellsOf(task)) };
}

const rowsOf = (shelf: Shelf): RowSource => ({
  counts: () => shelf.counts(),
  first: (standings, limit) =>
    // Written by `shelfTask`.
    shelf.first(standings, limit).map(({ id, cells }) => ({ id, cells: JSON.parse(cells) as string[] })),
});

function watchedOf(shelf: Shelf, shown: readonly string[]): Watched {
  const watched = new Map<string, string>();
  for (const id of shown) {
    const card = cardNamed(shelf, fileOf(id));
    const stamp = card === null ? null : shelf.stampOf(card.agent, fileOf(id));
    if (card !== null && stamp !== null) watched.set(`${agentPath(card.agent)}/${fileOf(id)}`, stamp);
  }
  const add = ({ agent, name, stamp }: ShelfPlace): unknown => watched.set(`${agentPath(agent)}/${name}`, stamp);
  shelf.unsure(MOST_WATCHED).forEach(add);
  for (const standing of OPEN)
    if (watched.size < MOST_WATCHED) shelf.filesOf(standing, MOST_WATCHED - watched.size).forEach(add);
  return [...watched];
}

function wholeBoard(shelf: Shelf, today: string): Board<TaskBrief> {
  const { cards, briefs } = shelf.everything();
  const states = briefs.map(text => JSON.parse(text) as TaskBrief);
  return buildBoard(
    cards.map(text => JSON.parse(text) as Card),
    new Map(states.map(brief => [brief.id, brief])),
    today,
  );
}
