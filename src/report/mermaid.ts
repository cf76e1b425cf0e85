/** Charts as Mermaid text, which web pages of git hosts draw: labels quoted and plain, because a stray character breaks the whole chart. */
import type { Board, BoardTask, Standing } from '../policy/board.ts';
import type { Bar } from './timeline.ts';

/** More nodes are drawn so small that nobody reads them. */
const MOST_NODES = 50;

/** Letters, digits and a few marks; everything else becomes a blank. */
export const plainLabel = (text: string, most = 48): string =>
  text
    .normalize('NFKD')
    .replace(/[^\w .,-]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, most);

const CLASSES: Partial<Record<Standing, string>> = {
  landed: 'fill:#e2f3e8,stroke:#0a6b45,color:#1b1d21',
  running: 'fill:#dceefa,stroke:#0072b2,color:#1b1d21',
  blocked: 'fill:#fff4d9,stroke:#8a5200,color:#1b1d21',
};

/** The dependencies, what needs a person and what moves in colour; null where there is nothing to draw or too much. */
export function flowChart(board: Board): string | null {
  const tasks = [...board.values()].filter(({ standing }) => standing !== 'cancelled');
  if (tasks.length < 2 || tasks.length > MOST_NODES) return null;
  const names = new Map(tasks.map(({ card }, index) => [card.id, `t${index + 1}`]));
  const nodes = tasks.map(task => `  ${names.get(task.card.id)}["${labelOf(task)}"]`);
  const edges = tasks.flatMap(({ card }) =>
    card.depends_on.flatMap(id => (names.has(id) ? [`  ${names.get(id)} --> ${names.get(card.id)}`] : [])),
  );
  const classes = Object.entries(CLASSES).flatMap(([standing, style]) => {
    const members = tasks.filter(task => task.standing === standing).map(({ card }) => names.get(card.id));
    return members.length === 0 ? [] : [`  classDef ${standing} ${style}`, `  class ${members.join(',')} ${standing}`];
  });
  return fenced(['flowchart LR', ...nodes, ...edges, ...classes]);
}

const labelOf = ({ card, standing }: BoardTask): string =>
  `${plainLabel(shortId(card))}<br/>${plainLabel(card.title, 40)}<br/>${standing.replaceAll('_', ' ')}`;

const shortId = ({ id, plan }: BoardTask['card']): string =>
  plan !== undefined && id.startsWith(`${plan}-`) ? id.slice(plan.length + 1) : id;

const MARKS: Record<Bar['kind'], string> = { work: '', person: 'active, ', tasks: 'done, ', limit: 'crit, ' };

const WAITS: Partial<Record<Bar['kind'], string>> = { person: 'waits for a person', tasks: 'waits for other tasks' };

/** Attempts over time, a section per tier; what goes on now is left out, because a record must not change by itself. */
export function ganttChart(bars: readonly Bar[]): string | null {
  const over = bars
    .filter((bar): bar is Bar & { to: string } => bar.to !== null && bar.to > bar.from)
    .slice(-MOST_NODES);
  if (over.length === 0) return null;
  const tiers = [...new Set(over.map(({ tier }) => tier))];
  const sections = tiers.flatMap(tier => [`  section ${tier}`, ...over.filter(bar => bar.tier === tier).map(lineOf)]);
  return fenced(['gantt', '  dateFormat YYYY-MM-DDTHH:mm:ss', '  axisFormat %H:%M', ...sections]);
}

function lineOf({ task, attempt, kind, from, to, outcome }: Bar & { to: string }): string {
  const what = WAITS[kind] ?? `attempt ${attempt}`;
  const mark =
    kind === 'work' && outcome !== null && !['submitted', 'blocked'].includes(outcome) ? 'crit, ' : MARKS[kind];
  return `  ${plainLabel(task, 40)} ${what} :${mark}${second(from)}, ${second(to)}`;
}

const second = (iso: string): string => iso.slice(0, 19);

const fenced = (lines: readonly string[]): string => ['```mermaid', ...lines, '```'].join('\n');
