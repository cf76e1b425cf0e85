/** Keeps the head and the tail of what a command prints, and counts the rest, so that a flood can't fill memory. */

/** Half of the mebibyte that is kept: the start of an output says what ran, the end says how it went. */
const HALF_BYTES = 512 * 1024;

/** Past this a command is not talking, it is broken, and is killed. */
export const FLOOD_BYTES = 100 * 1024 * 1024;

export class BoundedOutput {
  private readonly head: Buffer[] = [];
  private tail: Buffer[] = [];
  private headBytes = 0;
  private tailBytes = 0;
  /** Bytes seen, kept or not. */
  total = 0;

  add(chunk: Buffer): void {
    this.total += chunk.length;
    const room = Math.min(HALF_BYTES - this.headBytes, chunk.length);
    if (room > 0) {
      this.head.push(chunk.subarray(0, room));
      this.headBytes += room;
    }
    if (room < chunk.length) this.addToTail(chunk.subarray(room));
  }

  isFlood(): boolean {
    return this.total > FLOOD_BYTES;
  }

  /** Both streams as text; a cut never splits a character, and a line in the middle counts the missing bytes. */
  text(): string {
    const head = Buffer.concat(this.head);
    const tail = Buffer.concat(this.tail).subarray(-HALF_BYTES);
    if (this.total === head.length + tail.length) return Buffer.concat([head, tail]).toString('utf8');
    const first = head.subarray(0, wholeCharactersEnd(head));
    const last = tail.subarray(firstCharacterStart(tail));
    const cut = this.total - first.length - last.length;
    return `${first.toString('utf8')}\n[${cut} bytes of output cut here]\n${last.toString('utf8')}`;
  }

  private addToTail(chunk: Buffer): void {
    this.tail.push(chunk);
    this.tailBytes += chunk.length;
    let dropped = 0;
    for (const oldest of this.tail) {
      if (this.tailBytes - oldest.length < HALF_BYTES) break;
      this.tailBytes -= oldest.length;
      dropped += 1;
    }
    if (dropped > 0) this.tail = this.tail.slice(dropped);
  }
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function firstCharacterStart(bytes: Buffer): number {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return start;
}

function wholeCharactersEnd(bytes: Buffer): number {
  let lead = bytes.length - 1;
  while (lead > bytes.length - 4 && isContinuation(bytes[lead])) lead -= 1;
  const first = bytes[lead] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return lead + length > bytes.length ? Math.max(lead, 0) : bytes.length;
}
