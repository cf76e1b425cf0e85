/**
 * Landing: a merge commit whose tree is exactly the tested tree, by compare-and-swap of the integration ref. Intent,
 * swap, outcome: a kill between any two is finished by the next tick with the same code.
 */
import { handOverText } from '../agent/hand-over-texts.ts';
import { findRole } from '../agent/roles.ts';
import { targetStream } from '../domain/event.ts';
import { usdText } from '../domain/money.ts';
import type { Task } from '../domain/task.ts';
import { whyGit } from '../git/git.ts';
import { type Owners, ownerSentences, resolverOf } from '../policy/conflict-owners.ts';
import { failingOutput, type Submitted } from '../policy/next-step.ts';
import { isStrike } from '../policy/strikes.ts';
import { costOfTask } from '../policy/task-brief.ts';
import type { TaskState } from '../policy/task-state.ts';
import { appendTarget, appendTask } from './append.ts';
import { block, checksBlocker } from './block.ts';
import { checkChange } from './checks.ts';
import type { ConductorEdges } from './edges.ts';

/** True when something was written. */
export async function landTask(
  task: Task,
  state: TaskState,
  stage: Submitted,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const { branch } = state.target;
  const tip = await edges.store.integrationTip(branch);
  if (tip === null) return false;
  if (stage.intent !== null && (await finishIntent(state, stage, stage.intent, tip, edges))) return true;
  const merged = await edges.store.mergeCandidate(mergeRequest(task, state, stage, tip, edges));
  if (!merged.ok) {
    edges.obstacle(`${state.id}: the candidate could not be built (${whyGit(merged.failure)})`);
    return false;
  }
  if (merged.value.kind === 'conflict') return giveBackConflict(task, state, stage, tip, merged.value, edges);
  const { commit } = merged.value;
  const validation = await checkChange(commit, tip, edges, signal);
  if (signal.aborted) return false;
  if (validation.result === 'could_not_run')
    return block(state, stage, checksBlocker('could_not_run', failingOutput(validation)), edges);
  if (validation.result === 'red') return giveBackRed(state, stage, tip, commit, failingOutput(validation), edges);
  const { attempt } = stage.submission;
  const intended = { kind: 'merge_intended' as const, attempt, base: tip, candidate: commit, validation };
  if (!appendTask(state, intended, edges)) return false;
  // At once: a record commit in between would move the base, and with news in every tick nothing would ever land.
  await finishIntent({ ...state, seq: state.seq + 1, validation }, stage, intended, tip, edges);
  return true;
}

/** Was the swap done before a kill, or is it still to do? An ancestor is merged already, so nothing lands twice. */
async function finishIntent(
  state: TaskState,
  stage: Submitted,
  intent: NonNullable<Submitted['intent']>,
  tip: string,
  edges: ConductorEdges,
): Promise<boolean> {
  const { candidate, base } = intent;
  const { attempt } = stage.submission;
  const done =
    (base === tip && (await edges.store.moveIntegration(state.target.branch, base, candidate))) ||
    (await edges.store.isAncestor(candidate, tip));
  if (!done) return false;
  const landed = { kind: 'landed' as const, attempt, commit: candidate, tree: await edges.store.treeOf(candidate) };
  if (!appendTask(state, landed, edges)) return false;
  liftBaseline(state, candidate, edges);
  return true;
}

/** What landed is green, so nobody is told any longer that the base under it was not. */
function liftBaseline({ target, validation }: TaskState, commit: string, edges: ConductorEdges): void {
  const events = edges.holder.baton.read(targetStream(target.branch));
  const last = events.findLast(({ event }) => event.kind === 'baseline')?.event;
  if (validation === null || last?.kind !== 'baseline' || last.validation.result === 'green') return;
  appendTarget(target.branch, { kind: 'baseline', commit, validation }, edges);
}

/** The same work on the same base always gives the same commit: its date is that of the submission. */
function mergeRequest(task: Task, state: TaskState, stage: Submitted, base: string, edges: ConductorEdges) {
  const { submission } = stage;
  const trailers: [string, string][] = [
    ['Kleiber-Task', state.id],
    ['Kleiber-Attempt', String(submission.attempt)],
    ['Kleiber-Model', submission.model],
    ['Kleiber-Cost-USD', usdText(costOfTask(state))],
    ...(edges.studio.sandbox.kind === 'none' ? ([['Kleiber-Sandbox', 'none']] as [string, string][]) : []),
  ];
  return {
    base,
    commit: submission.commit,
    message: `${task.head.title}\n\n${submission.report.summary}`,
    trailers,
    at: submission.at,
  };
}

/** The next attempt starts on the new base, with the conflict marks in the files; the owner of these files makes it. */
function giveBackConflict(
  task: Task,
  state: TaskState,
  stage: Submitted,
  tip: string,
  { files, draft }: { files: string[]; draft: string },
  edges: ConductorEdges,
): boolean {
  const { states, tasks } = edges.keeper.look();
  const { roles } = edges.studio;
  const owners: Owners = { roles, states: [...states.values()], tasks: [...tasks.values()].map(file => file.task) };
  const owner = resolverOf(files, task, state.widened, owners);
  const common = { files: files.join(', '), agent: state.agent };
  const note =
    owner === null
      ? handOverText(findRole(roles, state.agent), 'conflict', {
          ...common,
          owners: ownerSentences(files, state.id, owners),
        })
      : handOverText(findRole(roles, owner), 'resolve', common);
  return appendTask(
    state,
    {
      kind: 'returned',
      attempt: stage.submission.attempt,
      reason: 'conflict',
      note,
      strike: isStrike('conflict'),
      draft: { base: tip, commit: draft },
      ...(owner === null ? {} : { resolver: { agent: owner, files } }),
    },
    edges,
  );
}

function giveBackRed(
  state: TaskState,
  stage: Submitted,
  tip: string,
  candidate: string,
  output: string,
  edges: ConductorEdges,
): boolean {
  const note = `The checks were green on your work and are red once it is merged with what landed meanwhile. The worktree holds the merged tree.\n${output}`;
  const draft = { base: tip, commit: candidate };
  return appendTask(
    state,
    {
      kind: 'returned',
      attempt: stage.submission.attempt,
      reason: 'red_candidate',
      note,
      strike: isStrike('red_candidate'),
      draft,
    },
    edges,
  );
}
