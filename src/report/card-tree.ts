/**
 * The cards of all task files, with a stamp for every folder and file: looking again costs a stat per folder, and only what
 * changed is read. An edit in place changes no folder, so whoever relies on a card says which files to look at.
 */
import { join } from 'node:path';
import { type Card, cardOf } from '../policy/board.ts';
import { readOrdinaryTask } from '../record/ordinary-task.ts';
import { readRecordFile } from '../record/record-disk.ts';
import { listAgents, listTasksOf } from '../record/record-folder.ts';
import { isSameStamp, readStamp } from './file-stamp.ts';

/** `card` is null and `faults` is above 0 when the file is not a right task. */
export interface CardFile {
  path: string;
  stamp: string;
  card: Card | null;
  faults: number;
}

export interface CardFolder {
  agent: string;
  stamp: string;
  /** Of what lies there and is no task file. */
  faults: number;
  files: CardFile[];
}

export interface CardTree {
  /** Of `tasks/` itself. */
  stamp: string;
  faults: number;
  folders: CardFolder[];
}

export interface ScanOptions {
  /** Milliseconds since the epoch, taken before anything is looked at. */
  nowMs: number;
  /** Files to look at although their folder has not changed. */
  suspects: ReadonlySet<string> | 'all';
}

/** What is there now; `known` saves reading what has not changed since. Its files are not changed, only replaced. */
export async function scanCards(root: string, known: CardTree | null, options: ScanOptions): Promise<CardTree> {
  const stamp = stampAt(root, 'tasks', options);
  const isKnown = known !== null && isSameStamp(known.stamp, stamp);
  const listed = isKnown ? null : listAgents(root);
  const agents = listed?.agents ?? known?.folders.map(folder => folder.agent) ?? [];
  const before = new Map(known?.folders.map(folder => [folder.agent, folder]));
  const folders = agents.map(agent => scanFolder(root, agent, before.get(agent) ?? null, options));
  const tree = { stamp, faults: listed?.faults.length ?? known?.faults ?? 0, folders };
  await readOddFiles(root, tree);
  return tree;
}

const stampAt = (root: string, path: string, { nowMs }: ScanOptions): string => readStamp(join(root, path), nowMs);

function scanFolder(root: string, agent: string, known: CardFolder | null, options: ScanOptions): CardFolder {
  const stamp = stampAt(root, `tasks/${agent}`, options);
  if (known !== null && isSameStamp(known.stamp, stamp)) {
    const { suspects } = options;
    const isSuspect = (path: string): boolean => suspects === 'all' || suspects.has(path);
    const files = known.files.map(file => (isSuspect(file.path) ? look(root, file.path, file, options) : file));
    return { ...known, files };
  }
  const { files, faults } = listTasksOf(root, agent);
  const before = new Map(known?.files.map(file => [file.path, file]));
  return {
    agent,
    stamp,
    faults: faults.length,
    files: files.map(({ path }) => look(root, path, before.get(path), options)),
  };
}

function look(root: string, path: string, known: CardFile | undefined, options: ScanOptions): CardFile {
  const stamp = stampAt(root, path, options);
  return known !== undefined && isSameStamp(known.stamp, stamp) ? known : readCard(root, path, stamp);
}

/** No fault and no card: only the packages that read every form can tell what the file is. */
const isOdd = (file: CardFile): boolean => file.card === null && file.faults === 0;

function readCard(root: string, path: string, stamp: string): CardFile {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return { path, stamp, card: null, faults: 1 };
  const task = readOrdinaryTask(path, bytes.value);
  return { path, stamp, card: task === null ? null : cardOf(task), faults: 0 };
}

async function readOddFiles(root: string, tree: CardTree): Promise<void> {
  if (!tree.folders.some(folder => folder.files.some(isOdd))) return;
  // Seventy milliseconds of packages, for the files that need them.
  const { readTask } = await import('../record/read-task.ts');
  const judge = (file: CardFile): CardFile => {
    const read = readTask(root, file.path);
    return read.ok
      ? { ...file, card: cardOf(read.value.task), faults: 0 }
      : { ...file, card: null, faults: read.failure.length };
  };
  for (const folder of tree.folders) folder.files = folder.files.map(file => (isOdd(file) ? judge(file) : file));
}

/** All cards, each id once, and how much is wrong with the files. */
export function cardsOf(tree: CardTree): { cards: Card[]; faults: number } {
  const cards = new Map<string, Card>();
  let faults = tree.faults;
  for (const folder of tree.folders) {
    faults += folder.faults;
    for (const { card, faults: own } of folder.files) {
      faults += own;
      if (card === null) continue;
      // An id counts once; the file that takes it again is a fault.
      if (cards.has(card.id)) faults += 1;
      else cards.set(card.id, card);
    }
  }
  return { cards: [...cards.values()], faults };
}
