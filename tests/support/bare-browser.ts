/**
 * The same Chromium without a test driver, for measuring: a driver listens to every request of a page, and on a small machine
 * that costs more than the page. Speaks just enough of the browser's own protocol to open an address and ask for one value.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXECUTABLE, FLAGS } from './board-browser.ts';

/** A new window has a page of its own to draw first; a person's has long been open. */
const AT_REST_MS = 1_000;

const MOST_LOOKS = 60;

interface Answer {
  id?: number;
  result?: Record<string, never>;
  error?: { message: string };
}

export class BareBrowser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const answer: Answer = JSON.parse(String(data));
      this.#waiting.get(answer.id ?? 0)?.(answer);
    };
  }

  static async open(): Promise<BareBrowser> {
    const profile = mkdtempSync(join(tmpdir(), 'kleiber-browser-'));
    const flags = [...FLAGS, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const child = spawn(EXECUTABLE, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    for await (const piece of child.stderr.setEncoding('utf8')) {
      said += piece;
      if (/ws:\S+\s/.test(said)) break;
    }
    const socket = new WebSocket(/ws:\S+/.exec(said)?.[0] ?? '');
    await once(socket, 'open');
    return new BareBrowser(child, profile, socket);
  }

  /** Opens the address in a window at rest, with a script that runs first, and gives what `expression` is once it is anything. */
  async valueAt(address: string, script: string, expression: string): Promise<number> {
    const { browserContextId } = await this.#ask('Target.createBrowserContext', {});
    const window = { url: 'about:blank', browserContextId, width: 1440, height: 900 };
    const { targetId } = await this.#ask('Target.createTarget', window);
    const { sessionId } = await this.#ask('Target.attachToTarget', { targetId, flatten: true });
    await this.#ask('Page.enable', {}, sessionId);
    await this.#ask('Page.addScriptToEvaluateOnNewDocument', { source: script }, sessionId);
    await sleep(AT_REST_MS);
    await this.#ask('Page.navigate', { url: address }, sessionId);
    for (let look = 0; look < MOST_LOOKS; look++) {
      await sleep(500);
      const { result } = await this.#ask('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
      const { value } = result ?? { value: undefined };
      if (value === undefined) continue;
      await this.#ask('Target.disposeBrowserContext', { browserContextId });
      return value;
    }
    throw new Error(`${expression} came to nothing`);
  }

  async close(): Promise<void> {
    this.#socket.close();
    this.#child.kill();
    await once(this.#child, 'close');
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #ask(method: string, params: object, sessionId?: string): Promise<Record<string, never>> {
    this.#asked += 1;
    const id = this.#asked;
    const answered = new Promise<Answer>(resolve => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answered;
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  }
}
