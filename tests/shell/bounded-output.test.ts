import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedOutput, FLOOD_BYTES } from '../../src/shell/bounded-output.ts';

const MEBIBYTE = 1024 * 1024;

function outputOf(...chunks: Buffer[]): BoundedOutput {
  const output = new BoundedOutput();
  for (const chunk of chunks) output.add(chunk);
  return output;
}

describe('what is kept of an output', () => {
  test('everything, up to a mebibyte', () => {
    const text = 'x'.repeat(MEBIBYTE);
    expect(outputOf(Buffer.from(text)).text()).toBe(text);
  });

  test('past that the middle is cut and counted', () => {
    const output = outputOf(
      Buffer.from('a'.repeat(MEBIBYTE / 2)),
      Buffer.from('cut'),
      Buffer.from('z'.repeat(MEBIBYTE / 2)),
    );
    expect(output.text()).toBe(
      `${'a'.repeat(MEBIBYTE / 2)}\n[3 bytes of output cut here]\n${'z'.repeat(MEBIBYTE / 2)}`,
    );
  });

  test('a cut never splits a character', () => {
    const output = outputOf(Buffer.from(`a${'€'.repeat(MEBIBYTE)}`));
    const text = output.text();
    expect(text.includes('\uFFFD')).toBe(false);
    const kept = Buffer.byteLength(text.replace(/\n\[\d+ bytes of output cut here\]\n/, ''));
    expect(Number(/\[(\d+) bytes/.exec(text)?.[1])).toBe(output.total - kept);
  });

  test('however the bytes arrive, the text is the same', () => {
    const bytes = Buffer.from('0123456789'.repeat(150_000));
    const whole = outputOf(bytes).text();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 20 }), cuts => {
        const points = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = points.slice(1).map((end, index) => bytes.subarray(points[index], end));
        expect(outputOf(...chunks).text()).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });

  test('a hundred mebibytes are no flood, one byte more is', () => {
    const output = new BoundedOutput();
    for (let sent = 0; sent < FLOOD_BYTES; sent += MEBIBYTE) output.add(Buffer.alloc(MEBIBYTE));
    expect(output.isFlood()).toBe(false);
    output.add(Buffer.alloc(1));
    expect(output.isFlood()).toBe(true);
  });
});
