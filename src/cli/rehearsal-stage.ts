/** The stage of a rehearsal: a repository and a state folder of its own, the embedded server, and a context that knows only these. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import { type MessagesServer, startMessagesServer } from '../rehearsal/messages-server.ts';
import { writeShop } from '../rehearsal/sample/write-shop.ts';
import { scriptedAgents } from '../rehearsal/scripted-agents.ts';
import { gitProblem, type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';
import { placesOf } from './places.ts';
import { remember, trustedFiles } from './trust-store.ts';

export interface Stage {
  /** The sample repository. */
  root: string;
  /** Beside it: ledger, transcripts, worktrees. */
  stateHome: string;
  server: MessagesServer;
  /** For kleiber's own commands: they see the sample, its state folder and the embedded server. */
  context: Context;
  /** Ends the server; takes everything away unless it is to stay. */
  strike(keep: boolean): Promise<void>;
}

export interface StageOptions {
  /** Null is a new folder among the temporary ones. */
  dir: string | null;
  speed: number;
}

/** Opens no door: the server takes this one word, on the loopback address, for as long as it runs. */
const KEY = 'rehearsal-no-real-key';

export async function setStage(options: StageOptions, context: Context): Promise<Result<Stage, Problem>> {
  const place = placeOf(options, context);
  if (!place.ok) return place;
  const { root, stateHome, own } = place.value;
  const takeAway = (): void => {
    for (const path of own) rmSync(path, { recursive: true, force: true });
  };
  const written = await writeShop(root, { path: context.environment.PATH ?? '', home: context.home });
  if (!written.ok) {
    takeAway();
    return fail(gitProblem(written.failure));
  }
  const answer = scriptedAgents({ clock: systemClock, speed: options.speed });
  const server = await startMessagesServer({ answer, clock: systemClock, acceptedKey: KEY });
  const inside = insideContext(context, root, stateHome, server.url);
  remember(placesOf(inside, join(root, '.git')).trusted, trustedFiles(root));
  const strike = async (keep: boolean): Promise<void> => {
    await server.close();
    if (!keep) takeAway();
  };
  return ok({ root, stateHome, server, context: inside, strike });
}

/** Nothing that exists is ever written into: the folder must be new or empty, and so must the one for the state. */
function placeOf({ dir }: StageOptions, context: Context): Result<Place, Problem> {
  if (dir === null) {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'kleiber-rehearsal-'));
    return ok({ ...within(folder, 'shop'), own: [folder] });
  }
  const wanted = resolve(context.cwd, dir);
  const taken = [wanted, `${wanted}-state`].find(path => existsSync(path) && !isEmptyFolder(path));
  if (taken !== undefined)
    return fail(
      problem(
        2,
        `${taken} exists and is not empty; a rehearsal needs a folder of its own`,
        [],
        [`kleiber rehearse --keep --dir ${dir}-2`],
      ),
    );
  mkdirSync(dirname(wanted), { recursive: true });
  const place = within(realpathSync(dirname(wanted)), basename(wanted));
  return ok({ ...place, own: [place.root, place.stateHome] });
}

interface Place {
  root: string;
  stateHome: string;
  /** What to take away at the end. */
  own: string[];
}

function within(folder: string, name: string): Pick<Place, 'root' | 'stateHome'> {
  const place = { root: join(folder, name), stateHome: join(folder, `${name}-state`) };
  mkdirSync(place.root, { recursive: true });
  mkdirSync(place.stateHome, { recursive: true, mode: 0o700 });
  return place;
}

const isEmptyFolder = (path: string): boolean => {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false; // not a folder, or not ours to look into
  }
};

const insideContext = (context: Context, root: string, stateHome: string, url: string): Context => ({
  ...context,
  cwd: root,
  environment: {
    ...context.environment,
    KLEIBER_HOME: stateHome,
    KLEIBER_NO_INPUT: '1',
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: url,
  },
});
