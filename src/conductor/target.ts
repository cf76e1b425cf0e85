/** The branch that work lands on: its integration ref, its baseline, and the user's own commits on it. */
import { LEAD_STREAM, type Target, targetStream } from '../domain/event.ts';
import { whyGit } from '../git/git.ts';
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
  const isSame = known?.validation.result === validation.result;
  if (validation.result === 'green' && isSame) return false;
  // Workers of today go by what the conductor of today has seen, so each says it once for each tip.
  const isToday = (last?.position ?? 0) > (edges.holder.baton.read(LEAD_STREAM).at(-1)?.position ?? 0);
  if (isSame && isToday && known?.commit === tip) return false;
  if (validation.result !== 'green') edges.notice(baselineNotice(target, validation.result, failingOutput(validation)));
  return appendTarget(target.branch, { kind: 'baseline', commit: tip, validation }, edges);
}

async function startIntegration(target: Target, edges: ConductorEdges): Promise<string | null> {
  const fetched = await edges.store.fetchBranch(target.checkout, target.branch);
  if (!fetched.ok) {
    edges.obstacle(`the branch ${target.branch} could not be read (${whyGit(fetched.failure)})`);
    return null;
  }
  await edges.store.moveIntegration(target.branch, null, fetched.value);
  return await edges.store.integrationTip(target.branch);
}

const baselineNotice = (target: Target, result: 'red' | 'could_not_run', output: string): string =>
  `the checks ${result === 'red' ? 'are red' : 'could not run'} on ${target.branch} before any work, so nothing is started:\n${output || 'kleiber.yml names no checks; add them under checks:'}`;

/**
 * The user's branch has commits that the integration ref lacks: they come in as a checked candidate, so that delivery
 * is always a fast-forward. What does not fit waits for a person, or for a landing that makes it fit.
 */
export async function catchUp(
  target: Target,
  edges: ConductorEdges,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<boolean> {
  const fetched = await edges.store.fetchBranch(target.checkout, target.branch);
  const tip = await edges.store.integrationTip(target.branch);
  if (!fetched.ok || tip === null) return false;
  if (await edges.store.isAncestor(fetched.value, tip)) {
    say('');
    return false;
  }
  const candidate = await catchUpCandidate(target, tip, fetched.value, edges);
  if ('detail' in candidate) return fail(target, fetched.value, candidate.detail, edges, say);
  const validation = await checkCommit(candidate.commit, edges, signal);
  if (signal.aborted) return false;
  if (validation.result !== 'green') {
    const verdict = validation.result === 'red' ? 'are red' : 'could not run';
    const detail = `with your new commits the checks ${verdict}:\n${failingOutput(validation)}`;
    return fail(target, fetched.value, detail, edges, say);
  }
  if (!(await edges.store.moveIntegration(target.branch, tip, candidate.commit))) return false;
  say('');
  return appendTarget(target.branch, { kind: 'caught_up', commit: candidate.commit, from: fetched.value }, edges);
}

async function catchUpCandidate(
  target: Target,
  tip: string,
  userTip: string,
  edges: ConductorEdges,
): Promise<{ commit: string } | { detail: string }> {
  if (await continues(tip, userTip, edges)) return { commit: userTip };
  const message = `Bring ${target.branch} in`;
  const merged = await edges.store.mergeCandidate({
    base: tip,
    commit: userTip,
    message,
    trailers: [],
    at: edges.holder.at(),
  });
  if (!merged.ok) return { detail: `your new commits could not be merged (${whyGit(merged.failure)})` };
  return merged.value.kind === 'merged'
    ? { commit: merged.value.commit }
    : { detail: conflictDetail(target.branch, merged.value.files, edges) };
}

/**
 * Whether the user's commits go on from the tip on its own line. A merge of the user's that has the tip on its other
 * side does not: what landed is read back from the first line alone, so the tip must stay on it.
 */
async function continues(tip: string, userTip: string, edges: ConductorEdges): Promise<boolean> {
  if (!(await edges.store.isAncestor(tip, userTip))) return false;
  const [before, after] = await Promise.all([edges.store.landings(tip), edges.store.landings(userTip)]);
  const kept = new Set(after.map(landing => landing.commit));
  return before.every(landing => kept.has(landing.commit));
}

const conflictDetail = (branch: string, files: readonly string[], { store }: ConductorEdges): string =>
  `your new commits conflict with landed work in ${files.join(', ')}; commit what lies in your checkout, then bring it over and resolve it: git fetch ${store.path} refs/integration/${branch} && git merge FETCH_HEAD`;

/** Written once for each tip of the user's and each reason, however often it is tried again. */
function fail(
  target: Target,
  from: string,
  detail: string,
  edges: ConductorEdges,
  say: (text: string) => void,
): boolean {
  say(`${target.branch} waits: ${detail}`);
  const last = edges.holder.baton
    .read(targetStream(target.branch))
    .findLast(stored => stored.event.kind === 'catch_up_failed')?.event;
  if (last?.kind === 'catch_up_failed' && last.from === from && last.detail === detail) return false;
  return appendTarget(target.branch, { kind: 'catch_up_failed', from, detail }, edges);
}
