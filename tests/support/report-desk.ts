/** A checkout with task files and a log, looked at with and without an index. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Baton } from '../../src/baton/baton.ts';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { type Event, taskStream } from '../../src/domain/event.ts';
import { glance } from '../../src/report/glance.ts';
import { readIndex } from '../../src/report/index-file.ts';
import type { Glance } from '../../src/report/seen.ts';
import { successOf } from './baton-samples.ts';

export const VERSION = '9.9.9';

/** A right task file in the form that kleiber writes. */
export const textOf = (agent: string, id: string, changes: { title?: string; needs?: string[] } = {}): string => `---
id: ${id}
agent: ${agent}
title: ${changes.title ?? `Build ${id}`}
created: 2026-11-21T10:00:00Z
depends_on: [ ${(changes.needs ?? []).join(', ')} ]
---

## Description

Build it.

## Acceptance Criteria

- [ ] 1. It works
`;

export class ReportDesk {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-report-')));
  readonly root = join(this.folder, 'checkout');
  readonly indexPath = join(this.folder, 'state/index.json');
  baton: Baton;
  /** What the command keeps in the index. */
  memo: Record<string, string> = { git: 'one' };
  version = VERSION;
  /** The local date. */
  today = '2026-11-21';
  #logs = 0;
  #fresh = 0;

  constructor() {
    mkdirSync(this.root);
    mkdirSync(dirname(this.indexPath));
    this.baton = this.newLog();
  }

  newLog(): Baton {
    return successOf(openBaton(join(this.folder, `log-${++this.#logs}.db`)));
  }

  remove(): void {
    this.baton.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Lets the file system's clock take a step, so that whatever is written next differs from what was looked at before. Where
   * a person would need a second, this takes a few milliseconds.
   */
  step(): void {
    const probe = join(this.folder, 'probe');
    const touched = (): number => {
      writeFileSync(probe, '');
      return statSync(probe).ctimeMs;
    };
    const before = touched();
    while (touched() === before);
  }

  /** Written in place: the file stays the same file. */
  write(path: string, text: string): void {
    this.step();
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** Written beside it and renamed, as careful editors do. */
  replace(path: string, text: string): void {
    this.write('beside.tmp', text);
    renameSync(join(this.root, 'beside.tmp'), join(this.root, path));
  }

  rename(from: string, to: string): void {
    this.step();
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    renameSync(join(this.root, from), join(this.root, to));
  }

  delete(path: string): void {
    this.step();
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  task(agent: string, id: string, changes: { title?: string; needs?: string[] } = {}): void {
    this.write(`tasks/${agent}/${id}.md`, textOf(agent, id, changes));
  }

  happen(stream: string, event: Event): void {
    const seq = this.baton.read(stream).length + 1;
    this.baton.append({ stream, seq, event, at: '2026-11-21T12:00:00.000Z' });
  }

  happenTo(id: string, ...events: Event[]): void {
    for (const event of events) this.happen(taskStream(id), event);
  }

  /** With the index as it is, which is kept for the next look. By its clock everything is long settled. */
  look(wantsBoard = false): Promise<Glance> {
    return this.#lookWith(this.indexPath, wantsBoard);
  }

  /** Without any index. */
  lookAfresh(wantsBoard = false): Promise<Glance> {
    return this.#lookWith(join(this.folder, `fresh-${++this.#fresh}`), wantsBoard);
  }

  /** Everything that lies beside the index, by name. */
  indexFiles(): string[] {
    return readdirSync(dirname(this.indexPath)).sort();
  }

  #lookWith(indexPath: string, wantsBoard: boolean): Promise<Glance> {
    this.step();
    const nowMs = statSync(join(this.folder, 'probe')).ctimeMs + 10_000;
    const { root, baton, memo, version } = this;
    const index = readIndex(indexPath, version);
    return glance({ root, baton, index, indexPath, version, nowMs, today: this.today, wantsBoard, memo });
  }
}
