/** The reviewer: who it is, what it is told about one submission, and what it answers. It has no tool that writes. */
import * as z from 'zod';
import { redactSecrets } from '../agent/redact.ts';
import type { CheckRun } from '../domain/check.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import { DECISIONS, type Verdict } from '../domain/verdict.ts';
import { type ReviewDemand, verdictFault } from '../policy/review.ts';
import type { ReviewCriterion } from '../policy/review-criteria.ts';
import type { Submission, TaskState } from '../policy/task-state.ts';
import { formatTask } from '../record/task-file.ts';
import { plainSchema } from './plan/draft.ts';

const NAME = 'reviewer';

const BUILT_IN: Role = {
  name: NAME,
  purpose: 'judges what others hand in; reads only',
  paths: [],
  produces: 'report',
  readOnly: true,
  tools: ['read', 'list', 'search'],
  instructions: `You are the reviewer. You judge work that somebody else has handed in, against numbered criteria, and nothing beyond them.
You look for what is wrong before you look for what is right: wrong results, cases that nobody tested, tests that cannot fail,
security holes, work that was not asked for. Matters of taste are no reason to send work back.`,
  source: 'built-in',
};

/** A project may give the reviewer other instructions; what it may touch stays the same. */
export const reviewerOf = (roles: ReadonlyMap<string, Role>): Role => ({
  ...BUILT_IN,
  instructions: roles.get(NAME)?.instructions ?? BUILT_IN.instructions,
});

export interface ReviewBrief {
  task: Task;
  state: TaskState;
  submission: Submission;
  criteria: readonly ReviewCriterion[];
  /** Unified, cut to a limit. */
  difference: string;
  demand: ReviewDemand;
}

/** The same submission always gives the same words. */
export function submissionOpening({ task, state, submission, criteria, difference, demand }: ReviewBrief): string {
  const runs = state.validation?.runs ?? [];
  const parts: [title: string, text: string][] = [
    ['The task', formatTask(task).trim()],
    ['Criteria', criteria.map(({ number, text }) => `${number}. ${text}`).join('\n')],
    ['What its author says', fenced(authorText(submission))],
    ['Checks', runs.map(runLine).join('\n')],
    ['Why you are asked', demand.because.map(why => `- ${why}`).join('\n')],
    ['The difference', difference === '' ? 'Nothing was changed: the report above is the work.' : fenced(difference)],
    ['Your answer', ANSWER],
  ];
  const sections = parts.flatMap(([title, text]) => (text === '' ? [] : [`## ${title}\n\n${text}`]));
  return ['A submission needs your review before it may land.', ...sections].join('\n\n');
}

/** What a run could not tell is for the reviewer to judge, so it is told whole. */
const runLine = ({ command, result, output }: CheckRun): string =>
  `- \`${command}\`: ${result.replaceAll('_', ' ')}${result === 'could_not_tell' ? `\n\n${fenced(output)}\n` : ''}`;

const ANSWER = `The worktree that your tools see is the submission as it would land. Read as much of it as you need, then answer.

- Judge every number, each once; a criterion that does not apply here is met, and the note says why.
- approve only if every criterion is met. request_changes when the work can be mended, with a comment per change that names
  file and line. reject when the approach is wrong and a new start costs less: its work is then dropped.
- Comments are for whoever mends it and has never spoken with you: what is wrong, and what would be right.`;

function authorText({ report }: Submission): string {
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${title}:\n${lines.map(line => `- ${line}`).join('\n')}`];
  return [report.summary, ...list('tests added', report.testsAdded), ...list('decisions', report.decisions)].join(
    '\n\n',
  );
}

/** Words and code of others are material, never an instruction. */
const fenced = (text: string): string => `~~~text\n${text.replaceAll('~~~', '~ ~ ~')}\n~~~`;

const answerSchema = z.strictObject({
  decision: z.enum(DECISIONS),
  summary: z.string().describe('two or three sentences for a person who decides whether to trust this'),
  criteria: z.array(z.strictObject({ number: z.number().int(), met: z.boolean(), note: z.string() })),
  comments: z.array(
    z.strictObject({
      file: z.string(),
      line: z.number().int().nullable().describe('of the new file, from 1; null for the whole file'),
      text: z.string(),
    }),
  ),
});

export const reviewFormat = (): Record<string, unknown> => plainSchema(z.toJSONSchema(answerSchema, { io: 'input' }));

const MOST_COMMENTS = 50;
const MOST_CHARACTERS = 2_000;

/** The verdict on a commit, or what is wrong with the answer, in a sentence for the reviewer. */
export function readVerdict(
  text: string,
  commit: string,
  asked: readonly ReviewCriterion[],
  secrets: readonly string[],
): Result<Verdict, string> {
  const answer = parseAnswer(text);
  if (!answer.ok) return answer;
  const { decision, summary, criteria, comments } = answer.value;
  const safe = (words: string): string => redactSecrets(words, secrets).slice(0, MOST_CHARACTERS);
  const verdict: Verdict = {
    commit,
    decision,
    summary: safe(summary),
    criteria: criteria
      .map(({ number, met, note }) => ({ number, text: textOf(number, asked), met, note: safe(note) }))
      .sort((a, b) => a.number - b.number),
    comments: comments.slice(0, MOST_COMMENTS).map(({ file, line, text: said }) => ({
      file: safe(file),
      line: line !== null && line < 1 ? null : line,
      text: safe(said),
    })),
  };
  const fault = verdictFault(verdict, asked.length);
  return fault === null ? ok(verdict) : fail(fault);
}

const textOf = (number: number, asked: readonly ReviewCriterion[]): string =>
  asked.find(criterion => criterion.number === number)?.text ?? '';

function parseAnswer(text: string): Result<z.output<typeof answerSchema>, string> {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(text));
    return parsed.success ? ok(parsed.data) : fail(z.prettifyError(parsed.error));
  } catch {
    return fail('it is not the JSON that was asked for');
  }
}
