/** Were the models used well? A lane per place of a tier, a bar per attempt, and the reasons of the empty stretches. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BarView, BoardSnapshot, LaneView, TimelineView } from '../../../src/board/view.ts';
import { Chart, Empty, Scrolls, Time, useValue } from '../parts.tsx';
import { taskHref } from '../route.ts';
import { source } from '../source.ts';
import { pageWidth } from '../state.ts';
import { wavesOf } from '../waves.ts';
import { clock, cut, duration, percent, plural, shortId } from '../words.ts';

const LANE = 34;
const BAR = 22;
const LABEL = 124;
const AXIS = 26;
const TICK = 36;
const MIN_WIDTH = 480;
/** What stands beside the drawing: margins of page and card. */
const SIDES = 110;
const KINDS = {
  work: 'a model works',
  person: 'waits for a person',
  tasks: 'waits for other tasks',
  limit: "waits for the model's limit",
} as const;

export function Timeline({ board }: { board: BoardSnapshot }): JSX.Element {
  const timeline = useValue<TimelineView>('/api/timeline');
  const [zoom, setZoom] = useState(1);
  const [wave, setWave] = useState(0);
  if (timeline === undefined) return <Empty>Reading …</Empty>;
  if (timeline === null || timeline.lanes.length === 0)
    return <Empty>Nobody has worked yet, so there is nothing to draw.</Empty>;
  const nameOf = (id: string): string => {
    const task = board.tasks.find(known => known.id === id);
    return task === undefined ? id : shortId(task);
  };
  const waves = wavesOf(board.tasks);
  const shown = wave === 0 ? timeline : during(timeline, id => waves.get(id) === wave);
  const { from, to, lanes } = shown;
  return (
    <>
      <Shares timeline={timeline} />
      <div class="tools">
        <span class="legend">
          {Object.entries(KINDS).map(([kind, words]) => (
            <span key={kind}>
              <svg width="22" height="12" aria-hidden="true">
                <Patterns />
                <rect width="22" height="12" rx="2" class={`bar sonnet ${kind}`} fill={FILLS[kind]} />
              </svg>{' '}
              {words}
            </span>
          ))}
          <span>
            <svg width="22" height="12" aria-hidden="true">
              <rect x="1" y="1" width="20" height="10" rx="2" class="bar sonnet failed" />
            </svg>{' '}
            came to nothing
          </span>
        </span>
        <span class="choices">
          <label>
            Show{' '}
            <select value={wave} onChange={event => setWave(Number(event.currentTarget.value))}>
              <option value={0}>all of it</option>
              {[...new Set(waves.values())]
                .sort((one, other) => one - other)
                .map(number => (
                  <option key={number} value={number}>
                    wave {number}
                  </option>
                ))}
            </select>
          </label>
          <button
            type="button"
            class="quiet"
            aria-label="Zoom out"
            disabled={zoom <= 1}
            onClick={() => setZoom(zoom / 2)}
          >
            −
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="Zoom in"
            disabled={zoom >= 16}
            onClick={() => setZoom(zoom * 2)}
          >
            +
          </button>
        </span>
      </div>
      <Chart
        summary={`${plural(lanes.length, 'lane')} from ${clock(from)} to ${clock(to)}, ${duration(Date.parse(to) - Date.parse(from))}`}
        columns={['lane', 'task', 'attempt', 'what', 'from', 'to', 'took', 'ended as']}
        rows={lanes.flatMap(lane => lane.bars.map(bar => rowOf(lane, bar, to, nameOf)))}
      >
        <Lanes timeline={shown} zoom={zoom} nameOf={nameOf} isNow={source.isLive && wave === 0} />
      </Chart>
      <Gaps timeline={shown} />
    </>
  );
}

/** The stretch of time in which these tasks were worked on, with everything that went on then. */
function during(timeline: TimelineView, isWanted: (task: string) => boolean): TimelineView {
  const own = timeline.lanes.flatMap(({ bars }) => bars.filter(({ task }) => isWanted(task)));
  const [from] = own.map(bar => bar.from).sort();
  const to = own
    .map(bar => bar.to ?? timeline.to)
    .sort()
    .at(-1);
  if (from === undefined || to === undefined) return { ...timeline, lanes: [], gaps: [] };
  const isThen = (one: { from: string; to: string | null }): boolean => one.from < to && (one.to ?? to) > from;
  const lanes = timeline.lanes.map(lane => ({ ...lane, bars: lane.bars.filter(isThen) }));
  return {
    ...timeline,
    from,
    to,
    lanes: lanes.filter(({ bars }) => bars.length > 0),
    gaps: timeline.gaps.filter(isThen),
  };
}

