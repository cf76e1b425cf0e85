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
import * as pause from './pause.ts';
import type { Project } from './project.ts';
import * as resume from './resume.ts';
import * as retry from './retry.ts';
import * as review from './review.ts';
import { routeOfTask } from './route-task.ts';
import { runCommand } from './run-command.ts';
import { factsOf } from './status.ts';

/** What a person may do from the page; each is the command of that name. */
const COMMANDS = { answer, review, retry, pause, resume };

const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);

export function boardEdges(project: Project, context: Context, doorbell: Doorbell | null): BoardEdges {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  return {
    project: basename(project.facts.root),
    repository: project.facts.commonDir,
    baton: project.baton,
    ledger: project.ledger,
    keeper: project.keeper,
    config: project.config,
    clock: systemClock,
    transcripts: project.places.transcripts,
    liveness: owner => project.holder.liveness(owner),
    facts: factsReader(project),
    routing: (task, view) => routeOfTask(task, view, project),
    why: (task, view) => whyOfTask(task, view, project),
    store: async () => {
      const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
      return store.ok ? store.value : null;
    },
    budget: () => budgetFacts(true, project),
    calibration: () => calibrationOf({}, project),
    commands: new Set(Object.keys(COMMANDS)),
    run: words => runQuietly(words, context),
    waiter: () => doorbell?.waiter() ?? (async () => undefined),
    assets: pageAssets(),
    token: tokenOf(project.places.own),
  };
}

/** The same facts as on the status screen, from the view that the page shows. */
function factsReader(project: Project): (view: BoardView) => Promise<StatusFacts> {
  let latest: [string, Stored[]][] = [];
  let position = 0;
  return async view => {
    const news = project.baton.after(position);
    latest = [...withLatest(latest, news)].map(([stream, events]) => [stream, [...events]]);
    position = news.at(-1)?.position ?? position;
    const board = new Map(
      [...view.board].map(([id, task]) => [id, { ...task, state: task.state === null ? null : briefOf(task.state) }]),
    );
    const seen = { digest: digestOf(rowsOfBoard(board)), faults: view.faults.length, latest: new Map(latest), board };
    const { baton, ledger, trusted, config } = project;
    const { root, branch } = project.facts;
    const outlook = { root, branch, trusted, baton, ledger, budget: config.budget };
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
  const code = await runCommand(COMMANDS[name], rest, quiet);
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
