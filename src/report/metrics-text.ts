/** Seed 3's success metrics for a person. */
import { percent } from '../policy/calibrate.ts';
import { ENOUGH, type Metric, type Metrics } from '../policy/metrics.ts';
import type { Criterion } from '../policy/pilot.ts';
import { table } from './table.ts';
import { thinkingJson, thinkingRows } from './thinking-text.ts';

export function metricsText({ metrics, overall, overrides, thinking }: Metrics, width: number | null): string {
  const rows = metrics.map(metric => [
    glyph(metric),
    metric.name,
    shareOf(metric),
    targetOf(metric),
    intervalOf(metric),
  ]);
  return [
    headline(overall, metrics),
    ...table(rows, width),
    ...metrics.flatMap(({ name, alert }) => (alert === null ? [] : [`  ALERT ${name} ${alert}`])),
    '',
    '  think : execute in output tokens',
    ...table(thinkingRows(thinking), width),
    '',
    `  overrides   ${percent(overrides.hits, overrides.total)} of tasks (${overrides.hits} of ${overrides.total}); no target, many mean little confidence`,
    '  confidence  yours to say: kleiber note <agent> <phase> "…"',
  ].join('\n');
}

function headline(overall: Metrics['overall'], metrics: readonly Metric[]): string {
  if (overall === 'green') return 'all green: go on to the next step (seed 3)';
  const named = metrics.filter(({ colour }) => colour === overall).map(({ name }) => name);
  return overall === 'red'
    ? `red: ${named.join(', ')}; look into it before more is handed over: kleiber calibrate`
    : `not enough data: a share of fewer than ${ENOUGH} says nothing (${named.join(', ')})`;
}

const glyph = ({ colour }: Metric): string => ({ green: '✓', red: '✗', 'not enough data': '·' })[colour];

const shareOf = ({ hits, total, colour }: Metric): string =>
  colour === 'not enough data'
    ? `not enough data (${hits} of ${total})`
    : `${percent(hits, total)} (${hits} of ${total})`;

const targetOf = ({ target, of }: Metric): string => `target ${target.relation} ${target.share * 100} %: ${of}`;

const intervalOf = ({ interval, total }: Metric): string =>
  total === 0 ? '' : `95 in 100: ${Math.round(interval.low * 100)}-${Math.round(interval.high * 100)} %`;

export const metricsJson = ({ metrics, overall, overrides, thinking }: Metrics): Record<string, unknown> => ({
  overall,
  metrics: metrics.map(metric => ({ ...metric, share: metric.total === 0 ? null : metric.hits / metric.total })),
  think_to_execute: thinkingJson(thinking),
  overrides: { ...overrides, share: overrides.total === 0 ? null : overrides.hits / overrides.total },
});

/** Seed 3's four success criteria of a first run. */
export const pilotText = (criteria: readonly Criterion[]): string =>
  ['the four criteria of the pilot (seed 3, first validation run)', ...criteria.map(criterionLine)].join('\n');

const criterionLine = ({ text, met, seen }: Criterion, index: number): string =>
  `  ${met === null ? '·' : met ? '✓' : '✗'} ${index + 1}. ${text}; ${seen}`;
