/** Where two values part, apart from what only says when something was or how long it took. */

export interface Difference {
  /** The way to it, such as `content[0].text`; empty for the whole. */
  path: string;
  /** Of texts the first line that differs. */
  recorded: string;
  now: string;
}

/** Durations and moments, as test runners and clocks print them: they differ each time and say nothing. */
const PASSING: readonly RegExp[] = [
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b\d{1,2}:\d\d:\d\d(?:\.\d+)?\b/g,
  /\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|secs?|seconds?|m|mins?|minutes?)\b/g,
  /\b(?:duration|elapsed|time|took)(?:_ms)?["':= ]+\d+(?:\.\d+)?/gi,
];

/** The text without what passes. */
export const lasting = (text: string): string => PASSING.reduce((rest, pattern) => rest.replace(pattern, '·'), text);

/** The first place at which they differ; null when only times do, or nothing at all. */
export function firstDifference(recorded: unknown, now: unknown, path = ''): Difference | null {
  if (typeof recorded === 'string' && typeof now === 'string') return textDifference(recorded, now, path);
  if (isObject(recorded) && isObject(now) && Array.isArray(recorded) === Array.isArray(now)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(now)])) {
      const found = firstDifference(ownOf(recorded, key), ownOf(now, key), stepOf(path, key, Array.isArray(now)));
      if (found !== null) return found;
    }
    return null;
  }
  return Object.is(recorded, now) ? null : { path, recorded: shown(recorded), now: shown(now) };
}

function textDifference(recorded: string, now: string, path: string): Difference | null {
  if (recorded === now || lasting(recorded) === lasting(now)) return null;
  const [before, after] = [recorded.split('\n'), now.split('\n')];
  const at = before.findIndex((line, index) => lasting(line) !== lasting(after[index] ?? ''));
  const line = at < 0 ? before.length : at;
  return { path, recorded: before[line] ?? '(nothing)', now: after[line] ?? '(nothing)' };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What it inherits is none of its own: a key may be called as anything. */
const ownOf = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

const stepOf = (path: string, key: string, isList: boolean): string =>
  isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;

const shown = (value: unknown): string => (value === undefined ? '(nothing)' : JSON.stringify(value));
