/** `kleiber status --watch`: the same screen again when something has happened, and on no terminal a line per event. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { BoardDesk, idOf } from '../support/board-desk.ts';

let desk: BoardDesk;

beforeAll(async () => {
  desk = await BoardDesk.open();
});

afterAll(() => desk.close());

/** Runs until what was printed matches, and gives all of it. */
async function watchUntil(isTTY: boolean, pattern: RegExp, begin: (printed: string) => void): Promise<string> {
  const stopping = new AbortController();
  let printed = '';
  let hasBegun = false;
  const write = (text: string): void => {
    printed += text;
    if (pattern.test(printed)) stopping.abort();
    else if (!hasBegun && printed.includes('needs you')) {
      hasBegun = true;
      setImmediate(() => begin(printed));
    }
  };
  const stream = { write, isTTY, columns: 100 };
  const code = await runProgram(['status', '--watch'], {
    ...desk.context,
    stdout: stream,
    stderr: stream,
    stopping: stopping.signal,
  });
  expect(code).toBe(0);
  return printed;
}

test('a terminal shows the screen anew, and keeps the last one when it ends', async () => {
  const answered = /working[\s\S]*10-limits/;
  const printed = await watchUntil(true, answered, () => desk.claim('10-limits', 1, 'sonnet'));
  expect(printed).toContain('\u001b[?1049h');
  expect(printed.split('\u001b[?1049l')[1]).toMatch(answered);
});

test('a pipe gets the screen once and then a line per event, without any escape', async () => {
  const printed = await watchUntil(false, /10-limits .*handed in/, () => desk.submit('10-limits', 1, 0.1));
  expect(printed).not.toContain('\u001b');
  expect(printed.match(/needs you/g)).toHaveLength(1);
  expect(printed).toContain(idOf('10-limits'));
});