const MOST_GAPS = 6;

/** The longest times in which nobody worked, with the reason. */
function Gaps({ timeline: { gaps, from, to } }: { timeline: TimelineView }): JSX.Element | null {
  const least = (Date.parse(to) - Date.parse(from)) / 100;
  const lengthOf = (gap: { from: string; to: string }): number => Date.parse(gap.to) - Date.parse(gap.from);
  const long = gaps
    .filter(gap => lengthOf(gap) >= least)
    .sort((a, b) => lengthOf(b) - lengthOf(a))
    .slice(0, MOST_GAPS);
  if (long.length === 0) return null;
  return (
    <section aria-label="Idle times">
      <h2>Nobody worked</h2>
      <ul>
        {long.map(gap => (
          <li key={gap.from}>
            <strong>{duration(lengthOf(gap))}</strong> from {clock(gap.from)}: {gap.why}
          </li>
        ))}
      </ul>
    </section>
  );
}

const rowOf = (lane: LaneView, bar: BarView, end: string, nameOf: (id: string) => string) => [
  `${lane.tier} ${lane.slot}`,
  <a key="link" href={taskHref(bar.task)}>
    {nameOf(bar.task)}
  </a>,
  bar.attempt,
  KINDS[bar.kind],
  <Time key="from" at={bar.from} />,
  bar.to === null ? 'still' : <Time key="to" at={bar.to} />,
  duration(Date.parse(bar.to ?? end) - Date.parse(bar.from)),
  bar.outcome?.replaceAll('_', ' ') ?? '',
];

function Shares({ timeline: { work } }: { timeline: TimelineView }): JSX.Element {
  return (
    <ul class="shares" aria-label="How the work is shared among the models">
      {work.tiers.toReversed().map(({ tier, share, target: [low, high] }) => (
        <li key={tier}>
          <span class={`tier ${tier}`}>{tier}</span> <strong>{share === null ? '–' : `${Math.round(share)} %`}</strong>{' '}
          <span class="muted">
            of the {work.targets.unit} (aim {low}–{high} %)
          </span>
        </li>
      ))}
    </ul>
  );
}

const Patterns = (): JSX.Element => (
  <defs>
    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <path d="M0 0V6" class="hatch-line" />
    </pattern>
    <pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">
      <circle cx="1.5" cy="1.5" r="1" class="dots-dot" />
    </pattern>
    <pattern id="stripe" width="4" height="4" patternUnits="userSpaceOnUse">
      <path d="M0 1H4" class="stripe-line" />
    </pattern>
  </defs>
);

const FILLS: Record<string, string | undefined> = { person: 'url(#hatch)', tasks: 'url(#dots)', limit: 'url(#stripe)' };

/** What an attempt that led on ends as; everything else came to nothing. */
const FRUITFUL = new Set([null, 'submitted', 'blocked']);

