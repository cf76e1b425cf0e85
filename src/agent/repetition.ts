/**
 * Notices a model that makes the same call with the same result over and over: loops like that have cost real money.
 * Looking again after a change is no repetition, even when what is seen stays the same.
 */
import type { ToolCall } from '../model/claude.ts';

const HINT_AT = 3;
const STOP_AT = 5;
const CHANGING: ReadonlySet<string> = new Set(['write', 'edit']);

export function repetitionWatch(): { note(call: ToolCall, result: string): 'fine' | 'hint' | 'stop' } {
  const looks = new Map<string, number>();
  const changes = new Map<string, number>();
  return {
    note: (call, result) => {
      const key = `${call.name}\0${call.raw}\0${result}`;
      const seen = CHANGING.has(call.name) ? changes : looks;
      const count = (seen.get(key) ?? 0) + 1;
      if (seen === changes && count === 1) looks.clear();
      seen.set(key, count);
      if (count >= STOP_AT) return 'stop';
      return count >= HINT_AT ? 'hint' : 'fine';
    },
  };
}
