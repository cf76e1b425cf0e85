/** Under which name the validation of a tree is remembered: the same code under the same commands need not be checked twice. */
import { createHash } from 'node:crypto';
import type { Check } from '../domain/check.ts';
import { LOG_FILE, RECORD_ROOTS } from '../domain/record-paths.ts';

/** One entry of a commit's root tree. */
export interface RootEntry {
  name: string;
  mode: string;
  object: string;
}

/** Roots that kleiber itself writes: a record commit changes nothing that a check could see. */
const RECORD: ReadonlySet<string> = new Set([...RECORD_ROOTS, LOG_FILE]);

export interface ValidationConditions {
  checks: readonly Check[];
  /** Hash over the lock files. */
  dependencies: string;
  /** The sandbox's own fingerprint. */
  sandbox: string;
}

/** `asked` is what was looked at beside the commands. */
export function validationKey(
  root: readonly RootEntry[],
  conditions: ValidationConditions,
  asked: readonly unknown[] = [],
): string {
  const code = root
    .filter(entry => !RECORD.has(entry.name))
    .map(entry => `${entry.mode} ${entry.object} ${entry.name}`)
    .sort();
  const commands = conditions.checks.map(check => [check.name, check.command, check.timeoutMs]);
  return createHash('sha256')
    .update(JSON.stringify([code, commands, conditions.dependencies, conditions.sandbox, ...asked]))
    .digest('hex');
}
