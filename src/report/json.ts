/** Values as programs read them: snake_case keys like the task files, money as decimal dollars in text. */
import { usdText } from '../domain/money.ts';

/** Keys whose numbers are nano-dollars inside and dollars outside. */
const MONEY: ReadonlySet<string> = new Set(['cost']);

const snakeCase = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

export function jsonValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map) return jsonValue(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      MONEY.has(key) && typeof inner === 'number' ? [`${key}_usd`, usdText(inner)] : [snakeCase(key), jsonValue(inner)],
    ),
  );
}
