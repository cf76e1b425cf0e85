/** `progress/README.md`: where every task of a branch stands, as a table for people who read the repository on a web page. */
import { neutraliseLine } from '../domain/plain-text.ts';
import type { Board, BoardTask, Standing } from '../policy/board.ts';

/** The first line; a file without it is somebody's own and is never overwritten. */
export const STATE_TABLE_MARK = '<!-- kleiber writes this file with every record commit; changes to it are lost -->';

const MOST_OPEN = 500;
const MOST_LANDED = 50;

/** What needs somebody first, then what moves, then the latest of what is done. */
const ORDER: readonly Standing[] = [
  'blocked',
  'running',
  'in_review',
  'submitted',
  'queued',
  'ready',
  'deferred',
  'waiting',
  'landed',
  'cancelled',
];

/** The same board always gives the same text; null while nothing is to be done on this branch. */
export function stateTable(board: Board, branch: string): string | null {
  const all = [...board.values()].filter(({ state }) => state?.target.branch === branch);
  if (all.length === 0) return null;
  // What was taken back before it began is nobody's progress.
  const tasks = all.filter(({ standing, state }) => standing !== 'cancelled' || (state?.attempts.length ?? 0) > 0);
  const open = tasks.filter(({ standing }) => standing !== 'landed' && standing !== 'cancelled').sort(byStanding);
  const over = tasks.filter(task => !open.includes(task)).sort((a, b) => overAt(b).localeCompare(overAt(a)));
  const shown = [...open.slice(0, MOST_OPEN), ...over.slice(0, MOST_LANDED)];
  const counts = ORDER.flatMap(standing => {
    const count = tasks.filter(task => task.standing === standing).length;
    return count === 0 ? [] : [`${count} ${standing.replaceAll('_', ' ')}`];
  });
  const rest = tasks.length - shown.length;
  return [
    STATE_TABLE_MARK,
    '',
    `# Progress on ${branch}`,
    '',
    `${counts.join(', ') || 'Nothing is planned'}.`,
    '',
    '| Task | Agent | State | Model | What |',
    '|------|-------|-------|-------|------|',
    ...shown.map(rowOf),
    ...(rest > 0 ? ['', `${rest} more are not shown.`] : []),
    '',
  ].join('\n');
}

const byStanding = (a: BoardTask, b: BoardTask): number =>
  ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || a.card.id.localeCompare(b.card.id);

const overAt = ({ state, card }: BoardTask): string => (state?.stage.kind === 'landed' ? state.stage.at : card.created);

function rowOf({ card, state, standing }: BoardTask): string {
  const tier = state?.attempts.at(-1)?.route.tier ?? '';
  const blocker = standing === 'blocked' && state?.stage.kind === 'blocked' ? state.stage.blocker : null;
  const need = blocker === null ? card.title : `${card.title}; needs: ${blocker.need}`;
  const cells = [card.id, card.agent, standing.replaceAll('_', ' '), tier, need.slice(0, 160)];
  return `| ${cells.map(cell => neutraliseLine(cell).replace(/[\\|]/g, '\\$&')).join(' | ')} |`;
}
