/** Were the models used well? Lanes with their bars, how much of the time each was in use, and why nothing moved. */
import { readFileSync } from 'node:fs';
import { TIERS, type Tier } from '../domain/tier.ts';
import { type Bar, barsOf, lanesOf } from '../report/timeline.ts';
import type { BoardEdges } from './edges.ts';
import { transcriptPath } from './transcript-view.ts';
import type { BarView, LaneView, TimelineView } from './view.ts';

const SHOWN: readonly Tier[] = TIERS.toReversed();

/** Everything until now; the limits of models stand in the transcripts alone. */
export function timelineOf(edges: BoardEdges): TimelineView {
  const nowIso = edges.clock.now().toISOString();
  const bars = barsOf(edges.keeper.look().states.values());
  const all = [...bars, ...bars.flatMap(bar => limitsOf(bar, edges))];
  const from = bars[0]?.from ?? nowIso;
  const isOver = bars.every(({ kind, to }) => kind !== 'work' || to !== null);
  const to = isOver ? lastEnd(bars, nowIso) : nowIso;
  const work = bars.filter(({ kind }) => kind === 'work');
  return {
    from,
    to,
    lanes: lanesOf(all, SHOWN).map(lane => laneView(lane, from, to)),
    work: edges.budget().report.work,
    gaps: gapsOf(work, bars, to),
  };
}

const msOf = (iso: string): number => Date.parse(iso);
const lengthOf = ({ from, to }: Pick<Bar, 'from' | 'to'>, end: string): number =>
  Math.max(0, msOf(to ?? end) - msOf(from));
const sumOf = (bars: readonly Bar[], end: string): number => bars.reduce((sum, bar) => sum + lengthOf(bar, end), 0);

/** When the last work ended; people's turns may go on for days. */
const lastEnd = (bars: readonly Bar[], now: string): string =>
  bars.reduce((last, { kind, to }) => (kind === 'work' && to !== null && to > last ? to : last), bars[0]?.from ?? now);

function laneView({ tier, slot, bars }: { tier: Tier; slot: number; bars: Bar[] }, from: string, to: string): LaneView {
  const whole = msOf(to) - msOf(from);
  const work = bars.filter(({ kind }) => kind === 'work');
  return { tier, slot, bars: bars.map(barView), used: whole <= 0 ? 0 : Math.min(1, sumOf(work, to) / whole) };
}

const barView = ({ task, attempt, kind, from, to, outcome }: Bar): BarView => ({
  task,
  attempt,
  kind,
  from,
  to,
  outcome,
});

/** Times in which nobody worked although the run was not over, with the reason that the other bars give. */
function gapsOf(work: readonly Bar[], bars: readonly Bar[], end: string): TimelineView['gaps'] {
  const gaps: TimelineView['gaps'] = [];
  let until = work[0]?.from ?? end;
  for (const bar of work) {
    if (msOf(bar.from) - msOf(until) > SHORTEST_GAP_MS)
      gaps.push({ from: until, to: bar.from, why: whyIdle(until, bar.from, bars) });
    const to = bar.to ?? end;
    if (to > until) until = to;
  }
  return gaps;
}

const SHORTEST_GAP_MS = 1_000;

function whyIdle(from: string, to: string, bars: readonly Bar[]): string {
  const waits = bars.filter(bar => bar.from < to && (bar.to ?? to) > from).map(({ kind }) => kind);
  if (waits.includes('person')) return 'a question waits for a person';
  return waits.includes('tasks') ? 'what is open waits for other tasks' : 'nothing was ready, or nobody worked';
}

/** What the transcripts of attempts that are over have said: they grow no more. */
const limits = new WeakMap<BoardEdges, Map<string, Bar[]>>();

/** The waits for the model's limits inside one attempt: from each refusal to the next request. */
function limitsOf(bar: Bar, edges: BoardEdges): Bar[] {
  if (bar.kind !== 'work') return [];
  const known = limits.get(edges) ?? new Map<string, Bar[]>();
  limits.set(edges, known);
  const name = `${bar.task} ${bar.attempt}`;
  const found = known.get(name) ?? readLimits(bar, transcriptPath(edges.transcripts, bar.session));
  if (bar.to !== null) known.set(name, found);
  return found;
}

/** An attempt that goes on where another stopped writes into the same transcript: its own are those of its own time. */
function readLimits(bar: Bar, path: string): Bar[] {
  const found: Bar[] = [];
  let since: string | null = null;
  for (const line of textOf(path).split('\n')) {
    const limited = /^\{"line":"failure","at":"([^"]+)","reason":"(?:rate_limited|overloaded)"/.exec(line);
    const request = /^\{"line":"request","at":"([^"]+)"/.exec(line);
    if (limited !== null) since = limited[1] ?? null;
    if (request?.[1] === undefined || since === null) continue;
    found.push({ ...bar, kind: 'limit', from: since, to: request[1], outcome: null });
    since = null;
  }
  return found.filter(({ from }) => from >= bar.from && (bar.to === null || from <= bar.to));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // taken away meanwhile, or never begun
  }
}
