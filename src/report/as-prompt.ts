/** A task as one prompt to paste into a conversation elsewhere: what was asked, what failed, and the difference so far. */
import type { GitStore } from '../git/git.ts';
import type { BoardTask } from '../policy/board.ts';
import { failingOutput } from '../policy/next-step.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { TaskFile } from './board-keeper.ts';

/** Enough for any work that one agent finishes; more would only push the rest out of sight. */
const MOST_DIFF_BYTES = 120_000;

/** The caller takes secrets out before anybody sees it. */
export async function asPrompt(
  { card, state }: BoardTask,
  file: TaskFile | undefined,
  store: GitStore | null,
): Promise<string> {
  const work = state?.submission ?? state?.work ?? null;
  const difference = work === null || store === null ? '' : await store.diff(work.base, work.commit, MOST_DIFF_BYTES);
  return [
    `This is the task ${card.id} (${card.title}), what stands in its way, and the work on it so far. Find out what is wrong and mend it.`,
    part('The task', 'markdown', file?.text ?? ''),
    part('What failed', 'text', state === null ? '' : whatFailed(state)),
    part('The difference so far', 'diff', difference),
  ]
    .filter(text => text !== '')
    .join('\n\n');
}

/** The newest word on what is wrong: of the checks, of the worker, of whoever gave it back. */
export function whatFailed({ validation, stage, returns, attempts }: TaskState): string {
  if (stage.kind === 'blocked') {
    const { problem, tried, need } = stage.blocker;
    const lines = tried.map(text => `- tried: ${text}`);
    return [problem, ...lines, `needed: ${need}`].join('\n');
  }
  if (validation !== null && validation.result !== 'green') return failingOutput(validation);
  const back = returns.at(-1);
  if (back !== undefined && stage.kind !== 'landed') return back.note;
  const last = attempts.at(-1)?.outcome ?? null;
  return last === null || last === 'submitted' ? '' : `the last attempt ended: ${last.replaceAll('_', ' ')}`;
}

/** The fence is longer than any in the text, so that nothing in it can end it. */
function part(title: string, language: string, text: string): string {
  if (text.trim() === '') return '';
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `## ${title}\n\n${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
