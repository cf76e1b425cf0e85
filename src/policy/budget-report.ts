/** Where the money went, how fast it goes, and whether it was well spent: from the lines of the ledger and the states of tasks. */
import { inputTokens, type NanoUsd, type Usage } from '../domain/money.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import type { BudgetZone } from './budget.ts';
import { type CapUse, tightestOf, zoneOfCaps } from './cap-use.ts';
import { IDEAL_MINUTES, type Range } from './estimate.ts';
import { type EstimateQuality, estimateQuality, minutesOf, pastTasks } from './history.ts';
import type { TargetSet } from './targets.ts';
import type { TaskState } from './task-state.ts';
import { type TierThinking, thinkingOf } from './thinking.ts';
import { type Waste, wasteOf } from './waste.ts';

/** A line of the ledger, as far as a report needs it. */
export interface BookedLine {
  at: string;
  day: string;
  purpose: { task: string; agent: string; phase: string; tier: Tier; model: string };
  reserved: NanoUsd;
  settled: NanoUsd | null;
  usage: Usage | null;
  logged: string | null;
}

export interface ReportQuestion {
  /** Of this repository, in the period asked for. */
  lines: readonly BookedLine[];
  /** Of all repositories, for as long as the burn rate looks back. */
  recent: readonly BookedLine[];
  caps: readonly CapUse[];
  states: readonly TaskState[];
  /** What plans were shown with, by task. */
  estimates: ReadonlyMap<string, Range>;
  targets: TargetSet;
  now: Date;
  /** What the same tokens cost on another tier; null when it has no price. */
  priceOn(tier: Tier, usage: Usage, day: string): NanoUsd | null;
}

export interface Share {
  name: string;
  cost: NanoUsd;
  tokens: number;
  /** Of `cost`, what was logged by hand. */
  logged: NanoUsd;
}

export interface BudgetReport {
  zone: BudgetZone;
  tightest: CapUse | null;
  caps: readonly CapUse[];
  total: { spent: NanoUsd; reserved: NanoUsd; logged: NanoUsd };
  burn: Burn;
  byPhase: Share[];
  byModel: Share[];
  byAgent: Share[];
  byTask: Share[];
  wasted: { cost: NanoUsd; attempts: Waste[] };
  work: { targets: TargetSet; total: number; tiers: TierWork[] };
  durations: TierDuration[];
  thinking: TierThinking[];
  /** What the period would have cost with one model for everything; null where a price is missing. */
  saving: { actual: NanoUsd; allSonnet: NanoUsd | null; allOpus: NanoUsd | null };
  estimates: EstimateQuality;
}

export interface TierWork {
  tier: Tier;
  amount: number;
  /** Per cent; null while nothing was done. */
  share: number | null;
  target: [number, number];
}

export interface TierDuration {
  tier: Tier;
  attempts: number;
  /** Of attempts that were handed in; null without any. */
  medianMinutes: number | null;
  ideal: [number, number];
}

export function budgetReport(question: ReportQuestion): BudgetReport {
  const { lines, caps, states } = question;
  const wasted = wasteOf(states).sort((a, b) => b.cost - a.cost);
  return {
    zone: zoneOfCaps(caps),
    tightest: tightestOf(caps),
    caps,
    total: {
      spent: sum(lines, ({ settled }) => settled ?? 0),
      reserved: sum(lines, ({ settled, reserved }) => (settled === null ? reserved : 0)),
      logged: sum(lines, loggedOf),
    },
    burn: burnOf(question),
    byPhase: sharesBy(lines, ({ phase }) => phase),
    byModel: sharesBy(lines, ({ model }) => model),
    byAgent: sharesBy(lines, ({ agent }) => agent),
    byTask: sharesBy(lines, ({ task }) => task),
    wasted: { cost: sum(wasted, ({ cost }) => cost), attempts: wasted },
    work: workOf(question),
    durations: TIERS.map(tier => durationOf(tier, states)),
    thinking: thinkingOf(lines),
    saving: savingOf(question),
    estimates: estimateQuality(pastTasks(states), question.estimates),
  };
}

const sum = <Item>(items: readonly Item[], amount: (item: Item) => number): number =>
  items.reduce((total, item) => total + amount(item), 0);

const loggedOf = ({ logged, settled }: BookedLine): NanoUsd => (logged === null ? 0 : (settled ?? 0));
const tokensOf = ({ usage }: BookedLine): number => (usage === null ? 0 : inputTokens(usage) + usage.output);

