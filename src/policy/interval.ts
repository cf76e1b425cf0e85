/** How far a share can be trusted: the Wilson interval, which stays honest for a handful of tasks. */

export interface Interval {
  low: number;
  high: number;
}

/** 95 in 100. */
const Z = 1.959964;

/** Of `hits` among `total`; nothing seen says nothing, so the interval is everything. */
export function wilson(hits: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 };
  const share = hits / total;
  const scale = 1 + Z ** 2 / total;
  const middle = (share + Z ** 2 / (2 * total)) / scale;
  const reach = (Z / scale) * Math.sqrt((share * (1 - share)) / total + Z ** 2 / (4 * total ** 2));
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

export type Strength = 'none' | 'very weak' | 'weak' | 'fair' | 'strong';

/** In words, by the width of the interval. */
export function strengthOf({ low, high }: Interval, total: number): Strength {
  if (total === 0) return 'none';
  const width = high - low;
  if (width > 0.5) return 'very weak';
  if (width > 0.3) return 'weak';
  return width > 0.15 ? 'fair' : 'strong';
}
