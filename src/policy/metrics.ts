/** Seed 3's success metrics with their targets: all green, or which are red, or that nobody can tell yet. */
import { type Interval, wilson } from './interval.ts';
import { type ThoughtLine, type TierThinking, thinkingOf } from './thinking.ts';
import type { TierUse } from './track-record.ts';

export type Colour = 'green' | 'red' | 'not enough data';

export interface Metric {
  name: string;
  /** What was counted, in words. */
  of: string;
  hits: number;
  total: number;
  interval: Interval;
  target: { relation: 'over' | 'under' | 'exactly'; share: number };
  colour: Colour;
  /** More than a missed target: seed 3 asks for an alert. */
  alert: string | null;
}

export interface Metrics {
  metrics: Metric[];
  overall: Colour;
  /** Tasks whose model a person chose; it has no target, but confidence shows in it (seed 3, risks). */
  overrides: { hits: number; total: number };
  thinking: TierThinking[];
}

/** What the ledger knows of one settled request. */
export interface BookedRequest extends ThoughtLine {
  /** The usage was never learnt, so the worst case was booked. */
  assumed: boolean;
}

/** Below this many a share says nothing either way. */
export const ENOUGH = 5;
const ALERT_OVER = 0.15;

export function metricsOf(
  uses: readonly TierUse[],
  requests: readonly BookedRequest[],
  overrides: Metrics['overrides'],
): Metrics {
  const judged = uses.filter(use => use.isJudged);
  const haiku = judged.filter(use => use.tier === 'haiku');
  const reworked = distinctTasks(judged.filter(use => use.isRework));
  const metrics = [
    metric(
      'haiku output acceptable',
      'tasks that haiku did without rework',
      share(haiku, use => !use.isRework && !use.isEscalated),
      over(0.8),
    ),
    metric('rework rate', 'tasks that had to be done again', [reworked, distinctTasks(judged)], under(0.2)),
    escalationOf(judged),
    metric(
      'zone predictions',
      'tasks that stayed in the zone that was foreseen',
      share(judged, ({ zones }) => zones.foreseen === zones.reached),
      over(0.8),
    ),
    metric(
      'token logging',
      'requests booked with their real usage',
      share(requests, ({ assumed }) => !assumed),
      { relation: 'exactly', share: 1 },
    ),
  ];
  return { metrics, overall: overallOf(metrics), overrides, thinking: thinkingOf(requests) };
}

type Target = Metric['target'];
const over = (part: number): Target => ({ relation: 'over', share: part });
const under = (part: number): Target => ({ relation: 'under', share: part });

const share = <Item>(items: readonly Item[], is: (item: Item) => boolean): [number, number] => [
  items.filter(is).length,
  items.length,
];

function metric(name: string, of: string, [hits, total]: [number, number], target: Target): Metric {
  const colour = total < ENOUGH ? 'not enough data' : isMet(hits / total, target) ? 'green' : 'red';
  return { name, of, hits, total, interval: wilson(hits, total), target, colour, alert: null };
}

function isMet(part: number, { relation, share: wanted }: Target): boolean {
  if (relation === 'exactly') return part === wanted;
  return relation === 'over' ? part > wanted : part < wanted;
}

/** Of all tasks that were judged, how many went on to a stronger model. */
export function escalationOf(uses: readonly TierUse[]): Metric {
  const judged = uses.filter(use => use.isJudged);
  const hits = distinctTasks(judged.filter(use => use.isEscalated));
  const total = distinctTasks(judged);
  const found = metric('escalation', 'tasks that went to a stronger model', [hits, total], under(0.1));
  const isAlarming = found.colour === 'red' && hits / total > ALERT_OVER;
  return { ...found, alert: isAlarming ? 'over 15 %: see kleiber calibrate (seed 3, escalation alerting)' : null };
}

const distinctTasks = (uses: readonly TierUse[]): number => new Set(uses.map(use => use.task)).size;

/** Any red makes it red; green needs every one of them. */
function overallOf(metrics: readonly Metric[]): Colour {
  if (metrics.some(({ colour }) => colour === 'red')) return 'red';
  return metrics.every(({ colour }) => colour === 'green') ? 'green' : 'not enough data';
}
