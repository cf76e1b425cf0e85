/** One task as its page shows it: the file, the attempts, what was handed in, how it was checked and judged, its story. */
import { existsSync } from 'node:fs';
import { redactSecrets } from '../agent/redact.ts';
import { taskStream } from '../domain/event.ts';
import { neutralise } from '../domain/plain-text.ts';
import { resultBranch } from '../policy/result-branch.ts';
import type { Attempt, TaskState } from '../policy/task-state.ts';
import { asPrompt } from '../report/as-prompt.ts';
import { actionsOn } from './actions.ts';
import { cardView, presentFrame } from './cards.ts';
import type { BoardEdges } from './edges.ts';
import { logLines } from './log-view.ts';
import { splitPatch } from './patch.ts';
import { transcriptPath } from './transcript-view.ts';
import type { AttemptView, DiffView, TaskView } from './view.ts';

/** Null for an id that the board does not know: nothing is ever looked up by what a request says. */
export function taskView(id: string, edges: BoardEdges): TaskView | null {
  const now = edges.keeper.look();
  const task = now.board.get(id);
  if (task === undefined) return null;
  const file = now.tasks.get(id);
  return {
    card: { ...cardView(task, now, edges, presentFrame(now)), actions: actionsOn(task, edges.commands) },
    file: file === undefined ? null : { path: file.path, text: neutralise(file.text) },
    criteria: file?.task.body.acceptanceCriteria.map(({ text }) => neutralise(text)) ?? [],
    why: neutralise(edges.why(task, now)),
    attempts: task.state?.attempts.map(attempt => attemptView(attempt, edges)) ?? [],
    submission: task.state === null ? null : submissionOf(task.state, resultBranch(id, task.card.title)),
    validation: task.state?.validation ?? null,
    verdicts: task.state === null ? [] : verdictsOf(task.state),
    log: logLines(edges.baton.read(taskStream(id))),
  };
}

const attemptView = (attempt: Attempt, edges: BoardEdges): AttemptView => ({
  attempt: attempt.attempt,
  tier: attempt.route.tier,
  effort: attempt.route.effort,
  because: attempt.route.because,
  approach: neutralise(attempt.approach),
  claimedAt: attempt.claimedAt,
  endedAt: attempt.endedAt,
  outcome: attempt.outcome,
  cost: attempt.spend?.cost ?? null,
  model: attempt.model,
  hasTranscript: existsSync(transcriptPath(edges.transcripts, attempt.session)),
});

function submissionOf({ submission }: TaskState, branch: string): TaskView['submission'] {
  if (submission === null) return null;
  const { commit, base, at, model, files, report } = submission;
  return { branch, commit, base, at, model, files, report };
}

/** Those of people and of models, newest first; a verdict counts for its own commit only. */
function verdictsOf({ verdicts, approvals, submission }: TaskState): TaskView['verdicts'] {
  const judged = verdicts.map(({ verdict, reviewer, at }) => ({
    verdict,
    by: `${reviewer.agent} on ${reviewer.tier}`,
    at,
    isCurrent: verdict.commit === submission?.commit,
  }));
  const approved = approvals.map(({ commit, by }) => ({
    verdict: { commit, decision: 'approve' as const, summary: 'Approved by a person.', criteria: [], comments: [] },
    by,
    at: submission?.at ?? '',
    isCurrent: commit === submission?.commit,
  }));
  return [...judged, ...approved].reverse();
}

/** Null for an id that the board does not know. Secrets are taken out, because it is made to be taken elsewhere. */
export async function promptView(id: string, edges: BoardEdges): Promise<{ text: string } | null> {
  const { board, tasks } = edges.keeper.look();
  const task = board.get(id);
  if (task === undefined) return null;
  const text = await asPrompt(task, tasks.get(id), await edges.store());
  return { text: neutralise(redactSecrets(text, edges.secrets)) };
}

const MOST_DIFF_BYTES = 4_000_000;

/** Null where nothing was handed in, or the store has it no more. */
export async function diffView(id: string, edges: BoardEdges, space?: 'ignored'): Promise<DiffView | null> {
  const submission = edges.keeper.look().board.get(id)?.state?.submission;
  const store = submission == null ? null : await edges.store();
  if (submission == null || store === null) return null;
  const { base, commit } = submission;
  const { files, cut } = splitPatch(await store.diff(base, commit, MOST_DIFF_BYTES, space));
  return { base, commit, files, cut };
}
