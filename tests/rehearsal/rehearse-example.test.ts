import { readdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBlocked } from '../../src/record/blocked-file.ts';
import { parseDone } from '../../src/record/done-file.ts';
import { parseLog } from '../../src/record/log-file.ts';
import { parseReview } from '../../src/record/review-file.ts';
import { parseStarted } from '../../src/record/started-file.ts';
import { parseTaskFile } from '../../src/record/task-file.ts';
import { parseValidation } from '../../src/record/validation-file.ts';
import { PROJECT } from '../support/house-sources.ts';

const LOG = 'orchestration_log.md';

/** Pages that are made from the board; nothing reads them back. */
const PAGE = /^progress\/[^/]+\.md$/;

/** The record of a rehearsal, as `npm run record-example` has left it at the top of this repository. */
const filesOf = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(PROJECT.length + 1))
    .filter(path => !PAGE.test(path))
    .sort();

const bytesOf = (path: string): Uint8Array => readFileSync(join(PROJECT, path));

const parseReport = (path: string, bytes: Uint8Array) =>
  path.endsWith('-review.md') ? parseReview(path, bytes) : parseValidation(path, bytes);

const PARSERS = [
  ['tasks', parseTaskFile],
  ['progress', parseStarted],
  ['complete', parseDone],
  ['blocked', parseBlocked],
  ['reports', parseReport],
] as const;

describe('the example record', () => {
  it.each(PARSERS)('%s is read without a fault', (folder, parse) => {
    const files = filesOf(folder);
    expect(files.length).toBeGreaterThan(0);
    const faults = files.map(path => parse(path, bytesOf(path))).flatMap(result => (result.ok ? [] : [result.failure]));
    expect(faults).toEqual([]);
  });

  it('has a log with a row for every session, of every tier', () => {
    const log = parseLog(new TextDecoder().decode(bytesOf(LOG)));
    const tiers = log.ok ? new Set(log.value.rows.map(row => row.model)) : null;
    expect(tiers).toEqual(new Set(['opus', 'sonnet', 'haiku']));
  });

  it('is of one run: every task that was started is either done or blocked, and at most one waits for money', () => {
    const namesOf = (folder: string): string[] =>
      filesOf(folder).map(path => path.slice(folder.length + 1).replace(/(?:-started|-done|-conflict)?\.md$/, ''));
    const started = namesOf('progress');
    expect([...new Set([...namesOf('complete'), ...namesOf('blocked')])].sort()).toEqual(started);
    const [unstarted = '', ...others] = namesOf('tasks').filter(name => !started.includes(name));
    expect([others, started.filter(name => !namesOf('tasks').includes(name))]).toEqual([[], []]);
    expect(unstarted).toMatch(/^$|-receipts$/);
  });

  it('names no place of the machine that it was made on', () => {
    const files = [...PARSERS.flatMap(([folder]) => filesOf(folder)), LOG];
    const places = [PROJECT, homedir(), tmpdir()];
    const strays = files.filter(path => places.some(place => new TextDecoder().decode(bytesOf(path)).includes(place)));
    expect(strays).toEqual([]);
  });
});
