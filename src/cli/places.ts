/** Where kleiber keeps what is not in the repository: the baton under the git directory, the rest in the user's state folder. */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { isFullDisk } from '../domain/full-disk.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { batonProblem, type Problem } from '../report/problem.ts';
import type { Context } from './context.ts';
import { pathDigest } from './path-digest.ts';

export interface Places {
  /** `<git common dir>/kleiber`: the baton and the store; a checkout can neither stash nor clean it away. */
  state: string;
  baton: string;
  /** One ledger for all repositories of the user. */
  ledger: string;
  /** What the API has said of its limits, which are those of the key. */
  limits: string;
  /** This repository's corner of the state folder. */
  own: string;
  worktrees: string;
  transcripts: string;
  trusted: string;
  index: string;
  /** The user's state folder as a whole, hidden from every command an agent runs. */
  stateHome: string;
}

export function placesOf(context: Context, commonDir: string): Places {
  const base = stateHome(context);
  const name = basename(dirname(commonDir)).replace(/[^A-Za-z0-9._-]/g, '-');
  const own = join(base, `${name}-${pathDigest(commonDir).slice(0, 12)}`);
  const state = join(commonDir, 'kleiber');
  return {
    state,
    baton: join(state, 'state.db'),
    ledger: join(base, 'ledger.db'),
    limits: join(base, 'limits'),
    own,
    worktrees: join(own, 'worktrees'),
    transcripts: join(own, 'transcripts'),
    trusted: join(own, 'trusted'),
    index: join(own, 'index.json'),
    stateHome: base,
  };
}

/** An empty variable is none, and by the standard neither is a relative folder of XDG: state never lands in a checkout by accident. */
export function stateHome({
  environment: { KLEIBER_HOME: own = '', XDG_STATE_HOME: xdg = '' },
  home,
  cwd,
}: Context): string {
  if (own !== '') return resolve(cwd, own);
  return join(isAbsolute(xdg) ? xdg : join(home, '.local/state'), 'kleiber');
}

/** Makes the folders that everything else is put into, for this user's eyes alone. */
export function makePlaces({ own, state }: Places): Result<void, Problem> {
  for (const path of [own, state])
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (error) {
      const reason = isFullDisk(error) ? 'disk_full' : 'state_unwritable';
      return fail(batonProblem({ reason, path, detail: whyNot(path, error) }));
    }
  return ok(undefined);
}

/** On a read-only disk the error of the whole way says only that something is not there; the nearest folder knows why. */
function whyNot(path: string, error: unknown): string {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch (refusal) {
    return String(refusal);
  }
  return String(error);
}
