/** `kleiber board` and `kleiber report` as commands: what they print, what they refuse, how they end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { BoardDesk } from '../support/board-desk.ts';
import { portOf } from '../support/board-http.ts';

let desk: BoardDesk;

beforeAll(async () => {
  desk = await BoardDesk.open();
});

afterAll(() => desk.close());

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Stops as soon as something was printed on stdout. */
async function run(...words: string[]): Promise<Ended> {
  const stopping = new AbortController();
  const heard = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof heard) => ({
    write: (text: string): void => {
      heard[name] += text;
      if (name === 'stdout') stopping.abort();
    },
  });
  const context = { ...desk.context, stdout: stream('stdout'), stderr: stream('stderr'), stopping: stopping.signal };
  return { code: await runProgram(words, context), ...heard };
}

test('the board prints its address alone on stdout and ends when it is told to', async () => {
  const { code, stdout, stderr } = await run('board', '--no-open');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{32}\n$/)]);
  expect(stderr).toContain('Ctrl-C ends it');
});

test('a second board has the same token, because the first address stays good', async () => {
  const tokens = [await run('board', '--no-open'), await run('board', '--no-open')].map(
    ({ stdout }) => stdout.split('=')[1],
  );
  expect(tokens[0]).toBe(tokens[1]);
});

test('a port that is taken is a problem with its reason', async () => {
  const { code, stdout, stderr } = await run('board', '--no-open', '--port', String(portOf(desk.board)));
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`the board cannot listen on port ${portOf(desk.board)}`);
});

test.each(['x', '70000', '-1'])('the port %s is wrong use', async port => {
  expect((await run('board', '--no-open', '--port', port)).code).toBe(2);
});

test('a report of nothing in particular is wrong use, and one that cannot be written says why', async () => {
  expect((await run('report')).code).toBe(2);
  const { code, stderr } = await run('report', '--html', '/nowhere/run.html');
  expect([code, stderr]).toEqual([1, expect.stringContaining('/nowhere/run.html cannot be written')]);
});
