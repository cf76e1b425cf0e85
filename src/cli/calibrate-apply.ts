/** `kleiber calibrate --apply`: the proposal becomes rows of kleiber.yml, one commit each, and counts with the next plan. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import type { TableMove } from '../domain/tier.ts';
import { moveText } from '../policy/calibrate.ts';
import { canonicalAgent } from '../policy/routing-table.ts';
import { withRouting } from '../record/config-edit.ts';
import { parseConfig } from '../record/config-file.ts';
import { type ExitCode, faultsProblem, gitProblem, type Problem, problem } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { type Context, complain, note, say } from './context.ts';
import { decide } from './decide.ts';
import type { Project } from './project.ts';
import { configText } from './route-task.ts';
import { CONFIG_FILE, remember, rememberedFiles } from './trust-store.ts';

/** Says what `applyMoves` would do, or why it would refuse; beside a document on standard output only as notes. */
export async function wouldApply(
  moves: readonly TableMove[],
  isJson: boolean,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const refusal = moves.length === 0 ? null : await whyNot(project);
  const after = refusal === null ? withMoves(configText(project.facts.root), moves) : fail(refusal);
  if (!after.ok) return complain(context, after.failure);
  const tell = isJson ? note : say;
  for (const move of moves) tell(context, `would commit ${CONFIG_FILE}: ${messageOf(move)}`);
  tell(context, 'would put this review on record');
  return 0;
}

/** Without a proposal the review alone goes on record. Nothing is written unless everything may be; a row that is committed stays. */
export async function applyMoves(moves: readonly TableMove[], project: Project, context: Context): Promise<ExitCode> {
  const refusal = moves.length === 0 ? null : await whyNot(project);
  if (refusal !== null) return complain(context, refusal);
  const applied: TableMove[] = [];
  for (const move of moves) {
    const failure = await applyOne(move, project);
    if (failure !== null) {
      // A row that is committed counts, so the log has to know of it (seed 4, exactly 20 % after a promotion).
      if (applied.length > 0) await putOnRecord(applied, project, context);
      return complain(context, failure);
    }
    applied.push(move);
    note(context, `committed ${CONFIG_FILE}: ${messageOf(move)}`);
  }
  return await putOnRecord(moves, project, context);
}

async function putOnRecord(moves: readonly TableMove[], project: Project, context: Context): Promise<ExitCode> {
  const by = await personOf(project);
  return decide(
    () => ({ kind: 'calibrated', by, changes: moves.map(moveText), moves: [...moves] }),
    moves.length === 0
      ? 'the review is on record; the table stays as it is'
      : 'applied; it counts from the next plan on',
    project,
    context,
  );
}

const messageOf = (move: TableMove): string => `calibration: ${moveText(move)}`;

/** A person's own unfinished edit, a plan under way or an untrusted file: in each of them the table is not ours to write. */
async function whyNot(project: Project): Promise<Problem | null> {
  if (!project.trusted)
    return problem(2, `${CONFIG_FILE} is not trusted, so it is not changed either`, [], ['kleiber trust']);
  if (project.config.routing === 'manual')
    return problem(
      2,
      'routing is manual, so there are no rows to change',
      [],
      [`write rows under routing: in ${CONFIG_FILE}`],
    );
  const open = openPlans(project);
  if (open.length > 0)
    return problem(
      1,
      'a plan is under way, and its table never changes in the middle (seed 4, failure recovery)',
      open,
      ['kleiber status', 'kleiber calibrate --shadow'],
    );
  const clean = await project.checkout.isClean(CONFIG_FILE);
  if (!clean.ok) return gitProblem(clean.failure);
  return clean.value
    ? null
    : problem(1, `${CONFIG_FILE} has changes that are not committed`, [], [`git commit -m "…" -- ${CONFIG_FILE}`]);
}

/** Plans with tasks that have neither landed nor been taken back, one sentence each. */
function openPlans(project: Project): string[] {
  const open = new Map<string, number>();
  for (const { card, state, standing } of project.keeper.look().board.values()) {
    const plan = state?.plan ?? card.plan;
    if (plan == null || standing === 'landed' || standing === 'cancelled') continue;
    open.set(plan, (open.get(plan) ?? 0) + 1);
  }
  return [...open].map(([plan, count]) => `${plan}: ${count} ${count === 1 ? 'task is' : 'tasks are'} open`);
}

/** kleiber.yml with these rows, as long as it can still be read. */
function withMoves(before: string | null, moves: readonly TableMove[]): Result<string, Problem> {
  const after = withRouting(before, moves, (written, agent) => canonicalAgent(written) === agent);
  const checked = parseConfig(CONFIG_FILE, after);
  return checked.ok ? ok(after) : fail(faultsProblem(checked.failure, 'nothing was written'));
}

/** Null when the row is written, committed and trusted; a failure leaves the file as it was. */
async function applyOne(move: TableMove, project: Project): Promise<Problem | null> {
  const { root } = project.facts;
  const before = configText(root);
  const rewritten = withMoves(before, [move]);
  if (!rewritten.ok) return rewritten.failure;
  const after = rewritten.value;
  writeFileSync(join(root, CONFIG_FILE), after);
  const committed = await project.checkout.commitFile(CONFIG_FILE, messageOf(move));
  if (!committed.ok) {
    if (before !== null) writeFileSync(join(root, CONFIG_FILE), before);
    return gitProblem(committed.failure);
  }
  const { trusted } = project.places;
  remember(trusted, new Map([...rememberedFiles(trusted), [CONFIG_FILE, after]]));
  return null;
}
