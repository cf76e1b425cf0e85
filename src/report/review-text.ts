/** What a person reads before approving: the task, what is risky about it and why, the verdicts, and the difference. */
import type { Task } from '../domain/task.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { BoardTask } from '../policy/board.ts';
import type { GateDemand } from '../policy/review.ts';
import type { Submission, TaskState } from '../policy/task-state.ts';
import { formatTask } from '../record/task-file.ts';
import { table } from './table.ts';

/** One row per task, and what to type next. */
export function waitingText(waiting: readonly BoardTask[], width: number | null): string {
  if (waiting.length === 0) return 'nothing waits for a person';
  const rows = waiting.map(({ card, state }) => [
    card.id,
    (state?.submission?.commit ?? '').slice(0, 9),
    sinceOf(state).slice(0, 16).replace('T', ' '),
    card.title,
  ]);
  return [
    ...table([['id', 'commit', 'since', ''], ...rows], width),
    '',
    `  kleiber review ${waiting[0]?.card.id}`,
  ].join('\n');
}

const sinceOf = (state: TaskState | null): string => (state?.stage.kind === 'blocked' ? state.stage.since : '');

export const waitingJson = ({ card, state }: BoardTask): Record<string, unknown> => ({
  id: card.id,
  agent: card.agent,
  title: card.title,
  commit: state?.submission?.commit ?? null,
  since: sinceOf(state),
  risks: state?.foundRisks ?? [],
});

export interface ShownReview {
  card: BoardTask;
  state: TaskState;
  submission: Submission;
  /** Null when its file is gone. */
  task: Task | null;
  demand: GateDemand | null;
  difference: string;
}

export function reviewText({ card, state, submission, task, demand, difference }: ShownReview): string {
  const { commit } = submission;
  const short = commit.slice(0, 9);
  const parts: [string, string][] = [
    ['task', task === null ? card.card.title : formatTask(task).trim()],
    [
      'why it is looked at',
      whyLines(state, demand)
        .map(line => `- ${line}`)
        .join('\n'),
    ],
    ['what its author says', submission.report.summary],
    [
      'verdicts',
      state.verdicts.map(({ verdict, reviewer }) => verdictText(verdict, reviewer.tier, commit)).join('\n\n'),
    ],
    ['difference', difference.trimEnd()],
    ['say', sayLines(state, short).join('\n')],
  ];
  const heading = `${card.card.id} · ${card.standing} · commit ${short} · built by ${demand?.built ?? submission.model}`;
  return [heading, ...parts.flatMap(([title, text]) => (text === '' ? [] : [`── ${title}\n\n${text}`]))].join('\n\n');
}

const whyLines = (state: TaskState, demand: GateDemand | null): string[] => [
  ...(demand?.floor.because ?? state.foundRisks.map(({ risk, because }) => `${risk} (${because})`)),
  ...(demand?.review?.because ?? []),
];

function verdictText({ commit, decision, summary, criteria, comments }: Verdict, tier: string, now: string): string {
  const stale = commit === now ? '' : ', of an earlier commit';
  return [
    `${tier}: ${decision.replaceAll('_', ' ')} (${commit.slice(0, 9)}${stale})`,
    summary,
    ...criteria.map(
      ({ number, text, met, note }) => `  ${met ? '✓' : '✗'} ${number}. ${text}${note === '' ? '' : `: ${note}`}`,
    ),
    ...comments.map(({ file, line, text }) => `  ${file}${line === null ? '' : `:${line}`}  ${text}`),
  ].join('\n');
}

function sayLines({ stage, id }: TaskState, short: string): string[] {
  const isAsked = stage.kind === 'submitted' || (stage.kind === 'blocked' && stage.blocker.type === 'human_review');
  if (!isAsked) return [];
  return [
    `kleiber review ${id} approve --commit ${short}`,
    `kleiber review ${id} changes "what must change" --commit ${short}`,
    `kleiber review ${id} reject "why" --commit ${short}`,
  ];
}

export const reviewJson = ({ card, state, submission, demand, difference }: ShownReview): Record<string, unknown> => ({
  id: card.card.id,
  state: card.standing,
  commit: submission.commit,
  base: submission.base,
  built_by: demand?.built ?? null,
  floor: demand?.floor.tier ?? null,
  needs_person: demand?.floor.needsPerson ?? null,
  because: whyLines(state, demand),
  risks: state.foundRisks,
  report: submission.report,
  verdicts: state.verdicts.map(({ verdict, reviewer, at }) => ({ ...verdict, reviewer: reviewer.tier, at })),
  approvals: state.approvals,
  difference,
});
