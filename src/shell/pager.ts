/** Shows a long text on the terminal, a screen at a time, in the program that the person has chosen for that. */
import { spawn } from 'node:child_process';
import { withoutKey } from './open-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** As git has it: `less`, unless `PAGER` names another; null where it names none or the terminal cannot. */
export function pagerOf({ PAGER: named = 'less', TERM: terminal }: Environment): string | null {
  return named === '' || named === 'cat' || terminal === 'dumb' ? null : named;
}

/** Without settings of their own, `less` leaves a text that fits one screen on it, and clears nothing at the end. */
const LESS = 'FIRX';

/** False when the program cannot be started; the text has then been shown to nobody. */
export function pageText(text: string, pager: string, environment: Environment): Promise<boolean> {
  const child = spawn('/bin/sh', ['-c', pager], {
    env: { LESS, ...withoutKey(environment) },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  // EPIPE: whoever leaves early has seen enough.
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  return new Promise(resolve => {
    child.on('error', () => resolve(false));
    child.on('close', code => resolve(code !== 127));
  });
}
