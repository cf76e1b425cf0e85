/** What the index knows of task files, beside what lies in the folders now. */
import { join } from 'node:path';
import type { Shelf } from '../baton/shelf.ts';
import type { Card } from '../policy/board.ts';
import { listAgents, listTasksOf } from '../record/record-folder.ts';
import { agentPath, type CardFile, readCards } from './card-tree.ts';
import { ABSENT, isSameStamp, readStamp } from './file-stamp.ts';
import type { IndexHead } from './index-file.ts';
import { CHECK_ALL_MS, type GlanceOptions } from './seen.ts';

export type Watched = IndexHead['watched'];

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const agentOf = (path: string): string => path.slice('tasks/'.length, path.lastIndexOf('/'));
export const fileOf = (id: string): string => `${id}.md`;
const idOf = (name: string): string => name.slice(0, -'.md'.length);

export function putFile(shelf: Shelf, { path, stamp, faults, card }: CardFile): void {
  shelf.putFile(agentOf(path), nameOf(path), stamp, faults, card === null ? null : JSON.stringify(card));
  shelf.addNeeds(idOf(nameOf(path)), card?.depends_on ?? []);
}

function replaceFile(shelf: Shelf, file: CardFile): void {
  shelf.dropNeeds(idOf(nameOf(file.path)));
  putFile(shelf, file);
}

// What the shelf holds was written by `putFile` and `foldNews` of this very version, and nobody has touched it since.
export const cardNamed = (shelf: Shelf, name: string): Card | null => {
  const [text] = shelf.cardsNamed(name);
  return text === undefined ? null : (JSON.parse(text) as Card);
};

interface Looked {
  /** Ids whose files came, changed or went. */
  ids: string[];
  folders: IndexHead['folders'];
  checkedAtMs: number;
}

export async function lookAtFiles(shelf: Shelf, head: IndexHead, options: GlanceOptions): Promise<Looked> {
  const { root, nowMs } = options;
  const age = nowMs - head.checkedAtMs;
  const everyFile = options.wantsBoard || age < 0 || age > CHECK_ALL_MS;
  const before = new Map(head.folders.map(([path, stamp, faults]) => [path, { stamp, faults }]));
  const top = readStamp(join(root, 'tasks'), nowMs);
  const known = before.get('tasks');
  const fresh = known !== undefined && isSameStamp(known.stamp, top) ? null : listAgents(root);
  const agents = fresh?.agents ?? [...before.keys()].filter(path => path !== 'tasks').map(path => nameOf(path));
  const folders: Looked['folders'] = [['tasks', top, fresh?.faults.length ?? known?.faults ?? 0]];
  const paths: string[] = [];
  for (const agent of agents) {
    const path = agentPath(agent);
    const old = before.get(path);
    const stamp = readStamp(join(root, path), nowMs);
    const isSame = old !== undefined && isSameStamp(old.stamp, stamp);
    const folder = isSame && !everyFile ? null : listTasksOf(root, agent);
    if (folder !== null) paths.push(...(await lookIntoFolder(shelf, agent, folder.files, everyFile, options)));
    folders.push([path, stamp, folder?.faults.length ?? old?.faults ?? 0]);
  }
  for (const path of before.keys()) {
    const isGone = path !== 'tasks' && !agents.includes(nameOf(path));
    if (isGone) paths.push(...(await lookIntoFolder(shelf, nameOf(path), [], everyFile, options)));
  }
  // By path and not by id: a second file of an id says nothing of the first.
  const seen = new Set(paths);
  const unseen = head.watched.filter(([path]) => !seen.has(path));
  paths.push(...(await lookAtWatched(shelf, unseen, options)));
  return { ids: paths.map(path => idOf(nameOf(path))), folders, checkedAtMs: everyFile ? nowMs : head.checkedAtMs };
}

/**
 * What came and what went says why a folder is another one. Where nothing did, a file took the place of another of its
 * name, and each is looked at. Gives the paths of what came, changed or went.
 */
async function lookIntoFolder(
  shelf: Shelf,
  agent: string,
  files: readonly { path: string }[],
  everyFile: boolean,
  options: GlanceOptions,
): Promise<string[]> {
  const gone = new Set(shelf.namesOf(agent));
  const came = files.filter(({ path }) => !gone.delete(nameOf(path)));
  const isExplained = came.length > 0 || gone.size > 0;
  const changed = isExplained && !everyFile ? stamped(came, options) : changedOf(shelf, agent, files, options);
  for (const file of await readCards(options.root, changed)) replaceFile(shelf, file);
  for (const name of gone) {
    shelf.dropFile(agent, name);
    shelf.dropNeeds(idOf(name));
    shelf.addNeeds(idOf(name), cardNamed(shelf, name)?.depends_on ?? []);
  }
  return [...changed.map(({ path }) => path), ...[...gone].map(name => `${agentPath(agent)}/${name}`)];
}

type Stamped = { path: string; stamp: string };

const stamped = (files: readonly { path: string }[], { root, nowMs }: GlanceOptions): Stamped[] =>
  files.map(({ path }) => ({ path, stamp: readStamp(`${root}/${path}`, nowMs) }));

function changedOf(shelf: Shelf, agent: string, files: readonly { path: string }[], options: GlanceOptions): Stamped[] {
  const known = shelf.stampsOf(agent);
  return stamped(files, options).filter(({ path, stamp }) => !isSameStamp(known.get(nameOf(path)), stamp));
}

/** Files that may have been edited in place or replaced. One that is gone has changed its folder, and was seen there. */
async function lookAtWatched(shelf: Shelf, watched: Watched, options: GlanceOptions): Promise<string[]> {
  const known = new Map(watched);
  const paths = watched.map(([path]) => ({ path }));
  const changed = stamped(paths, options).filter(
    ({ path, stamp }) => stamp !== ABSENT && !isSameStamp(known.get(path), stamp),
  );
  for (const file of await readCards(options.root, changed)) replaceFile(shelf, file);
  return changed.map(({ path }) => path);
}
