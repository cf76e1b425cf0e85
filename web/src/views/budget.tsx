/** Will it last? Caps with their zones, the spend as a line with its forecast, and where it went. */
import type { ComponentChildren, JSX } from 'preact';
import type { BoardSnapshot, BudgetView } from '../../../src/board/view.ts';
import type { Share } from '../../../src/policy/budget-report.ts';
import { Age, Chart, CommandLine, Empty, Scrolls, Section, Table, Time, useValue } from '../parts.tsx';
import { taskHref } from '../route.ts';
import { nowMs } from '../state.ts';
import { clock, duration, money, percent, plural, shortId } from '../words.ts';

/** Where a zone ends, as a share of the cap (seeds 3 and 4). */
const ZONES = [
  { name: 'green', to: 0.7, means: 'all work' },
  { name: 'yellow', to: 0.85, means: 'an upward pin needs a reason' },
  { name: 'orange', to: 0.95, means: 'small models first' },
  { name: 'red', to: 1, means: 'little is started' },
];

export function Budget({ board }: { board: BoardSnapshot }): JSX.Element {
  const budget = useValue<BudgetView>('/api/budget');
  if (budget === undefined) return <Empty>Reading …</Empty>;
  if (budget === null) return <Empty>Nothing has been spent yet.</Empty>;
  const { forecast, total, facts } = budget;
  const { report } = facts;
  return (
    <>
      <Section title="Caps" id="caps">
        <ul class="caps">
          {capsOf(facts).map(cap => (
            <Cap key={cap.name} cap={cap} />
          ))}
        </ul>
        <p class="muted zones">
          {ZONES.map(({ name, to, means }) => (
            <span key={name}>
              <span class={`zone-mark ${name}`} aria-hidden="true" /> {name} to {percent(to)}: {means}
            </span>
          ))}
        </p>
      </Section>
      <RateLimits limits={facts.limits} />
      <Section title="Spend of this repository" id="spend">
        <p>
          <strong>{money(total)}</strong> so far
          {forecast.open === 0 ? (
            ', and every task is done'
          ) : (
            <>
              ; about <strong>{money(forecast.likely)}</strong>{' '}
              <span class="muted">
                ({money(forecast.low)} to {money(forecast.high)})
              </span>{' '}
              when the other {plural(forecast.open, 'task')} are done
            </>
          )}
        </p>
        <Chart
          summary="one step per settled request; ◆ a plan was made, ↺ work came back; dashed is the forecast, the fan its range"
          columns={['time', 'spent in all', 'what happened']}
          rows={rowsOf(budget, board)}
        >
          <SpendLine budget={budget} nameOf={id => nameIn(board, id)} />
        </Chart>
      </Section>
      <div class="sums">
        <Sums title={`By phase, ${facts.period}`} sums={report.byPhase} />
        <Sums title={`By model, ${facts.period}`} sums={report.byModel} />
        <Sums title={`By agent, ${facts.period}`} sums={report.byAgent} />
        <Sums title={`By task, ${facts.period}`} sums={report.byTask} board={board} />
      </div>
      {report.wasted.attempts.length === 0 ? null : (
        <Section title={`Came to nothing: ${money(report.wasted.cost)}`} id="wasted">
          <Table
            columns={['task', 'attempt', 'why', 'cost']}
            rows={report.wasted.attempts.map(({ task, attempt, reason, cost }) => [
              <a key="link" href={taskHref(task, 'history')}>
                {nameIn(board, task)}
              </a>,
              attempt,
              reason.replaceAll('_', ' '),
              money(cost),
            ])}
          />
        </Section>
      )}
      <CommandLine line="kleiber budget --week" />
    </>
  );
}

const MARKS = {
  plan: { glyph: '◆', words: 'a plan was made' },
  rework: { glyph: '↺', words: 'work came back' },
} as const;

function rowsOf({ line, marks }: BudgetView, board: BoardSnapshot): ComponentChildren[][] {
  const spent = line.map(({ at, total }) => ({ at, cells: [<Time key="at" at={at} />, money(total), ''] }));
  const happened = marks.map(({ at, kind, of }) => ({
    at,
    cells: [<Time key="at" at={at} />, '', `${MARKS[kind].words}: ${nameIn(board, of)}`],
  }));
  return [...spent, ...happened].sort((one, other) => one.at.localeCompare(other.at)).map(({ cells }) => cells);
}

