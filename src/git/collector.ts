/** Output of a process, kept up to a limit. */

/** Collects up to a limit; `outputBytes` goes on counting when the rest is cut. */
export class Collector {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the limit is passed. */
  take(chunk: Buffer): boolean {
    const room = Math.max(0, this.#limit - this.bytes);
    if (room > 0) this.#chunks.push(chunk.subarray(0, room));
    this.bytes += chunk.length;
    return this.bytes <= this.#limit;
  }

  whole(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
