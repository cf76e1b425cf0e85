/** A step of a rehearsal as a person would take it: the command first, then what comes of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HandWritten } from '../rehearsal/sample/by-hand.ts';
import { type Context, say } from './context.ts';
import type { Stage } from './rehearsal-stage.ts';

export const echo = (context: Context, command: string): void => say(context, `\n$ ${command}\n`);

/** A task file of the visitor's own, and a look at its front matter. */
export function typeByHand({ path, text, headLines }: HandWritten, { root, context }: Stage): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  echo(context, `head -${headLines} ${path}`);
  say(context, text.split('\n').slice(0, headLines).join('\n'));
}
