/**
 * The board at a glance: what one command needs that looks once and ends. It uses the index where everything in it still
 * holds, brings it up to date where something has changed, and gives the same answer without it.
 */
import { isSameStamp, readStamp } from './file-stamp.ts';
import { type IndexHead, writeIndex } from './index-file.ts';
import { CHECK_ALL_MS, type Glance, type GlanceOptions, isOfTask, listed, markOf, withLatest } from './seen.ts';

/** So many events that concern no task are read again and again before they are worth a new index. */
const MOST_NEWS = 100;

export async function glance(options: GlanceOptions): Promise<Glance> {
  const head = usableHead(options);
  const news = options.baton.after(head?.mark?.position ?? 0);
  const isStill = head !== null && !news.some(isOfTask);
  if (isStill && isUnchanged(head, options)) {
    const latest = withLatest(head.latest, news);
    if (news.length > MOST_NEWS || !isSameMemo(head.memo, options.memo)) {
      const next = { ...head, latest: listed(latest), mark: markOf(news) ?? head.mark, memo: options.memo };
      writeIndex(options.indexPath, options.version, next);
    }
    return { digest: head.digest, faults: head.faults, latest, board: null };
  }
  // Everything behind this line is loaded only when something has changed.
  const { lookAgain } = await import('./look-again.ts');
  return await lookAgain(head, news, options);
}

/** The head, if it is about this checkout, about this log, and about this day where days matter. */
function usableHead({ index, root, baton, today }: GlanceOptions): IndexHead | null {
  if (index === null || index.root !== root) return null;
  if (index.today !== today && index.digest.hasDeferred) return null;
  const { mark } = index;
  if (mark === null) return index;
  const [found] = baton.after(mark.position - 1, 1);
  const isSame =
    found?.position === mark.position && found.stream === mark.stream && found.seq === mark.seq && found.at === mark.at;
  return isSame ? index : null;
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
