/**
 * SHA-256 of a short text. Node's own is loaded with all of its cryptography, five milliseconds of every command; this one is
 * for paths and never for secrets, and a test holds it against Node's.
 */

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
const ROUNDS = roots(64, Math.cbrt);
/** The same of the square roots of the first eight. */
const START = roots(8, Math.sqrt);

function roots(count: number, root: (prime: number) => number): Uint32Array {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++)
    if (primes.every(prime => candidate % prime !== 0)) primes.push(candidate);
  return Uint32Array.from(primes, prime => (root(prime) % 1) * 2 ** 32);
}

const rotated = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** The text in blocks of 64 bytes: a one, zeros, and its length in bits at the end. */
function blocksOf(text: string): DataView {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  return view;
}

function schedule(view: DataView, offset: number): Uint32Array {
  const words = new Uint32Array(64);
  for (let at = 0; at < 64; at++) {
    const old = words[at - 15] ?? 0;
    const older = words[at - 2] ?? 0;
    const near = rotated(old, 7) ^ rotated(old, 18) ^ (old >>> 3);
    const far = rotated(older, 17) ^ rotated(older, 19) ^ (older >>> 10);
    words[at] = at < 16 ? view.getUint32(offset + at * 4) : (words[at - 16] ?? 0) + near + (words[at - 7] ?? 0) + far;
  }
  return words;
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let at = 0; at < 64; at++) {
    const chosen = (e & f) ^ (~e & g);
    const sum = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + sum + chosen + (ROUNDS[at] ?? 0) + (words[at] ?? 0)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority) | 0;
    // One by one: a swap of all eight by destructuring takes ten times as long before it is compiled.
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + value;
}

/** In hexadecimal digits. */
export function pathDigest(text: string): string {
  const view = blocksOf(text);
  const state = START.slice();
  for (let offset = 0; offset < view.byteLength; offset += 64) compress(state, schedule(view, offset));
  return Array.from(state, word => word.toString(16).padStart(8, '0')).join('');
}
