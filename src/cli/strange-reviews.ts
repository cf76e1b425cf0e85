/** Review files that no event names: somebody wrote a verdict by hand. It has no effect, and a person should know of it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { donePath } from '../domain/record-paths.ts';
import type { TaskState } from '../policy/task-state.ts';
import type { FileFault, ReviewRecord } from '../record/record.ts';
import { readRecordFile } from '../record/record-disk.ts';
import { parseReview } from '../record/review-file.ts';
import type { BoardView } from '../report/board-keeper.ts';

export function strangeReviews(root: string, view: BoardView): FileFault[] {
  return reviewFiles(root).flatMap(path => {
    const bytes = readRecordFile(root, path);
    const parsed = bytes.ok ? parseReview(path, bytes.value) : null;
    if (parsed?.ok !== true || isNamed(parsed.value, root, view)) return [];
    const { decision, commit } = parsed.value;
    const problem = `nobody gave this verdict (${decision} on ${commit.slice(0, 9)}), so it has no effect`;
    return [{ path, line: 1, problem, example: `git rm ${path}` }];
  });
}

function reviewFiles(root: string): string[] {
  try {
    return readdirSync(join(root, 'reports'))
      .filter(name => name.endsWith('-review.md'))
      .map(name => `reports/${name}`);
  } catch {
    return []; // no folder, no reviews
  }
}

/** Where the log was lost, or never was, work that is done may bring its review along. */
function isNamed(record: ReviewRecord, root: string, view: BoardView): boolean {
  const state = view.states.get(record.id);
  if (state === undefined || isImported(state)) return isDone(record.id, root, view);
  const isGiven = state.verdicts.some(
    ({ verdict, reviewer }) =>
      verdict.commit === record.commit && verdict.decision === record.decision && reviewer.tier === record.tier,
  );
  const given = state.approvals.filter(({ commit }) => commit === record.commit).map(({ by }) => by);
  return isGiven && record.approvedBy.every(by => given.includes(by));
}

const isImported = ({ stage }: TaskState): boolean => stage.kind === 'landed' && stage.imported;

function isDone(id: string, root: string, view: BoardView): boolean {
  const agent = view.board.get(id)?.card.agent ?? '';
  return readRecordFile(root, donePath(agent, id)).ok;
}
