/** Values that the record's tests share: random texts as files can hold them, and folders that go away again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { neutralise, neutraliseLine } from '../../src/domain/plain-text.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A fresh folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kleiber-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const idValue = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
export const agentValue = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,12}[a-z0-9])?$/);
export const timeValue = fc
  .date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2040-01-01T00:00:00Z'), noInvalidDate: true })
  .map(date => date.toISOString());

/** Pieces that have a meaning in Markdown, YAML or our own files, and some that have none. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '## Answer',
    '## Acceptance Criteria',
    '### Context',
    '### A heading of its own',
    '# Task: other',
    '\\## typed with a backslash',
    '\\\\### Context',
    '```',
    '````ts',
    '~~~',
    '```` ```',
    '---',
    '- item',
    '- [x] 3. box',
    '1. one',
    '   indented',
    '    code',
    'Agent: somebody',
    '<!-- hidden -->',
    'a \\<!-- b',
    '<!--',
    '"quoted"',
    'a: b # c',
    '\u001b[31mred',
    '\u202eevil',
    '',
  ),
);

/** A text of several lines in the form in which a section gives it back: neutralised and without blank edges. */
export const blockValue = fc.array(piece, { maxLength: 8 }).map(pieces =>
  neutralise(pieces.join('\n'))
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd(),
);

/** One line without blank ends. */
export const lineValue = fc
  .array(piece, { minLength: 1, maxLength: 3 })
  .map(pieces => neutraliseLine(pieces.join(' ')));
export const filledLineValue = lineValue.filter(line => line !== '');
/** An entry of a list: several lines, none of them only blank, since a list gives those back without their blanks. */
export const entryValue = blockValue.map(text => text.trim().replace(/^[^\S\n]+$/gm, '')).filter(text => text !== '');

/** `text` to at most `length` UTF-16 units, never ending in half a character: a file cannot hold one. */
export function cutTo(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
