/** The board when something has changed: where the index can say what has not, only the rest is looked at. */
import { StateUnavailable } from '../baton/state-unavailable.ts';
import type { Stored } from '../domain/event.ts';
import { ownText } from '../domain/names.ts';
import { buildBoard } from '../policy/board.ts';
import { waitsForWork } from '../policy/escalation.ts';
import { foldTask } from '../policy/fold.ts';
import { briefOf, type TaskBrief } from '../policy/task-brief.ts';
import type { TaskState } from '../policy/task-state.ts';
import { cardsOf, readTree } from './card-tree.ts';
import { type IndexHead, writeIndex } from './index-file.ts';
import { fillIndex, updateIndex } from './index-shelf.ts';
import { type Glance, type GlanceOptions, isOfTask, listed, markOf, TASK_PREFIX, withLatest } from './seen.ts';
import { digestOf, rowsOfBoard } from './status-digest.ts';

/** Looks at what has changed, and puts it into the index. `news` are the events that `found` does not have. */
export async function lookAgain(
  found: IndexHead | null,
  news: readonly Stored[],
  options: GlanceOptions,
): Promise<Glance> {
  const seen = found === null ? null : await unlessUnavailable(() => updateIndex(found, news, options));
  return seen ?? (await lookAtAll(found === null ? news : options.baton.after(0), options));
}

/** A cache that cannot be read or written is done without. */
async function unlessUnavailable<Value>(use: () => Promise<Value>): Promise<Value | null> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof StateUnavailable) return null;
    throw error;
  }
}

async function lookAtAll(events: readonly Stored[], options: GlanceOptions): Promise<Glance> {
  const tree = await readTree(options.root, options.nowMs);
  const briefs = foldAll(events);
  const { cards, faults, hasTwins } = cardsOf(tree);
  const board = buildBoard(cards, briefs, options.today);
  const digest = digestOf(rowsOfBoard(board));
  const latest = withLatest([], events);
  // Damage is told each time, and two files of one name depend on each other, so neither is kept.
  if (options.baton.damaged().length > 0 || hasTwins) return { digest, faults, latest, board };
  await unlessUnavailable(async () => {
    const { stamp, watched } = fillIndex(tree, board, [...briefs.values()], digest.shown, options);
    writeIndex(options.indexPath, options.version, {
      root: options.root,
      digest,
      faults,
      folders: tree.folders.map(folder => [folder.path, folder.stamp, folder.faults]),
      watched,
      checkedAtMs: options.nowMs,
      waitsForWork: [...briefs.values()].some(waitsForWork),
      mark: markOf(events),
      latest: listed(latest),
      shelf: stamp,
      memo: options.memo,
      today: options.today,
    });
  });
  return { digest, faults, latest, board };
}

function foldAll(events: readonly Stored[]): Map<string, TaskBrief> {
  const states = new Map<string, TaskState>();
  for (const stored of events.filter(isOfTask)) {
    const id = ownText(stored.stream.slice(TASK_PREFIX.length));
    const next = foldTask(id, states.get(id) ?? null, stored);
    if (next !== null) states.set(id, next);
  }
  return new Map([...states].map(([id, state]) => [id, briefOf(state)]));
}
