/** The branch that work lands on: its integration ref, its baseline, and the user's own commits on it (design 2.3, 2.4 step 0). */
import { type Target, targetStream } from '../domain/event.ts';
import { failingOutput } from '../policy/next-step.ts';
import { appendTarget } from './append.ts';
import { checkCommit } from './checks.ts';
import type { ConductorEdges } from './edges.ts';

/** Makes the integration ref of a branch where there is none, and runs the checks once on it. True when something was written. */
export async function prepareTarget(target: Target, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  const tip = (await edges.store.integrationTip(target.branch)) ?? (await startIntegration(target, edges));
  if (tip === null) return false;
  const validation = await checkCommit(tip, edges, signal);
  if (signal.aborted) return false;
  const last = edges.holder.baton
    .read(targetStream(target.branch))
    .findLast(stored => stored.event.kind === 'baseline');
  const known = last?.event.kind === 'baseline' ? last.event : null;
  if (known !== null && known.validation.result === validation.result && known.validation.tree === validation.tree)
    return false;
  if (known !== null && known.validation.result === 'green' && validation.result === 'green') return false;
  if (validation.result !== 'green') edges.notice(baselineNotice(target, validation.result, failingOutput(validation)));
  return appendTarget(target.branch, { kind: 'baseline', commit: tip, validation }, edges);
}

async function startIntegration(target: Target, edges: ConductorEdges): Promise<string | null> {
  const fetched = await edges.store.fetchBranch(target.checkout, target.branch);
  if (!fetched.ok) {
    edges.notice(`the branch ${target.branch} could not be read (${fetched.failure.reason})`);
    return null;
  }
  await edges.store.moveIntegration(target.branch, null, fetched.value);
  return await edges.store.integrationTip(target.branch);
}

const baselineNotice = (target: Target, result: 'red' | 'could_not_run', output: string): string =>
  `the checks ${result === 'red' ? 'are red' : 'could not run'} on ${target.branch} before any work, so nothing is started:\n${output || 'kleiber.yml names no checks; add them under checks:'}`;

/**
 * The user's branch has commits that the integration ref lacks: they come in as a checked candidate, so that delivery
 * is always a fast-forward. Tried once per tip; what does not fit waits for a person.
 */
export async function catchUp(
  target: Target,
  userTip: string,
  edges: ConductorEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const last = edges.holder.baton
    .read(targetStream(target.branch))
    .findLast(stored => stored.event.kind === 'catch_up_failed');
  if (last?.event.kind === 'catch_up_failed' && last.event.from === userTip) return false;
  const fetched = await edges.store.fetchBranch(target.checkout, target.branch);
  const tip = await edges.store.integrationTip(target.branch);
  if (!fetched.ok || tip === null) return false;
  const candidate = await catchUpCandidate(target, tip, fetched.value, edges);
  if ('detail' in candidate) return fail(target, fetched.value, candidate.detail, edges);
  const validation = await checkCommit(candidate.commit, edges, signal);
  if (signal.aborted) return false;
  if (validation.result !== 'green')
    return fail(
      target,
      fetched.value,
      `with your new commits the checks are ${validation.result.replaceAll('_', ' ')}:\n${failingOutput(validation)}`,
      edges,
    );
  if (!(await edges.store.moveIntegration(target.branch, tip, candidate.commit))) return false;
  return appendTarget(target.branch, { kind: 'caught_up', commit: candidate.commit, from: fetched.value }, edges);
}

async function catchUpCandidate(
  target: Target,
  tip: string,
  userTip: string,
  edges: ConductorEdges,
): Promise<{ commit: string } | { detail: string }> {
  if (await edges.store.isAncestor(tip, userTip)) return { commit: userTip };
  const message = `Bring ${target.branch} in`;
  const merged = await edges.store.mergeCandidate({
    base: tip,
    commit: userTip,
    message,
    trailers: [],
    at: edges.holder.at(),
  });
  if (!merged.ok) return { detail: `your new commits could not be merged (${merged.failure.reason})` };
  return merged.value.kind === 'merged'
    ? { commit: merged.value.commit }
    : { detail: `your new commits conflict with landed work in ${merged.value.files.join(', ')}` };
}

function fail(target: Target, from: string, detail: string, edges: ConductorEdges): boolean {
  edges.notice(`${target.branch} waits: ${detail}`);
  return appendTarget(target.branch, { kind: 'catch_up_failed', from, detail }, edges);
}
