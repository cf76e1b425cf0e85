/** Starts real child processes that share one state file, all at the same moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

const SCRIPT = join(import.meta.dirname, 'baton-child.ts');

interface Limits {
  /** It goes on as this user, who has fewer rights. */
  user?: number;
  /** No file of it may grow beyond this many blocks of 512 bytes: what a full disk does, for one process. */
  fileBlocks?: number;
}

export interface Child {
  process: ChildProcess;
  lines: AsyncIterator<string>;
  errors: () => string;
}

/** A child that has opened its state and waits for the sign. */
export async function startChild(role: string, path: string, limits: Limits = {}): Promise<Child> {
  const { user = '', fileBlocks = 'unlimited' } = limits;
  const command = `ulimit -f ${fileBlocks}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', command, process.execPath, SCRIPT, role, path, String(user)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const reader: Interface = createInterface({ input: child.stdout });
  const lines = reader[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.value !== '"ready"') throw new Error(`the child did not start: ${errors}`);
  return { process: child, lines, errors: () => errors };
}

/** Lets all of them begin and returns what each of them answered. */
export async function runTogether(role: string, path: string, count: number): Promise<unknown[]> {
  const children = await Promise.all(Array.from({ length: count }, () => startChild(role, path)));
  for (const child of children) child.process.stdin?.write('go');
  return Promise.all(children.map(answerOf));
}

export async function answerOf(child: Child): Promise<unknown> {
  const line = await child.lines.next();
  if (line.done) throw new Error(`the child ended without an answer: ${child.errors()}`);
  return JSON.parse(line.value);
}
