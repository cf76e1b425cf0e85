/** The cards of task files: read from disk one by one, with a stamp for each, and without what a card does not need. */
import { join } from 'node:path';
import { type Card, cardOf } from '../policy/board.ts';
import { readOrdinaryTask } from '../record/ordinary-task.ts';
import { readListedFile } from '../record/record-disk.ts';
import { listAgents, listTasksOf } from '../record/record-folder.ts';
import { readStamp } from './file-stamp.ts';

/** `card` is null and `faults` is above 0 when the file is not a right task. */
export interface CardFile {
  path: string;
  stamp: string;
  card: Card | null;
  faults: number;
}

/** A folder with its stamp, and how many faults there are of things in it that are no task files. */
export interface CardFolder {
  path: string;
  stamp: string;
  faults: number;
}

export interface CardTree {
  /** `tasks`, then the folders of the agents. */
  folders: CardFolder[];
  files: CardFile[];
}

export const agentPath = (agent: string): string => `tasks/${agent}`;

/** Everything that is there. `nowMs` was taken before. */
export async function readTree(root: string, nowMs: number): Promise<CardTree> {
  const top = readStamp(join(root, 'tasks'), nowMs);
  const { agents, faults } = listAgents(root);
  const listed = agents.map(agent => {
    const stamp = readStamp(join(root, agentPath(agent)), nowMs);
    return { agent, stamp, ...listTasksOf(root, agent) };
  });
  const paths = listed.flatMap(({ files }) => files.map(file => file.path));
  return {
    folders: [
      { path: 'tasks', stamp: top, faults: faults.length },
      ...listed.map(({ agent, stamp, faults: own }) => ({ path: agentPath(agent), stamp, faults: own.length })),
    ],
    files: await readCards(
      root,
      paths.map(path => ({ path, stamp: readStamp(join(root, path), nowMs) })),
    ),
  };
}

/** Reads files whose stamps were taken before, of folders that were listed before that. */
export async function readCards(root: string, files: readonly { path: string; stamp: string }[]): Promise<CardFile[]> {
  const read = files.map(({ path, stamp }) => readCard(root, path, stamp));
  if (!read.some(isOdd)) return read;
  // Seventy milliseconds of packages, for the files that need them.
  const { readTask } = await import('../record/read-task.ts');
  return read.map(file => {
    if (!isOdd(file)) return file;
    const judged = readTask(root, file.path);
    return judged.ok
      ? { ...file, card: cardOf(judged.value.task) }
      : { ...file, faults: Math.max(1, judged.failure.length) };
  });
}

/** No fault and no card: only the packages that read every form can tell what the file is. */
const isOdd = (file: CardFile): boolean => file.card === null && file.faults === 0;

function readCard(root: string, path: string, stamp: string): CardFile {
  const bytes = readListedFile(root, path);
  if (!bytes.ok) return { path, stamp, card: null, faults: 1 };
  const task = readOrdinaryTask(path, bytes.value);
  return { path, stamp, card: task === null ? null : cardOf(task), faults: 0 };
}

/** All cards, each id once; a file that takes an id again is a fault. */
export function cardsOf(tree: CardTree): { cards: Card[]; faults: number; hasTwins: boolean } {
  const cards = new Map<string, Card>();
  let faults = tree.folders.reduce((sum, folder) => sum + folder.faults, 0);
  let twins = 0;
  for (const { card, faults: own } of tree.files) {
    faults += own;
    if (card === null) continue;
    if (cards.has(card.id)) twins += 1;
    else cards.set(card.id, card);
  }
  return { cards: [...cards.values()], faults: faults + twins, hasTwins: twins > 0 };
}
