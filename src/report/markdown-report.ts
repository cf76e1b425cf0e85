/** `kleiber report --md`: a run as one Markdown text, for a pull request or a message. */
import type { Blocker } from '../domain/blocker.ts';
import { usdText } from '../domain/money.ts';
import { neutralise, neutraliseLine } from '../domain/plain-text.ts';
import type { Board, BoardTask } from '../policy/board.ts';
import { briefOf } from '../policy/task-brief.ts';
import { flowChart, ganttChart } from './mermaid.ts';
import { spendLine } from './progress-page.ts';
import { barsOf } from './timeline.ts';

/** `title` names the repository; the board may be of several branches. */
export function markdownReport(title: string, board: Board): string {
  const tasks = [...board.values()].filter(({ standing }) => standing !== 'cancelled');
  const states = tasks.flatMap(({ state }) => state ?? []);
  const landed = tasks.filter(({ standing }) => standing === 'landed');
  const asking = tasks.flatMap(task =>
    task.standing === 'blocked' && task.state?.stage.kind === 'blocked'
      ? [askLines(task, task.state.stage.blocker)]
      : [],
  );
  return [
    `# ${escaped(title)}`,
    `${landed.length} of ${tasks.length} tasks landed. ${spendLine(states)}`,
    ...section('Needs you', asking),
    ...section('Tasks', tasks.length === 0 ? [] : [tableOf(tasks)]),
    ...section('What holds what', [flowChart(board)]),
    ...section('When', [ganttChart(barsOf(states))]),
    ...section(
      'What was handed in',
      tasks.flatMap(task => handInLines(task)),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

const section = (title: string, parts: readonly (string | null)[]): string[] => {
  const there = parts.filter(part => part !== null);
  return there.length === 0 ? [] : [`## ${title}`, ...there];
};

/** In a table and a sentence nothing of somebody else's is markup. */
const escaped = (text: string): string => neutraliseLine(text).replace(/[\\`*_[\]<>|#]/g, '\\$&');

const askLines = ({ card }: BoardTask, { type, need, options }: Blocker): string =>
  [
    `- **${card.id}** (${type.replaceAll('_', ' ')}): ${escaped(need)}`,
    ...options.map((option, index) => `  ${index + 1}. ${escaped(option)}`),
    `  \`kleiber ${type === 'human_review' ? 'review' : 'answer'} ${card.id}\``,
  ].join('\n');

function tableOf(tasks: readonly BoardTask[]): string {
  const rows = tasks.map(({ card, state, standing }) => {
    const attempts = state?.attempts ?? [];
    const cost = state === null ? 0 : briefOf(state).cost;
    const cells = [
      card.id,
      escaped(card.title),
      card.agent,
      standing.replaceAll('_', ' '),
      attempts.at(-1)?.route.tier ?? '',
      attempts.length === 0 ? '' : String(attempts.length),
      attempts.length === 0 ? '' : `$${usdText(cost)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| Task | What | Agent | State | Model | Tries | Cost |', '|---|---|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** The worker's words, quoted as such; what was measured stands beside them. */
function handInLines({ card, state, standing }: BoardTask): string[] {
  const submission = state?.submission;
  if (state === null || submission == null) return [];
  const checks = state.validation?.runs.map(({ name, result }) => `${name} ${result.replaceAll('_', ' ')}`) ?? [];
  const judged = [
    ...state.verdicts.map(
      ({ verdict, reviewer }) => `${reviewer.agent} on ${reviewer.tier}: ${verdict.decision.replaceAll('_', ' ')}`,
    ),
    ...state.approvals.map(({ by }) => `approved by ${escaped(by)}`),
  ];
  return [
    `### ${card.id}: ${escaped(card.title)}`,
    neutralise(submission.report.summary)
      .split('\n')
      .map(line => `> ${line}`)
      .join('\n'),
    [
      `- ${standing === 'landed' && state.stage.kind === 'landed' ? `landed as ${state.stage.commit.slice(0, 9)}` : standing.replaceAll('_', ' ')}, ${submission.files.length} files, by ${submission.model}`,
      `- checks: ${checks.join(', ') || 'not run yet'}`,
      ...judged.map(line => `- ${line}`),
    ].join('\n'),
  ];
}