/** What is settled, the most expensive first. */
function sharesBy(lines: readonly BookedLine[], nameOf: (purpose: BookedLine['purpose']) => string): Share[] {
  const shares = new Map<string, Share>();
  for (const line of lines) {
    const name = nameOf(line.purpose);
    const before = shares.get(name) ?? { name, cost: 0, tokens: 0, logged: 0 };
    shares.set(name, {
      name,
      cost: before.cost + (line.settled ?? 0),
      tokens: before.tokens + tokensOf(line),
      logged: before.logged + loggedOf(line),
    });
  }
  return [...shares.values()].sort((a, b) => b.cost - a.cost || a.name.localeCompare(b.name));
}

export interface Burn {
  /** Settled per hour since the first request of the last day; null when there was none. */
  perHour: NanoUsd | null;
  /** The first money cap that this rate uses up before it begins anew, and when (ISO 8601); null when none. */
  exhausts: { scope: CapUse['scope']; at: string } | null;
}

export const BURN_LOOKS_BACK_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** A rate over less time than this says nothing. */
const LEAST_MS = HOUR_MS / 4;

function burnOf({ recent, caps, now }: ReportQuestion): Burn {
  const since = now.getTime() - BURN_LOOKS_BACK_MS;
  const lines = recent.filter(({ at }) => Date.parse(at) >= since);
  if (lines.length === 0) return { perHour: null, exhausts: null };
  const first = Math.min(...lines.map(({ at }) => Date.parse(at)));
  const hours = Math.max(LEAST_MS, now.getTime() - first) / HOUR_MS;
  const perHour = Math.round(sum(lines, ({ settled }) => settled ?? 0) / hours);
  return { perHour, exhausts: perHour === 0 ? null : exhaustion(caps, perHour, now) };
}

function exhaustion(caps: readonly CapUse[], perHour: NanoUsd, now: Date): Burn['exhausts'] {
  const ends = caps
    .filter(({ scope }) => scope !== 'tokens')
    .map(({ scope, cap, settled, until }) => {
      const endMs = now.getTime() + (Math.max(0, cap - settled) / perHour) * HOUR_MS;
      return { scope, endMs, isBefore: endMs < new Date(`${until}T00:00:00`).getTime() };
    })
    .filter(({ isBefore }) => isBefore)
    .sort((a, b) => a.endMs - b.endMs);
  const [first] = ends;
  return first === undefined ? null : { scope: first.scope, at: new Date(first.endMs).toISOString() };
}

function workOf({ states, targets }: ReportQuestion): BudgetReport['work'] {
  const attempts = states.flatMap(state => state.attempts);
  const amountOf = (tier: Tier): number => {
    const own = attempts.filter(({ route }) => route.tier === tier);
    return targets.unit === 'attempts' ? own.length : sum(own, attempt => minutesOf(attempt) ?? 0) / 60;
  };
  const amounts = TIERS.map(tier => ({ tier, amount: amountOf(tier) }));
  const total = sum(amounts, ({ amount }) => amount);
  const tiers = amounts.map(({ tier, amount }) => ({
    tier,
    amount,
    share: total === 0 ? null : (100 * amount) / total,
    target: targets.share[tier],
  }));
  return { targets, total, tiers };
}

function durationOf(tier: Tier, states: readonly TaskState[]): TierDuration {
  const minutes = states
    .flatMap(state => state.attempts)
    .filter(({ route, outcome }) => route.tier === tier && outcome === 'submitted')
    .flatMap(attempt => minutesOf(attempt) ?? [])
    .sort((a, b) => a - b);
  const ideal = IDEAL_MINUTES[tier];
  return { tier, attempts: minutes.length, medianMinutes: minutes[Math.floor(minutes.length / 2)] ?? null, ideal };
}

/** The same tokens at other prices; lines whose usage was never learnt are left out of all three sums. */
function savingOf({ lines, priceOn }: ReportQuestion): BudgetReport['saving'] {
  const known = lines.flatMap(({ settled, usage, day }) =>
    settled === null || usage === null ? [] : [{ settled, usage, day }],
  );
  const allOn = (tier: Tier): NanoUsd | null => {
    const costs = known.map(({ usage, day }) => priceOn(tier, usage, day));
    return costs.reduce<NanoUsd | null>((total, cost) => (total === null || cost === null ? null : total + cost), 0);
  };
  return { actual: sum(known, ({ settled }) => settled), allSonnet: allOn('sonnet'), allOpus: allOn('opus') };
}