type Known = BudgetView['facts']['limits'][number];

/** Only what the API has said, with the time at which it said it: a limit that is full again since then is not known any more. */
function RateLimits({ limits }: { limits: readonly Known[] }): JSX.Element {
  return (
    <Section title="Rate limits of the key" id="limits">
      {limits.length === 0 ? (
        <Empty>unknown: no model has answered yet</Empty>
      ) : (
        <Table
          columns={['model', 'limit', 'left', 'full again', 'said']}
          rows={limits.flatMap(known => limitRows(known))}
        />
      )}
    </Section>
  );
}

function limitRows({ model, at, limits, refused }: Known): ComponentChildren[][] {
  const said = (
    <>
      <Age since={at} /> ago
    </>
  );
  if (refused === null && limits.length === 0) return [[model, 'unknown', 'its answer named none', '', said]];
  const refusal =
    refused === null
      ? []
      : [
          [
            model,
            <span key="refused" class="bad">
              ✗ refused
            </span>,
            'none',
            refused.until === null ? 'not said' : <Reset key="until" at={refused.until} />,
            said,
          ],
        ];
  return [
    ...refusal,
    ...limits.map(({ bucket, limit, remaining, resetsAt }) => [
      model,
      bucket.replace('-', ' '),
      <Left key="left" remaining={remaining} limit={limit} />,
      <Reset key="reset" at={resetsAt} />,
      said,
    ]),
  ];
}

const Left = ({ remaining, limit }: { remaining: number; limit: number }): JSX.Element => (
  <span class={remaining === 0 ? 'bad spent' : 'spent'}>
    {remaining.toLocaleString('en')} of {limit.toLocaleString('en')}
    <span class="meter" aria-hidden="true">
      <span style={{ width: `${limit === 0 ? 0 : (100 * remaining) / limit}%` }} />
    </span>
  </span>
);

function Reset({ at }: { at: string }): JSX.Element {
  const leftMs = Date.parse(at) - nowMs.value;
  return (
    <>
      <Time at={at} /> <span class="muted">{leftMs > 0 ? `in ${duration(leftMs)}` : 'has passed'}</span>
    </>
  );
}

function nameIn(board: BoardSnapshot, id: string): string {
  const task = board.tasks.find(known => known.id === id);
  return task === undefined ? id : shortId(task);
}

interface CapRow {
  name: string;
  settled: number;
  open: number;
  cap: number;
  /** The day on which it begins anew. */
  until: string;
  say(amount: number): string;
}

const tokens = (count: number): string => `${count.toLocaleString('en')} tokens`;

const capsOf = ({ report, plans }: BudgetView['facts']): CapRow[] => [
  ...report.caps.map(cap => ({
    ...cap,
    name: cap.scope === 'tokens' ? `${cap.tier} this week` : cap.scope === 'day' ? 'today' : 'this week',
    say: cap.scope === 'tokens' ? tokens : money,
  })),
  ...plans.map(plan => ({ ...plan, name: `plan ${plan.plan}`, until: '', say: money })),
];

const zoneOf = (share: number): string => ZONES.find(({ to }) => share < to)?.name ?? 'red';

function Cap({ cap: { name, settled, open, cap, until, say } }: { cap: CapRow }): JSX.Element {
  const widthOf = (value: number): string => `${Math.min(100, (value / cap) * 100)}%`;
  const zone = zoneOf(settled / cap);
  return (
    <li class="cap">
      <span class="cap-head">
        <span>
          {name} {until === '' ? null : <span class="muted">(anew on {until})</span>}
        </span>
        <span>
          <strong>{say(settled)}</strong> of {say(cap)}
          {open === 0 ? '' : `, ${say(open)} reserved`} · <span class={`zone ${zone}`}>{zone}</span> ·{' '}
          {say(Math.max(0, cap - settled - open))} left
        </span>
      </span>
      <span class="cap-bar" aria-hidden="true">
        {ZONES.map(band => (
          <span key={band.name} class={`band ${band.name}`} />
        ))}
        <span class="cap-fill" style={{ width: widthOf(settled) }} />
        <span class="cap-open" style={{ left: widthOf(settled), width: widthOf(open) }} />
      </span>
    </li>
  );
}

