/** A chaos run: rounds with a fresh repository each, until all kills are done and, if asked, every fault point was died at. */
import type { GroundOptions } from './chaos-ground.ts';
import { Points } from './chaos-points.ts';
import { type Played, playRound } from './chaos-round.ts';
import type { Finding, Verdict } from './chaos-verdict.ts';

export interface ChaosOptions extends GroundOptions {
  kills: number;
  seed: number;
  /** Begins with a round without kills, which shows that all is well as long as nobody dies, and which fault points there are. */
  undisturbed: boolean;
  /** Goes on until every fault point that any process has met was died at. */
  everyPoint: boolean;
  /** Called after each round. */
  say?: (line: string) => void;
  /** No round begins after so long. */
  mostMs?: number;
  keepBroken?: boolean;
}

export interface ChaosReport {
  seed: number;
  rounds: number;
  tasks: number;
  randomKills: number;
  pointKills: number;
  /** Fault points that were died at, of those that are known. */
  points: { reached: number; known: number; missing: string[] };
  attempts: number;
  mostAttempts: number;
  paid: Verdict['paid'];
  tookMs: number;
  /** What must be true, over all rounds; the false ones keep their details. */
  findings: Finding[];
}

/** Kills of one round, per task of its plan; what is left over goes into the next. */
const KILLS_PER_TASK = 8;
/** What a process does about the death of another is met only where others die at random as well. */
const KILLS_BESIDE_POINTS_PER_TASK = 1;
/** Of those that are started, those that are sent to a fault point. */
const POINT_SHARE = 0.6;
/** Rounds that bring no further fault point before the rest is given up and named. */
const MOST_BARREN = 12;

/** Numbers from 0 to 1 that are the same in every run with the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const began = performance.now();
  const [points, random] = [new Points(), seeded(options.seed)];
  const total = emptyReport(options.seed);
  const killed = (): number => total.randomKills + total.pointKills;
  const play = async (budget: number): Promise<void> => {
    // Whoever is on the way to a fault point is spared, so where each counts the random kills are done before most are sent to one.
    const everyPoint = options.everyPoint && budget > 0 && killed() >= options.kills;
    const pointShare = options.everyPoint === everyPoint ? POINT_SHARE : POINT_SHARE / 6;
    const round = await playRound({ ...options, everyPoint, pointShare, random, points, budget });
    add(total, round);
    options.say?.(
      `round ${total.rounds}: ${killed()} kills so far, ${points.reached.size} of ${points.known.size} fault points; ${round.attempts} attempts for ${round.tasks} tasks${faultsText(round)}`,
    );
  };
  const isWanted = (): boolean => killed() < options.kills || (options.everyPoint && points.pending > 0);
  if (options.undisturbed) await play(0);
  for (let barren = 0; isWanted() && barren < MOST_BARREN; ) {
    if (performance.now() - began > (options.mostMs ?? Number.POSITIVE_INFINITY)) break;
    const progress = (): string => [Math.min(killed(), options.kills), points.reached.size].join();
    const before = progress();
    const left = options.kills - killed();
    await play(
      left > 0 ? Math.min(KILLS_PER_TASK * options.tasks, left) : KILLS_BESIDE_POINTS_PER_TASK * options.tasks,
    );
    barren = progress() === before ? barren + 1 : 0;
  }
  total.points = { reached: points.reached.size, known: points.known.size, missing: points.missing() };
  total.tookMs = performance.now() - began;
  return total;
}

const faultsText = ({ findings, kept }: Played): string =>
  findings
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `\nBROKEN: ${name}\n${detail}`)
    .join('') + (kept === null ? '' : `\nits repository, log and home stay in ${kept}`);

const emptyReport = (seed: number): ChaosReport => ({
  seed,
  rounds: 0,
  tasks: 0,
  randomKills: 0,
  pointKills: 0,
  points: { reached: 0, known: 0, missing: [] },
  attempts: 0,
  mostAttempts: 0,
  paid: { billedUsd: 0, ledgerUsd: 0, assumedUsd: 0 },
  tookMs: 0,
  findings: [],
});

function add(total: ChaosReport, round: Played): void {
  total.rounds++;
  for (const key of ['tasks', 'randomKills', 'pointKills', 'attempts'] as const) total[key] += round[key];
  for (const key of ['billedUsd', 'ledgerUsd', 'assumedUsd'] as const) total.paid[key] += round.paid[key];
  total.mostAttempts = Math.max(total.mostAttempts, round.mostAttempts);
  for (const found of round.findings) {
    const same = total.findings.find(({ name }) => name === found.name);
    if (same === undefined) total.findings.push({ ...found });
    else if (!found.ok) Object.assign(same, { ok: false, detail: `${same.detail}\n${found.detail}`.trim() });
  }
}
