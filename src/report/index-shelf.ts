/**
 * The index beyond its head, in rows: cards, briefs and standings. One change costs the look at one folder and the standing
 * of the tasks that the change can reach; their standings come from the same board as everybody's.
 */
import { join } from 'node:path';
import { Shelf, type ShelfPlace, type ShelfTask } from '../baton/shelf.ts';
import { type Stored, taskStream } from '../domain/event.ts';
import { type Board, type BoardTask, buildBoard, type Card, type Standing } from '../policy/board.ts';
import { waitsForWork } from '../policy/escalation.ts';
import { foldStream } from '../policy/fold.ts';
import { briefOf, type TaskBrief } from '../policy/task-brief.ts';
import { listAgents, listTasksOf } from '../record/record-folder.ts';
import { agentPath, type CardFile, type CardTree, readCards } from './card-tree.ts';
import { isSameStamp, readStamp } from './file-stamp.ts';
import { type IndexHead, writeIndex } from './index-file.ts';
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

type Watched = IndexHead['watched'];

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

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const agentOf = (path: string): string => path.slice('tasks/'.length, path.lastIndexOf('/'));
const fileOf = (id: string): string => `${id}.md`;
const idOf = (name: string): string => name.slice(0, -'.md'.length);

function putFile(shelf: Shelf, { path, stamp, faults, card }: CardFile): void {
  shelf.putFile(agentOf(path), nameOf(path), stamp, faults, card === null ? null : JSON.stringify(card));
  shelf.addNeeds(idOf(nameOf(path)), card?.depends_on ?? []);
}

function replaceFile(shelf: Shelf, file: CardFile): void {
  shelf.dropNeeds(idOf(nameOf(file.path)));
  putFile(shelf, file);
}

interface Looked {
  /** Ids whose files came, changed or went. */
  ids: string[];
  folders: IndexHead['folders'];
  checkedAtMs: number;
}

async function lookAtFiles(shelf: Shelf, head: IndexHead, options: GlanceOptions): Promise<Looked> {
  const { root, nowMs } = options;
  const age = nowMs - head.checkedAtMs;
  const everyFile = options.wantsBoard || age < 0 || age > CHECK_ALL_MS;
  const before = new Map(head.folders.map(([path, stamp, faults]) => [path, { stamp, faults }]));
  const top = readStamp(join(root, 'tasks'), nowMs);
  const known = before.get('tasks');
  const fresh = known !== undefined && isSameStamp(known.stamp, top) ? null : listAgents(root);
  const agents = fresh?.agents ?? [...before.keys()].filter(path => path !== 'tasks').map(path => nameOf(path));
  const folders: Looked['folders'] = [['tasks', top, fresh?.faults.length ?? known?.faults ?? 0]];
  const ids: string[] = [];
  const seen = new Set<string>();
  for (const agent of agents) {
    const path = agentPath(agent);
    const old = before.get(path);
    const stamp = readStamp(join(root, path), nowMs);
    const isSame = old !== undefined && isSameStamp(old.stamp, stamp);
    const folder = isSame && !everyFile ? null : listTasksOf(root, agent);
    if (folder !== null) {
      seen.add(agent);
      ids.push(...(await lookIntoFolder(shelf, agent, folder.files, options)));
    }
    folders.push([path, stamp, folder?.faults.length ?? old?.faults ?? 0]);
  }
  for (const path of before.keys()) {
    const isGone = path !== 'tasks' && !agents.includes(nameOf(path));
    if (!isGone) continue;
    seen.add(nameOf(path));
    ids.push(...(await lookIntoFolder(shelf, nameOf(path), [], options)));
  }
  const unseen = head.watched.filter(([path]) => !seen.has(agentOf(path)));
  ids.push(...(await lookAtWatched(shelf, unseen, options)));
  return { ids, folders, checkedAtMs: everyFile ? nowMs : head.checkedAtMs };
}

/** Every file of a folder: a file that replaced another has changed the folder and not its list of names. */
async function lookIntoFolder(
  shelf: Shelf,
  agent: string,
  files: readonly { path: string }[],
  options: GlanceOptions,
): Promise<string[]> {
  const known = shelf.stampsOf(agent);
  const changed: { path: string; stamp: string }[] = [];
  for (const { path } of files) {
    const [name, stamp] = [nameOf(path), readStamp(`${options.root}/${path}`, options.nowMs)];
    if (!isSameStamp(known.get(name), stamp)) changed.push({ path, stamp });
    known.delete(name);
  }
  for (const file of await readCards(options.root, changed)) replaceFile(shelf, file);
  for (const name of known.keys()) {
    shelf.dropFile(agent, name);
    shelf.dropNeeds(idOf(name));
    shelf.addNeeds(idOf(name), cardNamed(shelf, name)?.depends_on ?? []);
  }
  return [...changed.map(({ path }) => nameOf(path)), ...known.keys()].map(idOf);
}

/** Files that may have been edited in place. One that is gone has changed its folder, and was seen there. */
async function lookAtWatched(shelf: Shelf, watched: Watched, options: GlanceOptions): Promise<string[]> {
  const changed: { path: string; stamp: string }[] = [];
  for (const [path, known] of watched) {
    const stamp = readStamp(`${options.root}/${path}`, options.nowMs);
    if (!isSameStamp(known, stamp)) changed.push({ path, stamp });
  }
  for (const file of await readCards(options.root, changed)) replaceFile(shelf, file);
  return changed.map(({ path }) => idOf(nameOf(path)));
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

// What the shelf holds was written by `putFile` and `foldNews` of this very version, and nobody has touched it since.
const cardNamed = (shelf: Shelf, name: string): Card | null => {
  const [text] = shelf.cardsNamed(name);
  return text === undefined ? null : (JSON.parse(text) as Card);
};
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