const WIDTH = 900;
const HEIGHT = 200;
const LEFT = 60;
const BOTTOM = 24;

/** The forecast takes a fifth of the width, because nobody knows when it will be. */
function SpendLine({
  budget: { line, marks, total, forecast },
  nameOf,
}: {
  budget: BudgetView;
  nameOf(id: string): string;
}): JSX.Element {
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) return <Empty>Nothing has been spent yet.</Empty>;
  const start = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - start);
  const most = Math.max(forecast.high, total) * 1.08;
  const now = LEFT + (WIDTH - LEFT) * (forecast.open === 0 ? 0.98 : 0.78);
  const xOf = (iso: string): number => LEFT + ((Date.parse(iso) - start) / span) * (now - LEFT);
  const yOf = (value: number): number => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - 10);
  const steps = line.map(({ at, total: sum }) => `H${xOf(at)}V${yOf(sum)}`).join('');
  return (
    <Scrolls label="Spend over time">
      <svg
        class="spend-line"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Spend rises to ${money(total)}; forecast ${money(forecast.low)} to ${money(forecast.high)}`}
      >
        {ticksOf(most).map(value => (
          <g key={value}>
            <path d={`M${LEFT} ${yOf(value)}H${WIDTH}`} class="grid" />
            <text x={LEFT - 6} y={yOf(value) + 4} class="tick end">
              {money(value)}
            </text>
          </g>
        ))}
        {forecast.open === 0 ? null : (
          <>
            <path d={`M${now} ${yOf(total)}L${WIDTH - 4} ${yOf(forecast.high)}V${yOf(forecast.low)}Z`} class="fan" />
            <path d={`M${now} ${yOf(total)}L${WIDTH - 4} ${yOf(forecast.likely)}`} class="forecast" />
          </>
        )}
        <path d={`M${LEFT} ${yOf(0)}${steps}H${now}`} class="line" />
        {marks.map(({ at, kind, of }) => (
          <g key={`${at}${of}`}>
            <title>{`${clock(at)}: ${MARKS[kind].words}, ${nameOf(of)}`}</title>
            <text x={Math.max(LEFT, Math.min(now, xOf(at)))} y={HEIGHT - BOTTOM - 4} class={`mark-on-line ${kind}`}>
              {MARKS[kind].glyph}
            </text>
          </g>
        ))}
        <path d={`M${now} 10V${HEIGHT - BOTTOM}`} class="now-line" />
        <text x={now} y={HEIGHT - 6} class="tick middle">
          {forecast.open === 0 ? 'end' : 'now'}
        </text>
        <text x={LEFT} y={HEIGHT - 6} class="tick">
          {clock(first.at)}
        </text>
      </svg>
    </Scrolls>
  );
}

/** Round sums, three or so of them. */
function ticksOf(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 2));
  const step = [1, 2, 5, 10].map(times => times * power).find(size => most / size <= 4) ?? most;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

const MOST_SUMS = 10;

function Sums({ title, sums, board }: { title: string; sums: Share[]; board?: BoardSnapshot }): JSX.Element {
  const total = sums.reduce((sum, { cost }) => sum + cost, 0);
  return (
    <Section title={title} id={`sum-${title.replace(/\W+/g, '-')}`}>
      <Table
        columns={['name', 'spent', 'share', 'tokens']}
        rows={sums
          .slice(0, MOST_SUMS)
          .map(({ name, cost, tokens: count }) => [
            board === undefined ? name : nameIn(board, name),
            money(cost),
            percent(total === 0 ? 0 : cost / total),
            count.toLocaleString('en'),
          ])}
      />
      {sums.length > MOST_SUMS ? <p class="muted">and {sums.length - MOST_SUMS} more</p> : null}
    </Section>
  );
}
