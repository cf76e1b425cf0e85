/** What must be true at the end of a chaos round, asked of git, the log, the ledger, the server and the process table. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { LEAD_STREAM, worktreeStream } from '../../src/domain/event.ts';
import { isRecordPath } from '../../src/domain/record-paths.ts';
import { BUILT_IN_PRICES, costOf } from '../../src/model/prices.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import type { ChaosGround } from './chaos-ground.ts';
import { idOf } from './chaos-tasks.ts';
import { textOf, turnsSoFar } from './journey-models.ts';
import { realClock } from './shell-clock.ts';

/** One promise and whether it was kept; `detail` says what was found instead. */
export interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

export interface Verdict {
  attempts: number;
  mostAttempts: number;
  paid: { billedUsd: number; ledgerUsd: number; assumedUsd: number };
  findings: Finding[];
}

export const finding = (name: string, wrong: readonly string[]): Finding => ({
  name,
  ok: wrong.length === 0,
  detail: wrong.slice(0, 12).join('\n'),
});

/** `killed` are the processes that died of SIGKILL: what they held is nobody's any more. */
export function verdict(ground: ChaosGround, killed: ReadonlySet<number>): Verdict {
  const claims = claimsOf(ground);
  const attempts = [...claims.values()];
  const money = moneyOf(ground, killed);
  return {
    attempts: attempts.reduce((sum, count) => sum + count, 0),
    mostAttempts: Math.max(0, ...attempts),
    paid: money.paid,
    findings: [
      finding('every task landed exactly once', landingFaults(ground)),
      finding('the tree outside the record is that of an undisturbed run', codeFaults(ground)),
      finding('no attempt counted as failed', strikesOf(ground)),
      finding('both repositories are whole, and the checkout is clean', repositoryFaults(ground)),
      finding('nobody holds a worktree, a lane, the lead or money', holds(ground, killed)),
      finding('no temporary file, lock or stray worktree is left', strayFiles(ground)),
      finding('billed <= ledger <= billed + reservations in flight at kills', money.faults),
      finding('no turn was paid more than once beyond the one in flight', paidTwice(ground, claims)),
    ],
  };
}

const idsOf = (ground: ChaosGround): string[] => Array.from({ length: ground.tasks }, (_, number) => idOf(number));

/** Claims by task. */
function claimsOf(ground: ChaosGround): Map<string, number> {
  const claims = new Map(idsOf(ground).map(id => [id, 0]));
  for (const { stream, event } of ground.look(baton => baton.after(0)))
    if (event.kind === 'claimed') claims.set(stream.slice('task/'.length), event.attempt);
  return claims;
}

/** Git and the log are asked apart: each must tell of every task once. */
function landingFaults(ground: ChaosGround): string[] {
  const format = '--format=%(trailers:key=Kleiber-Task,valueonly)';
  const log = ['-C', ground.repository, 'log', '--first-parent', '--merges', format, 'main'];
  const merged = ground
    .git(...log)
    .split('\n')
    .filter(line => line !== '');
  const events = ground.look(baton => baton.after(0)).filter(({ event }) => event.kind === 'landed');
  const told = events.map(({ stream }) => stream.slice('task/'.length));
  return [...differences('git', idsOf(ground), merged), ...differences('the log', idsOf(ground), told)];
}

function differences(who: string, wanted: readonly string[], found: readonly string[]): string[] {
  const count = (id: string): number => found.filter(other => other === id).length;
  return [...new Set([...wanted, ...found])]
    .filter(id => count(id) !== 1 || !wanted.includes(id))
    .map(id => `${who} tells ${count(id)} landings of ${id}`);
}

/** A kill says nothing about the model or the task. */
function strikesOf(ground: ChaosGround): string[] {
  return ground
    .look(baton => baton.after(0))
    .filter(
      ({ event }) =>
        ('strike' in event && event.strike === true) || event.kind === 'returned' || event.kind === 'blocked',
    )
    .map(({ stream, event }) => `${stream}: ${JSON.stringify(event).slice(0, 300)}`);
}

