/** Values as programs read them: snake_case keys like the task files, money as decimal dollars in text. */
import { usdText } from '../domain/money.ts';

/** Keys whose numbers are nano-dollars inside and dollars outside; those of an estimate are all of this sort. */
const MONEY: ReadonlySet<string> = new Set(['cost', 'reviewCost']);

const snakeCase = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

export function jsonValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map) return jsonValue(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value;
  const isEstimate = 'likely' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      (isEstimate || MONEY.has(key)) && typeof inner === 'number'
        ? [`${snakeCase(key)}_usd`, usdText(inner)]
        : [snakeCase(key), jsonValue(inner)],
    ),
  );
}
