/** Objects of the store through one `git cat-file` that stays: an answer takes a fraction of the time that starting a process does. */
import type { ChildProcess } from 'node:child_process';

export interface FoundObject {
  kind: 'found';
  id: string;
  type: string;
  bytes: Buffer;
}

export type ObjectAnswer =
  | FoundObject
  | { kind: 'missing' }
  /** The process could not be asked, ended, or would have held too much: a process of its own can tell. */
  | { kind: 'unanswered' };

export interface ObjectReader {
  /** By a name as `git rev-parse` reads it, for example `<commit>:<path>`. */
  read(name: string): Promise<ObjectAnswer>;
}

/** So long nobody asks before the process ends; it is started again when it is needed. */
const IDLE_MS = 1_000;
const DEADLINE_MS = 60_000;
/** An object is held in memory as a whole. */
const MOST_BYTES = 64 * 1024 * 1024;

const HEADER = /^([0-9a-f]{40,64}) (\w+) (\d+)\n$/;
const UNANSWERED: ObjectAnswer = { kind: 'unanswered' };

/** `start` gives a `git cat-file --batch -z` with pipes for input and output. */
export function objectReader(start: () => ChildProcess): ObjectReader {
  let current: Conversation | null = null;
  return {
    read: async name => {
      // Git answers with the name itself where it finds nothing, on a line of its own.
      if (name.includes('\n') || name.includes('\0')) return UNANSWERED;
      if (current === null || current.isOver) current = new Conversation(start());
      return await current.ask(name);
    },
  };
}

/** The first answer in what `cat-file --batch` has printed and how many bytes it takes, or how many it will take. */
export function nextAnswer(
  printed: Buffer,
): { answer: FoundObject | { kind: 'missing' }; bytes: number } | { bytes: number } {
  const from = printed.indexOf(0x0a) + 1;
  if (from === 0) return { bytes: 0 };
  const [, id = '', type = '', size] = HEADER.exec(printed.subarray(0, from).toString()) ?? [];
  if (size === undefined) return { answer: { kind: 'missing' }, bytes: from };
  const end = from + Number(size);
  // A line end follows the object.
  if (printed.length <= end) return { bytes: end + 1 };
  return { answer: { kind: 'found', id, type, bytes: Buffer.from(printed.subarray(from, end)) }, bytes: end + 1 };
}

/** One process, from its start to its end. Neither it nor its pipes keep ours alive while nobody waits for an answer. */
class Conversation {
  isOver = false;
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: ObjectAnswer) => void)[] = [];
  #chunks: Buffer[] = [];
  #unreadBytes = 0;
  /** With fewer bytes there is no whole answer. */
  #neededBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('error', () => this.#end());
    child.once('close', () => this.#end());
    // EPIPE and the like: its end tells the story.
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    // Without a free descriptor there is no pipe either, and the error comes as an event.
    if (!child.stdin || !child.stdout) this.#end();
  }

  ask(name: string): Promise<ObjectAnswer> {
    if (this.isOver) return Promise.resolve(UNANSWERED);
    return new Promise(resolve => {
      this.#waiting.push(resolve);
      this.#child.stdin?.write(`${name}\0`);
      this.#wait();
    });
  }

  /** Either for an answer or for the next question. */
  #wait(): void {
    const isAsked = this.#waiting.length > 0;
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout])
      if (handle && 'ref' in handle) (handle as Refable)[isAsked ? 'ref' : 'unref']();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), isAsked ? DEADLINE_MS : IDLE_MS);
    if (!isAsked) this.#timer.unref();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#unreadBytes < this.#neededBytes) return;
    let unread = Buffer.concat(this.#chunks);
    let next = nextAnswer(unread);
    for (; 'answer' in next; next = nextAnswer(unread)) {
      unread = unread.subarray(next.bytes);
      this.#waiting.shift()?.(next.answer);
      this.#wait();
    }
    this.#neededBytes = next.bytes;
    if (this.#neededBytes > MOST_BYTES) this.#end();
    this.#chunks = [unread];
    this.#unreadBytes = unread.length;
  }

  #end(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.#timer);
    this.#child.stdin?.end();
    this.#child.kill('SIGKILL');
    for (const resolve of this.#waiting.splice(0)) resolve(UNANSWERED);
  }
}

interface Refable {
  ref(): unknown;
  unref(): unknown;
}