function repositoryFaults(ground: ChaosGround): string[] {
  const status = ground.git('-C', ground.repository, 'status', '--porcelain');
  const tips = [
    ground.git('-C', ground.repository, 'rev-parse', 'main'),
    ground.git('--git-dir', ground.storePath, 'rev-parse', 'refs/integration/main'),
  ];
  return [
    ...(status === '' ? [] : [`git status says:\n${status}`]),
    ...(tips[0] === tips[1] ? [] : [`main is ${tips[0]}, the integration ref ${tips[1]}`]),
    ...[join(ground.repository, '.git'), ground.storePath].flatMap(path => fsck(ground, path)),
  ];
}

function fsck(ground: ChaosGround, path: string): string[] {
  try {
    const said = ground.git('--git-dir', path, 'fsck', '--connectivity-only', '--no-dangling');
    return said.split('\n').filter(line => /missing|broken|error/.test(line));
  } catch (error) {
    return [`git fsck of ${path}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** In an undisturbed run every task adds its one file, so this is what the tree outside the record must be, byte for byte. */
function codeFaults(ground: ChaosGround): string[] {
  const paths = ground.git('-C', ground.repository, 'ls-tree', '-r', '-z', '--name-only', 'main').split('\0');
  const code = paths.filter(path => path !== '' && !isRecordPath(path));
  const expected = ground.codeAtTheEnd();
  const read = (path: string): string => ground.git('-C', ground.repository, 'show', `main:${path}`);
  return [...new Set([...code, ...Object.keys(expected)])].flatMap(path => {
    if (expected[path] === undefined) return [`${path} should not be there`];
    if (!code.includes(path)) return [`${path} is missing`];
    return read(path) === expected[path]?.trimEnd() ? [] : [`${path} has other contents`];
  });
}

function holds(ground: ChaosGround, killed: ReadonlySet<number>): string[] {
  const open = ground.lookAtLedger(ledger => ledger.rows().filter(row => row.settled === null));
  return ground.look(baton => {
    const slots = baton
      .after(0)
      .flatMap(({ event }) => (event.kind === 'claimed' ? [worktreeStream(event.worktree)] : []));
    const held = [...new Set([LEAD_STREAM, ...slots])].flatMap(stream => {
      const last = baton.read(stream).at(-1)?.event;
      return last?.kind === 'held' && !killed.has(last.owner.pid) ? [`${stream} is held by ${last.owner.pid}`] : [];
    });
    return [
      ...held,
      ...baton.lanes().map(lane => `${lane.stream} still has its ${lane.tier} lane`),
      ...open.map(row => `reservation ${row.reservation} of ${row.purpose.task} is open`),
    ];
  });
}

/** Half a pack that a cut-off git leaves is swept away by its age: in the store after an hour, elsewhere by git itself. */
const STRAY = /\.lock$|\.md\.\d+$|^tmp_(?!pack|idx|rev)|\.tmp$|\.trash$/;

/** Four workers, two places each. */
const LIVING_PLACES = 8;

function strayFiles(ground: ChaosGround): string[] {
  const states = readdirSync(join(ground.home, '.local/state/kleiber'), { withFileTypes: true });
  const own = states.filter(entry => entry.isDirectory()).map(entry => join(entry.parentPath, entry.name));
  const worktrees = own
    .map(folder => join(folder, 'worktrees'))
    .filter(folder => existsSync(folder))
    .flatMap(folder => readdirSync(folder).map(name => join(folder, name)));
  const known = new Set(
    ground
      .git('--git-dir', ground.storePath, 'worktree', 'list', '--porcelain')
      .split('\n')
      .flatMap(line => (line.startsWith('worktree ') ? [line.slice(9)] : [])),
  );
  // Each conversation has one, also when its worker has died, and so has each place of a living worker that tries a claim.
  const perAgent = new Map<string, number>();
  for (const path of worktrees) {
    const agent = path.replace(/^.*\//, '').replace(/-\d+$/, '');
    perAgent.set(agent, (perAgent.get(agent) ?? 0) + 1);
  }
  return [
    ...[ground.repository, ...own].flatMap(folder =>
      filesBelow(folder).filter(path => STRAY.test(path.replace(/^.*\//, ''))),
    ),
    ...worktrees.filter(path => !known.has(path)).map(path => `${path} is no worktree of the store`),
    ...[...perAgent]
      .filter(([, count]) => count > ground.lanes + LIVING_PLACES)
      .map(([agent, count]) => `${count} worktrees of ${agent}`),
  ];
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map(entry =>
    relative('/', join(entry.parentPath, entry.name)),
  );

/** In nano-dollars, and by nobody's word but the server's. */
function moneyOf(ground: ChaosGround, killed: ReadonlySet<number>): { paid: Verdict['paid']; faults: string[] } {
  const rows = ground.lookAtLedger(ledger => ledger.rows());
  const day = rows[0]?.day ?? '2026-01-01';
  const bill = Object.entries(ground.server.billed().byModel);
  const billed = bill.reduce(
    (sum, [model, usage]) => sum + (costOf(BUILT_IN_PRICES, model, usage, day) ?? Number.NaN),
    0,
  );
  const booked = rows.reduce((sum, row) => sum + (row.settled ?? row.reserved), 0);
  const inFlight = rows.filter(row => row.assumed).reduce((sum, row) => sum + row.reserved, 0);
  const strangers = rows.filter(row => row.assumed && !killed.has(row.owner.pid));
  const usd = (nano: number): number => nano / 1e9;
  return {
    paid: { billedUsd: usd(billed), ledgerUsd: usd(booked), assumedUsd: usd(inFlight) },
    faults: [
      ...(billed <= booked ? [] : [`billed $${usd(billed)}, but the ledger has $${usd(booked)}`]),
      ...(booked <= billed + inFlight
        ? []
        : [`the ledger has $${usd(booked)}: more than $${usd(billed)} and $${usd(inFlight)} in flight`]),
      ...strangers.map(row => `reservation ${row.reservation} was given up by ${row.owner.pid}, which was not killed`),
    ],
  };
}

/** Every attempt but the last of a task was cut off, and each may have lost one reply. */
function paidTwice(ground: ChaosGround, claims: ReadonlyMap<string, number>): string[] {
  const replies = new Map<string, number[]>();
  for (const { endpoint, status, reply, body } of ground.server.exchanges()) {
    if (endpoint !== 'messages' || status !== 200 || reply === null) continue;
    const request = body as MessagesRequest; // the server has checked what it answered with 200
    if (request.output_config?.format?.schema !== undefined) continue;
    const id = /id: (part-\d+)\n/.exec(textOf(request.messages[0]?.content))?.[1] ?? '?';
    replies.set(id, [...(replies.get(id) ?? []), turnsSoFar(request)]);
  }
  return [...replies].flatMap(([id, turns]) => {
    const again = turns.length - new Set(turns).size;
    const allowed = (claims.get(id) ?? 1) - 1;
    return again <= allowed
      ? []
      : [`${id}: ${again} turns were paid again in ${allowed + 1} attempts (${turns.join(' ')})`];
  });
}

const GONE_WITHIN_MS = 2_000;

/** Processes that still belong to the round: by their command line, their environment, or the folder they are in. */
export async function leftBehind(ground: ChaosGround): Promise<Finding> {
  let orphans = orphansOf(ground);
  for (const began = performance.now(); orphans.length > 0 && performance.now() - began < GONE_WITHIN_MS; ) {
    await realClock.sleep(50);
    orphans = orphansOf(ground);
  }
  return finding('no process is left after 2 s', orphans);
}

function orphansOf(ground: ChaosGround): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(pid => {
      const command = readOf(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      const belongs =
        command.includes(ground.marker) ||
        [
          command,
          readOf(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
          readOf(() => readlinkSync(`/proc/${pid}/cwd`)),
        ].some(text => text.includes(ground.root));
      return belongs ? [`${pid}: ${command.replaceAll('\0', ' ').slice(0, 200)}`] : [];
    });
}

/** A process may end while it is looked at, and some do not let themselves be looked at. */
function readOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
