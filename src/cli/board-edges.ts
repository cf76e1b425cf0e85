/** The real edges of the board: the project as every command opens it, and the commands that a person may run from the page. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Asset, BoardEdges } from '../board/edges.ts';
import type { Stored } from '../domain/event.ts';
import { openStore } from '../git/store.ts';
import { briefOf } from '../policy/task-brief.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { withLatest } from '../report/seen.ts';
import { digestOf, rowsOfBoard } from '../report/status-digest.ts';
import type { StatusFacts } from '../report/status-text.ts';
import * as answer from './answer.ts';
import { whyOfTask } from './around.ts';
import { budgetFacts } from './budget.ts';
import { calibrationOf } from './calibrate.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';
import type { Doorbell } from './doorbell.ts';
import type { LiveProject } from './live-project.ts';
import * as move from './move.ts';
import * as pause from './pause.ts';
import * as resume from './resume.ts';
import * as retry from './retry.ts';
import * as review from './review.ts';
import { routeOfTask } from './route-task.ts';
import { runCommand } from './run-command.ts';
import { factsOf } from './status.ts';
import * as tell from './tell.ts';

/** What a person may do from the page; each is the command of that name. */
const RUN_HERE = { answer, review, retry, tell, move, pause, resume };

const isCommand = (name: string): name is keyof typeof RUN_HERE => Object.hasOwn(RUN_HERE, name);

export function boardEdges(live: LiveProject, context: Context, doorbell: Doorbell | null): BoardEdges {
  const { facts, places, baton, ledger, keeper, holder, checkout } = live.now();
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  // Asked once. A git that does not answer only leaves the name out.
  const identity = checkout.identity().then(
    ({ name }) => name,
    () => '',
  );
  return {
    project: basename(facts.root),
    repository: facts.commonDir,
    baton,
    ledger,
    keeper,
    settings: () => ({ config: live.now().config, fault: live.fault() }),
    revision: live.revision,
    person: () => identity,
    clock: systemClock,
    transcripts: places.transcripts,
    liveness: owner => holder.liveness(owner),
    facts: factsReader(live),
    routing: (task, view) => routeOfTask(task, view, live.now()),
    why: (task, view) => whyOfTask(task, view, live.now()),
    store: async () => {
      const store = await openStore({ checkout: facts.root, environment, clock: systemClock });
      return store.ok ? store.value : null;
    },
    budget: () => budgetFacts(true, live.now()),
    calibration: () => calibrationOf({}, live.now()),
    secrets: [context.environment.ANTHROPIC_API_KEY ?? ''],
    commands: new Set(Object.keys(RUN_HERE)),
    run: words => runQuietly(words, context),
    waiter: () => doorbell?.waiter() ?? (async () => true),
    assets: pageAssets(),
    token: tokenOf(places.own),
  };
}

/** The same facts as on the status screen, from the view that the page shows. */
function factsReader(live: LiveProject): (view: BoardView) => Promise<StatusFacts> {
  const { baton, ledger } = live.now();
  let latest: [string, Stored[]][] = [];
  let position = 0;
  return async view => {
    const news = baton.after(position);
    latest = [...withLatest(latest, news)].map(([stream, events]) => [stream, [...events]]);
    position = news.at(-1)?.position ?? position;
    const board = new Map(
      [...view.board].map(([id, task]) => [id, { ...task, state: task.state === null ? null : briefOf(task.state) }]),
    );
    const seen = { digest: digestOf(rowsOfBoard(board)), faults: view.faults.length, latest: new Map(latest), board };
    const { trusted, config, facts } = live.now();
    const outlook = { root: facts.root, branch: facts.branch, trusted, baton, ledger, budget: config.budget };
    return await factsOf({ ...outlook, isManual: config.routing === 'manual' }, seen);
  };
}

/** As if its words had been typed, without a terminal: nothing can be asked, and what it prints goes to the page. */
async function runQuietly(words: readonly string[], context: Context): Promise<{ code: number; output: string }> {
  const [name = '', ...rest] = words;
  if (!isCommand(name)) throw new Error(`bug: the board has no command ${name}`);
  const texts: string[] = [];
  const stream = { write: (text: string) => texts.push(text) };
  const quiet: Context = { ...context, stdout: stream, stderr: stream, stdin: { read: async () => '' } };
  const code = await runCommand(RUN_HERE[name], rest, quiet);
  return { code, output: texts.join('').trimEnd() };
}

/** Kept, so that a page stays open over a restart; only this user can read it. */
function tokenOf(folder: string): string {
  const path = join(folder, 'board-token');
  const known = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const token = randomBytes(16).toString('hex');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, token, { mode: 0o600 });
  return token;
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The built page lies beside the bundle, and beside the sources in `dist/`. */
export function pageFolder(): string | null {
  const here = import.meta.dirname;
  const places = [join(here, '../page'), join(here, '../../dist/page')];
  return places.find(place => existsSync(join(place, 'index.html'))) ?? null;
}

function pageAssets(): Map<string, Asset> {
  const folder = pageFolder();
  if (folder === null) throw new Error('bug: the package holds no page for the board');
  return new Map(
    readdirSync(folder).map(name => [
      name,
      {
        type: TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
        bytes: readFileSync(join(folder, name)),
      },
    ]),
  );
}
