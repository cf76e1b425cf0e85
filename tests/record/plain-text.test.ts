import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutralise, neutraliseLine } from '../../src/domain/plain-text.ts';

describe('neutralising text', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['\u001b]0;title\u0007', '\\u{1b}]0;title\\u{7}'],
    ['\u009b2J', '\\u{9b}2J'],
    ['over\rwritten', 'over\\u{d}written'],
    ['back\b\b\b', 'back\\u{8}\\u{8}\\u{8}'],
    ['a\u202eb\u2066c\u200f', 'a\\u{202e}b\\u{2066}c\\u{200f}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
    ['half \ud800 pair', 'half \\u{d800} pair'],
    ['\u2028line', '\\u{2028}line'],
  ])('shows %j', (text, shown) => {
    expect(neutralise(text)).toBe(shown);
  });

  it('leaves letters, emoji, tabs and newlines alone', () => {
    const text = 'Grüße\tनमस्ते\n👩‍💻 عربى\n';
    expect(neutralise(text)).toBe(text);
    expect(neutralise('a\r\nb\r\n')).toBe('a\nb\n');
  });

  it('is its own result, and never holds a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const once = neutralise(text);
        expect(neutralise(once)).toBe(once);
        expect(once).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(neutraliseLine(text)).not.toMatch(/[\n\t]| {2}|^ | $/);
      }),
    );
  });
});
