/** What somebody who looks elsewhere should hear of: that they are needed, that it is finished, that it has stopped. */
import type { BoardSnapshot } from '../../src/board/view.ts';

export interface News {
  kind: 'needs you' | 'finished' | 'stopped';
  title: string;
  body: string;
}

const DONE: ReadonlySet<string> = new Set(['landed', 'cancelled']);

/** At most one of each kind, however much has happened between the two boards; nothing about a past moment. */
export function newsBetween(before: BoardSnapshot, after: BoardSnapshot): News[] {
  if (before.isPast || after.isPast) return [];
  return [asking(before, after), finished(before, after), stopped(before, after)].filter(found => found !== null);
}

function asking(before: BoardSnapshot, after: BoardSnapshot): News | null {
  const known = new Set(before.tasks.filter(({ standing }) => standing === 'blocked').map(({ id }) => id));
  const fresh = after.tasks.filter(({ id, standing }) => standing === 'blocked' && !known.has(id));
  const [first] = fresh;
  if (first === undefined) return null;
  const title = fresh.length === 1 ? `${first.id} needs you` : `${fresh.length} tasks need you`;
  const body = fresh.length === 1 ? (first.blocker?.need ?? first.title) : fresh.map(({ id }) => id).join(', ');
  return { kind: 'needs you', title, body };
}

const isFinished = ({ tasks }: BoardSnapshot): boolean =>
  tasks.length > 0 && tasks.every(({ standing }) => DONE.has(standing));

function finished(before: BoardSnapshot, after: BoardSnapshot): News | null {
  if (isFinished(before) || !isFinished(after)) return null;
  const landed = after.tasks.filter(({ standing }) => standing === 'landed').length;
  return { kind: 'finished', title: 'Everything is done', body: `${landed} of ${after.tasks.length} tasks landed` };
}

/** A pause is somebody's word; a conductor that has gone while work is left may not be. */
function stopped(before: BoardSnapshot, after: BoardSnapshot): News | null {
  if (!before.isPaused && after.isPaused)
    return { kind: 'stopped', title: 'All work is paused', body: after.notices[0]?.text ?? '' };
  const left = after.tasks.filter(({ standing }) => !DONE.has(standing)).length;
  if (before.conducting === null || after.conducting !== null || left === 0) return null;
  return {
    kind: 'stopped',
    title: 'No conductor runs any more',
    body: `${left} ${left === 1 ? 'task is' : 'tasks are'} not done`,
  };
}
