/** Estimated durations as people write them: `45 minutes`, `1-2 hours`, `1h 30m`. */

const SINGLE = /(\d+(?:\.\d+)?)\s*(h|hours?|m|min|mins|minutes?)(?![a-z])/gi;
const RANGE = /^(?:about |~)?(\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)\s*(h|hours?|m|min|mins|minutes?)$/i;

const inMinutes = (amount: string, unit: string): number =>
  Number(amount) * (unit.toLowerCase().startsWith('h') ? 60 : 1);

/** Least and most minutes; null when no duration stands there. */
export function readMinutes(text: string): [least: number, most: number] | null {
  const trimmed = text.trim();
  const range = RANGE.exec(trimmed);
  if (range) return [inMinutes(range[1] ?? '', range[3] ?? ''), inMinutes(range[2] ?? '', range[3] ?? '')];
  const parts = [...trimmed.matchAll(SINGLE)];
  const rest = trimmed
    .replace(SINGLE, '')
    .replace(/^(?:about|~)/, '')
    .trim();
  if (parts.length === 0 || rest !== '') return null;
  const sum = parts.reduce((total, part) => total + inMinutes(part[1] ?? '', part[2] ?? ''), 0);
  return [sum, sum];
}

/** `20-40 min`, or `20 min` when both ends are the same. */
export const writeMinutes = ([least, most]: readonly [number, number]): string =>
  least === most ? `${least} min` : `${least}-${most} min`;
