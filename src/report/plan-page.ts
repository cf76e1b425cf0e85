/** `progress/<plan>.md`: what was asked for and how it was split, for a reader who has only git. Written once, with the plan. */
import type { PlanEvent } from '../domain/event.ts';
import { dollars, usdText } from '../domain/money.ts';
import { neutralise, neutraliseLine } from '../domain/plain-text.ts';
import type { Board, Card } from '../policy/board.ts';
import { flowChart } from './mermaid.ts';

type Planned = Extract<PlanEvent, { kind: 'planned' }>;

export const planPagePath = (plan: string): string => `progress/${plan}.md`;

/** The tasks as they stand on the board now; those whose file is gone are named all the same. */
export function planPage(plan: string, event: Planned, board: Board): string {
  const tasks = event.tasks.flatMap(id => board.get(id) ?? []);
  const asPlanned: Board = new Map(tasks.map(task => [task.card.id, { ...task, standing: 'ready' as const }]));
  const chart = flowChart(asPlanned)?.replaceAll('<br/>ready"]', '"]') ?? null;
  const cost = event.sessions.reduce((sum, { spend }) => sum + spend.cost, 0);
  return [
    `# Plan ${plan}`,
    '',
    'What was asked for:',
    '',
    ...neutralise(event.request)
      .split('\n')
      .map(line => `> ${line}`),
    '',
    `${event.tasks.length} tasks for the branch ${event.target.branch}; planning and its review cost $${usdText(cost)}.`,
    '',
    '| Task | Agent | Phase | Needs | Estimate | What |',
    '|------|-------|-------|-------|----------|------|',
    ...tasks.map(({ card }) => rowOf(card, event)),
    ...(chart === null ? [] : ['', '## What holds what', '', chart]),
    '',
  ].join('\n');
}

function rowOf({ id, agent, phase, depends_on: needs, title }: Card, event: Planned): string {
  const estimate = event.estimates?.[id];
  const range = estimate === undefined ? '' : `${dollars(estimate.low)} to ${dollars(estimate.high)}`;
  const link = `[${id}](../tasks/${agent}/${id}.md)`;
  const cells = [link, agent, phase, needs.join(', ') || '-', range, escaped(title)];
  return `| ${cells.join(' | ')} |`;
}

const escaped = (text: string): string => neutraliseLine(text).replace(/[\\|<>[\]]/g, '\\$&');
