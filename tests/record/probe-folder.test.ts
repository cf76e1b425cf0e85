/** What a file system must do for the record: here it does, and where it does not that is said. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeFolder } from '../../src/record/probe-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kleiber-probe-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that does all of it is told as such, and nothing is left in it', () => {
  expect(probeFolder(folder)).toEqual({ ok: true, value: { tellsCase: true } });
  expect(readdirSync(folder)).toEqual([]);
});

test('the first thing that fails is named with the words of the system', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(probeFolder(file)).toEqual({ ok: false, failure: expect.stringMatching(/^make a folder: ENOTDIR: /) });
});
