/** Many objects through one process, whatever becomes of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { objectReader } from '../../src/git/object-reader.ts';
import { GitSandbox } from '../support/git-sandbox.ts';

const found = (id: string, bytes: Buffer | string) => ({ kind: 'found', id, type: 'blob', bytes: Buffer.from(bytes) });

describe('with real git', () => {
  let sandbox: GitSandbox;
  let started: ChildProcess[];
  beforeEach(() => {
    sandbox = new GitSandbox();
    started = [];
  });
  afterEach(() => sandbox.remove());

  const start = (): ChildProcess => {
    const child = spawn('git', ['cat-file', '--batch', '-z'], { cwd: sandbox.user, stdio: ['pipe', 'pipe', 'ignore'] });
    started.push(child);
    return child;
  };

  test('answers come in order from one process: files of any bytes and size, folders, and what is not there', async () => {
    const big = Buffer.alloc(3_000_000, 'wide\n');
    const binary = Buffer.from([0, 10, 255, 10, 0]);
    sandbox.write(sandbox.user, { big: big.toString(), 'with blank': '', 'dir/x': 'x' });
    sandbox.write(sandbox.user, { binary: binary.toString('latin1') });
    const commit = sandbox.commit(sandbox.user, {});
    const id = (path: string): string => sandbox.git(sandbox.user, 'rev-parse', `${commit}:${path}`);
    const reader = objectReader(start);
    const names = ['big', 'nope', 'with blank', 'dir', 'dir/x', 'nope blob 5', 'big'];
    const answers = await Promise.all(names.map(name => reader.read(`${commit}:${name}`)));
    expect(answers.filter((_, index) => index !== 3)).toEqual([
      found(id('big'), big),
      { kind: 'missing' },
      found(id('with blank'), ''),
      found(id('dir/x'), 'x'),
      { kind: 'missing' },
      found(id('big'), big),
    ]);
    expect(answers[3]).toMatchObject({ kind: 'found', type: 'tree' });
    expect(started).toHaveLength(1);
  });

  test('what was written after it started is found too', async () => {
    const reader = objectReader(start);
    const first = sandbox.commit(sandbox.user, { a: '1' });
    expect(await reader.read(`${first}:a`)).toMatchObject({ bytes: Buffer.from('1') });
    const second = sandbox.commit(sandbox.user, { a: '2' });
    sandbox.git(sandbox.user, 'gc', '-q', '--prune=now');
    expect(await reader.read(`${second}:a`)).toMatchObject({ bytes: Buffer.from('2') });
    expect(await reader.read(`${first}:a`)).toMatchObject({ bytes: Buffer.from('1') });
    expect(started).toHaveLength(1);
  });

  test('a process that was killed leaves its questions unanswered, and the next question starts another', async () => {
    const commit = sandbox.commit(sandbox.user, { a: '1' });
    const reader = objectReader(start);
    await reader.read(`${commit}:a`);
    started[0]?.kill('SIGSTOP');
    const asked = reader.read(`${commit}:a`);
    started[0]?.kill('SIGKILL');
    expect(await asked).toEqual({ kind: 'unanswered' });
    expect(await reader.read(`${commit}:a`)).toMatchObject({ kind: 'found' });
    expect(started).toHaveLength(2);
  });
});

/** A process whose answers the test writes. */
function scripted() {
  const child = Object.assign(new EventEmitter(), {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    ref: vi.fn(),
    unref: vi.fn(),
    kill: vi.fn(),
  });
  return { child, start: vi.fn(() => child as unknown as ChildProcess) };
}

const ID = 'a'.repeat(40);

describe('with an odd one', () => {
  afterEach(() => vi.useRealTimers());

  test('answers may arrive in pieces of any size', async () => {
    const { child, start } = scripted();
    const reader = objectReader(start);
    const asked = [reader.read('one'), reader.read('two'), reader.read('three')];
    const text = `${ID} blob 4\na\nb\n\ntwo missing\n${ID} blob 0\n\n`;
    for (const letter of text) child.stdout.write(letter);
    expect(await Promise.all(asked)).toEqual([found(ID, 'a\nb\n'), { kind: 'missing' }, found(ID, '')]);
    expect(String(child.stdin.read())).toBe('one\0two\0three\0');
  });

  test('an object that nobody should hold in memory is left to others, and so is a name over two lines', async () => {
    const { child, start } = scripted();
    const reader = objectReader(start);
    expect(await reader.read('a\nb')).toEqual({ kind: 'unanswered' });
    expect(start).not.toHaveBeenCalled();
    const asked = [reader.read('huge'), reader.read('next')];
    child.stdout.write(`${ID} blob 99999999999\n`);
    expect(await Promise.all(asked)).toEqual([{ kind: 'unanswered' }, { kind: 'unanswered' }]);
    expect(child.kill).toHaveBeenCalledOnce();
  });

  test('without a free descriptor there are no pipes, and nothing is answered', async () => {
    const { child, start } = scripted();
    Object.assign(child, { stdin: undefined, stdout: undefined });
    expect(await objectReader(start).read('one')).toEqual({ kind: 'unanswered' });
    child.emit('error', new Error('EMFILE'));
  });

  test('a git that cannot be started answers nothing', async () => {
    const { child, start } = scripted();
    const asked = objectReader(start).read('one');
    child.emit('error', new Error('ENOENT'));
    expect(await asked).toEqual({ kind: 'unanswered' });
  });

  test('without questions it ends after a second, and one that is silent for a minute is given up', async () => {
    vi.useFakeTimers();
    const { child, start } = scripted();
    const reader = objectReader(start);
    const asked = reader.read('one');
    await vi.advanceTimersByTimeAsync(59_999);
    expect(child.kill).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toEqual({ kind: 'unanswered' });
    const again = scripted();
    start.mockImplementation(() => again.child as unknown as ChildProcess);
    const answered = reader.read('two');
    again.child.stdout.write('two missing\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(await answered).toEqual({ kind: 'missing' });
    expect([again.child.unref.mock.calls.length, again.child.kill.mock.calls.length]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(again.child.kill).toHaveBeenCalledOnce();
  });
});