function Lanes({
  timeline,
  zoom,
  nameOf,
  isNow,
}: {
  timeline: TimelineView;
  zoom: number;
  nameOf(id: string): string;
  isNow: boolean;
}): JSX.Element {
  const { lanes, from, to, gaps } = timeline;
  const start = Date.parse(from);
  const span = Math.max(1_000, Date.parse(to) - start);
  const width = Math.max(MIN_WIDTH, pageWidth.value - LABEL - SIDES) * zoom;
  const rows = lanes.length + (gaps.length === 0 ? 0 : 1);
  const height = AXIS + rows * LANE;
  const isOpen = lanes.some(({ bars }) => bars.some(bar => bar.kind === 'work' && bar.to === null));
  const xOf = (iso: string): number => LABEL + (Math.min(Math.max(0, Date.parse(iso) - start), span) / span) * width;
  return (
    <Scrolls label="Attempts over time">
      {lanes.length === 0 ? <Empty>Nobody has begun this wave.</Empty> : null}
      <svg
        class="timeline"
        width={LABEL + width + 24}
        height={height}
        role="group"
        aria-label="Lanes of attempts over time"
      >
        <Patterns />
        {ticksOf(start, span, zoom).map(ms => {
          const x = LABEL + ((ms - start) / span) * width;
          // A time that the edge would cut says something else.
          if (x > LABEL + width - TICK) return null;
          return (
            <g key={ms}>
              <path d={`M${x} ${AXIS - 6}V${height}`} class="grid" />
              <text x={x} y={12} class="tick">
                {clock(new Date(ms).toISOString())}
              </text>
            </g>
          );
        })}
        {lanes.map((lane, row) => (
          <g key={`${lane.tier}${lane.slot}`}>
            <text x={0} y={AXIS + row * LANE + 20} class={`lane-label ${lane.tier}`}>
              {lane.tier} {lane.slot} · {percent(lane.used)}
            </text>
            {lane.bars.map(bar => (
              <Bar
                key={`${bar.task}${bar.attempt}${bar.kind}${bar.from}`}
                bar={bar}
                tier={lane.tier}
                x={xOf(bar.from)}
                end={xOf(bar.to ?? to)}
                y={AXIS + row * LANE + 4}
                name={nameOf(bar.task)}
              />
            ))}
          </g>
        ))}
        {gaps.length === 0 ? null : (
          <text x={0} y={AXIS + lanes.length * LANE + 20} class="lane-label">
            nobody
          </text>
        )}
        {gaps.map(gap => (
          <Gap
            key={gap.from}
            why={gap.why}
            x={xOf(gap.from)}
            end={xOf(gap.to)}
            y={AXIS + lanes.length * LANE + 4}
            words={`Nobody worked from ${clock(gap.from)} to ${clock(gap.to)}: ${gap.why}`}
          />
        ))}
        {isNow && isOpen ? (
          <g>
            <path d={`M${xOf(to)} ${AXIS - 6}V${height}`} class="now-line" />
            <text x={xOf(to)} y={height - 2} class="tick end">
              now
            </text>
          </g>
        ) : null}
      </svg>
    </Scrolls>
  );
}

function Bar({
  bar,
  tier,
  x,
  end,
  y,
  name,
}: {
  bar: BarView;
  tier: string;
  x: number;
  end: number;
  y: number;
  name: string;
}): JSX.Element {
  const width = Math.max(3, end - x);
  const isFailed = bar.kind === 'work' && !FRUITFUL.has(bar.outcome);
  const label = `${isFailed ? '✗ ' : ''}${name}`;
  const words = `${label}, attempt ${bar.attempt}: ${KINDS[bar.kind]}, ${clock(bar.from)} to ${bar.to === null ? 'now' : clock(bar.to)}${bar.outcome === null ? '' : `, ${bar.outcome.replaceAll('_', ' ')}`}`;
  if (bar.kind !== 'work')
    return (
      <rect x={x} y={y} width={width} height={BAR} rx="3" class={`bar ${tier} ${bar.kind}`} fill={FILLS[bar.kind]}>
        <title>{words}</title>
      </rect>
    );
  return (
    <a href={taskHref(bar.task, 'history')} data-item>
      <title>{words}</title>
      <rect
        x={x}
        y={y}
        width={width}
        height={BAR}
        rx="3"
        class={`bar ${tier}${isFailed ? ' failed' : ''}${bar.to === null ? ' open' : ''}`}
      />
      {width < 30 ? null : (
        <text x={x + 6} y={y + 15} class="bar-text">
          {cut(label, Math.floor((width - 8) / 7))}
        </text>
      )}
    </a>
  );
}

/** An idle stretch with its reason, as far as there is room for it. */
const Gap = ({ why, words, x, end, y }: { why: string; words: string; x: number; end: number; y: number }) => (
  <g>
    <title>{words}</title>
    <rect x={x} y={y} width={Math.max(2, end - x)} height={BAR} rx="3" class="gap" />
    {end - x < 40 ? null : (
      <text x={x + 6} y={y + 15} class="tick">
        {cut(why, Math.floor((end - x - 10) / 6.6))}
      </text>
    )}
  </g>
);

const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400];

function ticksOf(start: number, span: number, zoom: number): number[] {
  const step =
    1000 * (STEPS_S.find(seconds => span / (seconds * 1000) <= 9 * zoom) ?? 86400 * Math.ceil(span / 86_400_000 / 9));
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.floor((start + span - first) / step) + 1 }, (_, index) => first + index * step);
}
