/** The real edges of a run: sandbox, Claude, store, checks. Built once per process, only by commands that work. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spentToday } from '../agent/cap-uses.ts';
import type { Studio } from '../agent/session.ts';
import { BEAT_MS } from '../baton/heartbeat-watch.ts';
import { besideTheTicks } from '../conductor/beside.ts';
import type { ConductorEdges } from '../conductor/edges.ts';
import { recentChecks } from '../conductor/recent-checks.ts';
import type { Target } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { GitStore } from '../git/git.ts';
import { openStore } from '../git/store.ts';
import type { ValidationConditions } from '../policy/validation-key.ts';
import { readRecordFile } from '../record/record-disk.ts';
import { gitProblem, type Problem, sandboxProblem } from '../report/problem.ts';
import { openSandbox } from '../shell/bubblewrap.ts';
import { findDependencyBinds, lockFingerprint, lockFolders } from '../shell/dependency-binds.ts';
import { openNoSandbox } from '../shell/no-sandbox.ts';
import type { DependencyBind, Sandbox } from '../shell/sandbox.ts';
import type { WorkerEdges } from '../worker/edges.ts';
import { checkReports } from './check-reports.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import { openDoorbell } from './doorbell.ts';
import type { Project } from './project.ts';
import { recordFiles } from './record-files.ts';
import { repeat } from './repeat.ts';
import { openStudio } from './studio.ts';

export interface Workshop {
  studio: Studio;
  store: GitStore;
  worker: WorkerEdges;
  conductor: ConductorEdges;
  /** Rings the bell for everybody who waits. */
  close(): Promise<void>;
}

export interface WorkshopOptions {
  noSandbox: boolean;
  /** Goes on without a key: then every turn with a model is refused. */
  keyless?: boolean;
}

/** Everything a run needs, or the first thing that is missing, in the words a person needs. */
export async function openWorkshop(
  project: Project,
  context: Context,
  options: WorkshopOptions,
): Promise<Result<Workshop, Problem>> {
  if (project.facts.head === null) return fail(gitProblem({ reason: 'no_commits', path: project.facts.root }));
  const sandbox = await sandboxOf(project, context, options);
  if (!sandbox.ok) return sandbox;
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
  if (!store.ok) return fail(gitProblem(store.failure));
  const studio = await openStudio(project, context, sandbox.value, options.keyless === true);
  if (!studio.ok) return studio;
  return ok(await assemble(project, context, studio.value, store.value));
}

async function sandboxOf(
  project: Project,
  context: Context,
  options: WorkshopOptions,
): Promise<Result<Sandbox, Problem>> {
  const pathEntries = (context.environment.PATH ?? '').split(delimiter).filter(entry => entry.startsWith('/'));
  if (options.noSandbox) {
    note(context, 'NO SANDBOX: commands of agents and checks run with your rights, and every landing is marked so');
    return ok(openNoSandbox({ home: join(project.places.own, 'home'), pathEntries, clock: systemClock }));
  }
  const bwrapPath = pathEntries.map(entry => join(entry, 'bwrap')).find(path => existsSync(path)) ?? '/usr/bin/bwrap';
  const opened = await openSandbox({
    bwrapPath,
    home: context.home,
    pathEntries,
    environment: context.environment,
    repositoryRoots: [project.facts.root],
    hidden: [project.places.stateHome, project.places.state],
    clock: systemClock,
  });
  return opened.ok ? opened : fail(sandboxProblem(opened.failure));
}

/** Branch and dependencies may change while a run goes on, so they are looked at again and again, but not for every claim. */
interface Surroundings {
  target: Target | null;
  binds: DependencyBind[];
  conditions: ValidationConditions;
}

/** As many reviews as sonnet has lanes, and one on opus. */
const MOST_BESIDE = 4;

const LOOK_AGAIN_MS = 1_000;

async function assemble(project: Project, context: Context, studio: Studio, store: GitStore): Promise<Workshop> {
  let around = await lookAround(project, studio);
  const notice = (text: string): void => note(context, text);
  const looking = repeat(
    LOOK_AGAIN_MS,
    async () => {
      around = await lookAround(project, studio);
    },
    why => notice(`the checkout could not be looked at, trying again: ${why}`),
  );
  const beating = repeat(
    BEAT_MS,
    async () => project.baton.beat(project.holder.owner),
    why => notice(`the heartbeat could not be written, trying again: ${why}`),
  );
  const doorbell = openDoorbell(project, notice);
  const common = {
    studio,
    holder: project.holder,
    keeper: project.keeper,
    store,
    target: () => around.target,
    worktrees: project.places.worktrees,
    binds: () => around.binds,
    conditions: () => around.conditions,
    notice,
  };
  const { name } = await project.checkout.identity();
  return {
    studio,
    store,
    worker: {
      ...common,
      bell: doorbell.waiter(),
      spentToday: () => spentToday(project.ledger, systemClock.now()),
      landedBefore: landingsOf(store),
    },
    conductor: {
      ...common,
      obstacle: onceAWhile(notice),
      bell: doorbell.waiter(),
      checkout: project.checkout,
      record: recordFiles(project.facts.root),
      recentChecks: recentChecks(systemClock),
      reports: checkReports,
      beside: besideTheTicks(MOST_BESIDE),
      person: name,
    },
    close: async () => {
      await Promise.all([looking.stop(), beating.stop(), doorbell.close()]);
    },
  };
}

const REMIND_MS = 60_000;

/** What stands in the conductor's way is met with every tick, which may be many in a second. */
function onceAWhile(tell: (text: string) => void): (text: string) => void {
  const toldAtMs = new Map<string, number>();
  return text => {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - (toldAtMs.get(text) ?? -REMIND_MS) < REMIND_MS) return;
    toldAtMs.set(text, nowMs);
    tell(text);
  };
}

async function lookAround(project: Project, studio: Studio): Promise<Surroundings> {
  const facts = await project.checkout.facts();
  const { root } = project.facts;
  const branch = facts.ok ? facts.value.branch : null;
  const binds = await findDependencyBinds(root, project.config.deps);
  const checks = project.config.checks.map(check => ({
    name: check.name,
    command: check.command,
    timeoutMs: check.timeout_minutes * 60_000,
  }));
  const read = (path: string): Uint8Array | null => {
    const found = readRecordFile(root, path, 64 * 1024 * 1024);
    return found.ok ? found.value : null;
  };
  const conditions = {
    checks,
    dependencies: lockFingerprint(read, lockFolders(binds)),
    sandbox: studio.sandbox.fingerprint,
  };
  return { target: branch === null ? null : { checkout: root, branch }, binds, conditions };
}

/** Trailers of a branch, read again only when it has moved. */
function landingsOf(store: GitStore): WorkerEdges['landedBefore'] {
  const known = new Map<string, Awaited<ReturnType<WorkerEdges['landedBefore']>>>();
  return async branch => {
    const tip = await store.integrationTip(branch);
    if (tip === null) return new Map();
    const found = known.get(tip) ?? new Map((await store.landings(tip)).map(landing => [landing.task, landing]));
    known.clear();
    known.set(tip, found);
    return found;
  };
}
