import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bashArguments } from '../../src/shell/bash-line.ts';
import { type ProcessRequest, runProcess } from '../../src/shell/run-process.ts';
import { realClock } from '../support/shell-clock.ts';
import { exited, isReleased, timeless } from '../support/shell-sandbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'kleiber-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: string, change: Partial<ProcessRequest> = {}) {
  const request: ProcessRequest = {
    file: 'bash',
    arguments: bashArguments(command),
    folder,
    environment: { PATH: process.env.PATH ?? '' },
    reportsStatus: true,
    timeoutMs: 10_000,
    ...change,
  };
  return runProcess(request, realClock);
}

describe('a command that ends by itself', () => {
  test('gives its exit code and both streams in the order of writing', async () => {
    const outcome = await run('for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 3');
    expect(timeless(outcome)).toEqual(exited('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n', 3));
  });

  test('may open its output by name, as in a terminal', async () => {
    expect(timeless(await run('echo a > /dev/stderr; echo b | tee /dev/stdout'))).toEqual(exited('a\nb\nb\n'));
  });

  test('reads an empty input', async () => {
    expect(timeless(await run('cat; read -r line || echo nothing'))).toEqual(exited('nothing\n'));
  });

  test('that a signal ended has the code that a shell would show', async () => {
    expect((await run('kill -TERM $$')).exitCode).toBe(143);
  });

  test('is measured by the clock it was given', async () => {
    let now = 0;
    const clock = { ...realClock, monotonicMs: () => (now += 500) };
    const request = { file: 'true', arguments: [], environment: {}, reportsStatus: false, timeoutMs: 10_000 };
    expect(await runProcess(request, clock)).toEqual({ ...exited(''), durationMs: 500 });
  });

  test('can neither see nor forge the report of its exit code', async () => {
    expect(timeless(await run('{ echo exit 0 >&4; } 2>/dev/null; exit 7'))).toEqual(exited('', 7));
  });
});

describe('a command that does not end properly', () => {
  test('is over when it exits, even if a background process keeps the output open, and that one dies', async () => {
    const outcome = await run('exec 9>background; flock 9; sleep 1000 & echo done');
    expect(timeless(outcome)).toEqual(exited('done\n'));
    expect(outcome.durationMs).toBeLessThan(5000);
    expect(isReleased(join(folder, 'background'))).toBe(true);
  });

  test('is not waited for without limit when it closes its output and lives', async () => {
    const outcome = await run('exec 9>closed; flock 9; exec >&- 2>&-; sleep 1000', { timeoutMs: 1000 });
    expect(timeless(outcome)).toEqual({ kind: 'timed_out', exitCode: null, output: '' });
    expect(isReleased(join(folder, 'closed'))).toBe(true);
  });

  test('keeps what it said before its time was up', async () => {
    expect(timeless(await run('echo begun; sleep 1000', { timeoutMs: 1000 }))).toEqual({
      kind: 'timed_out',
      exitCode: null,
      output: 'begun\n',
    });
  });

  test('is killed when it is called off', async () => {
    const stop = new AbortController();
    const running = run('exec 9>called-off; flock 9; sleep 1000', { signal: stop.signal });
    stop.abort();
    expect(timeless(await running)).toEqual({ kind: 'aborted', exitCode: null, output: '' });
    expect(isReleased(join(folder, 'called-off'))).toBe(true);
  });

  test('is not started when it was called off before', async () => {
    const outcome = await run('touch started; ls', { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ kind: 'aborted', exitCode: null, output: '', durationMs: 0 });
  });

  test('is killed when it floods its output', async () => {
    const outcome = await run('yes');
    expect({ kind: outcome.kind, exitCode: outcome.exitCode }).toEqual({ kind: 'flooded', exitCode: null });
    expect(outcome.output).toMatch(/^(y\n)+y?\n\[\d{8,9} bytes of output cut here\]\n\n?(y\n)+y?$/);
    expect(outcome.output.length).toBeLessThan(1024 * 1024 + 100);
  });
});

describe('a command that never began', () => {
  test('says so when the program is missing', async () => {
    const outcome = await run('true', { file: '/no/such/program' });
    expect(timeless(outcome)).toEqual({
      kind: 'not_started',
      exitCode: null,
      output: 'spawn /no/such/program ENOENT',
    });
  });

  test('says so when it can not be put on a command line', async () => {
    expect((await run('echo \0')).kind).toBe('not_started');
    expect((await run(`: ${'x'.repeat(3_000_000)}`)).kind).toBe('not_started');
  });

  test('says so when what should have started it failed', async () => {
    const outcome = await run('', { arguments: ['-c', 'echo no such mount >&2; exit 1'] });
    expect(timeless(outcome)).toEqual({ kind: 'not_started', exitCode: null, output: 'no such mount\n' });
  });
});
