/** A context for a command that rehearses: an empty home, what it printed, and a way to interrupt it. */
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../src/cli/context.ts';

export interface Visit {
  context: Context;
  /** Parent of everything that belongs to this visit. */
  folder: string;
  home: string;
  printed(): string;
}

export function visit(stopping: AbortSignal = new AbortController().signal): Visit {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-rehearse-test-')));
  const home = join(folder, 'home');
  mkdirSync(home);
  const texts: string[] = [];
  const stream = { write: (text: string) => texts.push(text) };
  const context: Context = {
    cwd: folder,
    environment: { PATH: process.env.PATH },
    home,
    stdout: stream,
    stderr: stream,
    stdin: { read: async () => '' },
    stopping,
    killed: new AbortController().signal,
  };
  return { context, folder, home, printed: () => texts.join('') };
}
