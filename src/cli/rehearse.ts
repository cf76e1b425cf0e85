/** placeholder during wiring */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import type { Context } from './context.ts';
export function define(command: Command, _context: Context, done: (code: ExitCode) => void): void {
  command.action(() => done(1));
}
