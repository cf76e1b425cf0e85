/** Where kleiber keeps what is not in the repository: the baton under the git directory, the rest in the user's state folder. */
import { basename, dirname, join } from 'node:path';
import type { Context } from './context.ts';
import { pathDigest } from './path-digest.ts';

export interface Places {
  /** `<git common dir>/kleiber`: the baton and the store; a checkout can neither stash nor clean it away. */
  state: string;
  baton: string;
  /** One ledger for all repositories of the user. */
  ledger: string;
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
  const base =
    context.environment.KLEIBER_HOME ??
    join(context.environment.XDG_STATE_HOME ?? join(context.home, '.local/state'), 'kleiber');
  const name = basename(dirname(commonDir)).replace(/[^A-Za-z0-9._-]/g, '-');
  const own = join(base, `${name}-${pathDigest(commonDir).slice(0, 12)}`);
  const state = join(commonDir, 'kleiber');
  return {
    state,
    baton: join(state, 'state.db'),
    ledger: join(base, 'ledger.db'),
    own,
    worktrees: join(own, 'worktrees'),
    transcripts: join(own, 'transcripts'),
    trusted: join(own, 'trusted'),
    index: join(own, 'index.json'),
    stateHome: base,
  };
}
