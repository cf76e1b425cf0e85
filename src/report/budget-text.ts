/** The money of a project for people: the light first, then caps, then where it went and what came of it. */
import { dollars, type NanoUsd, usdText } from '../domain/money.ts';
import type { KnownLimits } from '../model/limit-book.ts';
import type { BudgetZone } from '../policy/budget.ts';
import type { BudgetReport, Share } from '../policy/budget-report.ts';
import { type CapUse, capName } from '../policy/cap-use.ts';
import { table } from './table.ts';
import { thinkingJson, thinkingRows } from './thinking-text.ts';

/** Seed 3's lights; each with its word, for those who cannot tell them apart. */
export const LIGHT: Readonly<Record<BudgetZone, string>> = {
  green: '🟢 green',
  yellow: '🟡 yellow',
  orange: '🟠 orange',
  red: '🔴 red',
};

export interface BudgetFacts {
  report: BudgetReport;
  /** `today`, `this week`. */
  period: string;
  /** The caps of plans that have work left; they begin anew never. */
  plans: { plan: string; settled: NanoUsd; open: NanoUsd; cap: NanoUsd }[];
  policy: string;
  reservePercent: number;
  /** What the API has last said of its rate limits, by model; empty before its first answer. */
  limits: KnownLimits[];
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

export function budgetText(facts: BudgetFacts, width: number | null): string {
  const { report } = facts;
  return [
    head(facts),
    '',
    ...table([['', '', 'spent', 'reserved', 'cap', '', 'anew'], ...capRows(facts)], width),
    '',
    ...burnLines(report),
    ...limitLines(facts.limits, width),
    ...section(`by phase, ${facts.period}`, shareRows(report.byPhase), width),
    ...section(`by model, ${facts.period}`, shareRows(report.byModel), width),
    ...section(`by agent, ${facts.period}`, shareRows(report.byAgent), width),
    ...section(`by task, ${facts.period}`, shareRows(report.byTask), width),
    ...section(`wasted so far: ${dollars(report.wasted.cost)}`, wasteRows(report), width),
    ...section(workTitle(report), workRows(report), width),
    ...section('task duration, handed in so far', durationRows(report), width),
    ...section(`think : execute in output tokens, ${facts.period}`, thinkingRows(report.thinking), width),
    '',
    `  saving           ${savingLine(report)}`,
    `  estimates        ${estimateLine(report)}`,
  ].join('\n');
}

function head({ report, period, policy, reservePercent }: BudgetFacts): string {
  const { spent, reserved, logged } = report.total;
  const parts = [
    LIGHT[report.zone],
    ...(report.tightest === null
      ? []
      : [`${percent(report.tightest.settled, report.tightest.cap)} of ${capName(report.tightest)}`]),
    `here ${period}: ${dollars(spent)} spent, ${dollars(reserved)} reserved${logged === 0 ? '' : `, ${dollars(logged)} of it logged by hand`}`,
    `policy ${policy}, ${reservePercent} % kept for p0 and security`,
  ];
  return parts.join(' · ');
}

const BAR = 20;

/** Twenty blocks: what is settled, then what is only reserved, then what is left. */
function bar(settled: number, open: number, cap: number): string {
  const full = Math.min(BAR, Math.round((BAR * settled) / cap));
  const held = Math.min(BAR, Math.round((BAR * (settled + open)) / cap)) - full;
  return '█'.repeat(full) + '▒'.repeat(held) + '░'.repeat(BAR - full - held);
}

const amount = (cap: Pick<CapUse, 'scope'>, value: number): string =>
  cap.scope === 'tokens' ? `${value} tokens` : dollars(value);

function capRows({ report, plans }: BudgetFacts): string[][] {
  const row = (name: string, use: Pick<CapUse, 'scope' | 'settled' | 'open' | 'cap'>, anew: string): string[] => [
    name,
    bar(use.settled, use.open, use.cap),
    amount(use, use.settled),
    amount(use, use.open),
    amount(use, use.cap),
    percent(use.settled, use.cap),
    anew,
  ];
  return [
    ...report.caps.map(cap => row(cap.tier === null ? cap.scope : `${cap.tier} tokens, week`, cap, cap.until)),
    ...plans.map(plan => row(`plan ${plan.plan}`, { ...plan, scope: 'day' }, 'never')),
  ];
}

function burnLines({ burn }: BudgetReport): string[] {
  if (burn.perHour === null) return ['  burn rate        nothing was spent in the last 24 hours'];
  const end =
    burn.exhausts === null
      ? 'no cap is reached before it begins anew'
      : `the ${burn.exhausts.scope}'s cap is reached at ${localTime(burn.exhausts.at)}`;
  return [`  burn rate        ${dollars(burn.perHour)} an hour; at this rate ${end}`];
}

/** Each with the time at which it was said: it holds until the bucket is full again, and then it says nothing more. */
function limitLines(limits: readonly KnownLimits[], width: number | null): string[] {
  if (limits.length === 0) return ['  rate limits      unknown: no model has answered yet'];
  const rows = limits.flatMap(({ model, at, limits: buckets, refused }) => [
    ...(refused === null ? [] : [[model, 'refused', refusalText(refused), '', `said ${localTime(at)}`]]),
    ...buckets.map(({ bucket, limit, remaining, resetsAt }) => [
      model,
      bucket.replace('-', ' '),
      `${remaining} of ${limit} left`,
      `full again ${localTime(resetsAt)}`,
      `said ${localTime(at)}`,
    ]),
    ...(refused === null && buckets.length === 0
      ? [[model, 'unknown', 'its answer named none', '', `said ${localTime(at)}`]]
      : []),
  ]);
  return section('rate limits of the key, as last said', rows, width);
}

const refusalText = ({ until }: NonNullable<KnownLimits['refused']>): string =>
  until === null ? 'for an unsaid time' : `until ${localTime(until)}`;

function localTime(iso: string): string {
  const at = new Date(iso);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

const MOST_ROWS = 12;

function section(title: string, rows: string[][], width: number | null): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > MOST_ROWS ? [`  and ${rows.length - MOST_ROWS} more: --json`] : [];
  return ['', `  ${title}`, ...table(rows.slice(0, MOST_ROWS), width).map(line => `  ${line}`), ...more];
}

const shareRows = (shares: readonly Share[]): string[][] =>
  shares.map(({ name, cost, tokens, logged }) => [
    name,
    dollars(cost),
    `${tokens} tokens`,
    logged === 0 ? '' : `${dollars(logged)} logged`,
  ]);

const wasteRows = ({ wasted }: BudgetReport): string[][] =>
  wasted.attempts.map(({ task, attempt, cost, reason }) => [task, `attempt ${attempt}`, dollars(cost), reason]);

const workTitle = ({ work }: BudgetReport): string =>
  `share of work in ${work.targets.unit} so far, beside the targets "${work.targets.name}" (${work.targets.source})`;

function workRows({ work }: BudgetReport): string[][] {
  const isWhole = work.targets.unit === 'attempts';
  return work.tiers.map(({ tier, amount: done, share, target: [low, high] }) => [
    tier,
    isWhole ? String(done) : `${done.toFixed(1)} h`,
    share === null ? '-' : `${Math.round(share)} %`,
    `target ${low}-${high} %`,
    share === null || (share >= low && share <= high) ? '' : share < low ? 'below' : 'above',
  ]);
}

const durationRows = ({ durations }: BudgetReport): string[][] =>
  durations.map(({ tier, attempts, medianMinutes, ideal: [low, high] }) => [
    tier,
    medianMinutes === null ? '-' : `${medianMinutes.toFixed(1)} min (median of ${attempts})`,
    `ideal ${low}-${high} min (seed 1)`,
  ]);

function savingLine({ saving }: BudgetReport): string {
  const against = (name: string, cost: NanoUsd | null): string => {
    if (cost === null) return `all-${name} has no price`;
    const difference = cost - saving.actual;
    const words =
      difference === 0 ? 'the same' : `${difference > 0 ? 'saved' : 'lost'} ${dollars(Math.abs(difference))}`;
    return `all-${name} ${dollars(cost)} (${words})`;
  };
  return `${dollars(saving.actual)} spent; the same tokens ${against('sonnet', saving.allSonnet)}, ${against('opus', saving.allOpus)}`;
}

function estimateLine({ estimates: { tasks, inRange, bias } }: BudgetReport): string {
  if (tasks === 0 || bias === null) return 'no planned task has landed yet';
  const off = Math.round(Math.abs(bias) * 100);
  return `${inRange} of ${tasks} landed tasks inside their range; together ${off} % ${bias >= 0 ? 'dearer' : 'cheaper'} than thought likely`;
}

/** The same for programs. */
export function budgetJson({
  report,
  period,
  plans,
  policy,
  reservePercent,
  limits,
}: BudgetFacts): Record<string, unknown> {
  const usd = (nano: NanoUsd | null): string | null => (nano === null ? null : usdText(nano));
  const shares = (found: readonly Share[]) =>
    found.map(({ name, cost, tokens, logged }) => ({ name, cost_usd: usd(cost), tokens, logged_usd: usd(logged) }));
  const { total, burn, wasted, work, saving, estimates } = report;
  return {
    zone: report.zone,
    tightest: report.tightest === null ? null : capName(report.tightest),
    policy,
    reserve_percent: reservePercent,
    period,
    spent_usd: usd(total.spent),
    reserved_usd: usd(total.reserved),
    logged_usd: usd(total.logged),
    caps: [
      ...report.caps.map(capJson),
      ...plans.map(plan => ({ scope: 'plan', plan: plan.plan, ...sums(plan), until: null })),
    ],
    burn: {
      usd_per_hour: usd(burn.perHour),
      exhausts: burn.exhausts === null ? null : { scope: burn.exhausts.scope, at: burn.exhausts.at },
    },
    rate_limits: limits.map(({ model, at, limits: buckets, refused }) => ({
      model,
      said_at: at,
      refused,
      buckets: buckets.map(({ bucket, limit, remaining, resetsAt }) => ({
        name: bucket,
        limit,
        remaining,
        resets_at: resetsAt,
      })),
    })),
    by_phase: shares(report.byPhase),
    by_model: shares(report.byModel),
    by_agent: shares(report.byAgent),
    by_task: shares(report.byTask),
    wasted: {
      cost_usd: usd(wasted.cost),
      attempts: wasted.attempts.map(({ cost, ...rest }) => ({ ...rest, cost_usd: usd(cost) })),
    },
    work: {
      targets: work.targets.name,
      unit: work.targets.unit,
      tiers: work.tiers.map(({ tier, amount: done, share, target }) => ({
        tier,
        amount: done,
        share_percent: share,
        target_percent: target,
      })),
    },
    think_to_execute: thinkingJson(report.thinking),
    durations: report.durations.map(({ tier, attempts, medianMinutes, ideal }) => ({
      tier,
      attempts,
      median_minutes: medianMinutes,
      ideal_minutes: ideal,
    })),
    saving: {
      actual_usd: usd(saving.actual),
      all_sonnet_usd: usd(saving.allSonnet),
      all_opus_usd: usd(saving.allOpus),
    },
    estimates: { tasks: estimates.tasks, in_range: estimates.inRange, bias: estimates.bias },
  };
}

const sums = ({ settled, open, cap }: Pick<CapUse, 'settled' | 'open' | 'cap'>) => ({
  spent_usd: usdText(settled),
  reserved_usd: usdText(open),
  cap_usd: usdText(cap),
});

const capJson = (use: CapUse) =>
  use.scope === 'tokens'
    ? { scope: use.scope, tier: use.tier, spent: use.settled, reserved: use.open, cap: use.cap, until: use.until }
    : { scope: use.scope, ...sums(use), until: use.until };
