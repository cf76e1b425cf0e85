/** When money comes back: the user's own days, and weeks that begin on Monday. */

/** A local date as people write it, `2026-11-23`. */
function dateText(date: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The local date on which the next day or week begins. */
export function nextBegins(period: 'day' | 'week', now: Date): string {
  const days = period === 'day' ? 1 : 8 - (now.getDay() || 7);
  return dateText(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));
}
