/** `--record`: what the attempts of this run said and did, in one file that `kleiber replay` plays anywhere. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cassetteText } from '../agent/cassette.ts';
import { type Owner, sameOwner } from '../domain/owner.ts';
import { type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import type { Project } from './project.ts';
import { recordedAttempts } from './recorded-attempts.ts';
import { writeReport } from './report-file.ts';
import { VERSION } from './version.ts';

/** Asked before anything is spent: a run whose record has no place is not begun. */
export function recordFault(file: string, { cwd }: Context): Problem | null {
  const path = resolve(cwd, file);
  const isFolder = statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) return problem(2, `${dirname(path)} is no folder`, [], [`mkdir -p ${dirname(path)}`], 'no_folder');
  return existsSync(path)
    ? problem(2, `${path} is there already, and no record is written over`, [], ['name another file'], 'file_exists')
    : null;
}

/** Transcripts hold all of it anyway, so what cannot be written here is not lost. */
export function writeRecord(file: string, project: Project, context: Context): void {
  const path = resolve(context.cwd, file);
  const isOurs = (owner: Owner): boolean => sameOwner(owner, project.holder.owner);
  const attempts = [...project.keeper.look().states.keys()].flatMap(id => recordedAttempts(id, project, isOurs));
  const fault = writeReport(path, cassetteText(attempts, { kleiber: VERSION, at: systemClock.now().toISOString() }));
  const many = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  note(context, fault === null ? `recorded ${many}: kleiber replay ${file}` : `${path} could not be written: ${fault}`);
}
