/** `kleiber validate`: runs the checks on the tip of the branch, without a model unless they are red (seed 5, validator). */
import type { Command } from 'commander';
import { letGo, tryHold } from '../baton/hold.ts';
import { courier } from '../conductor/deliver.ts';
import type { ConductorEdges } from '../conductor/edges.ts';
import { commitRecord } from '../conductor/record-commit.ts';
import { prepareTarget } from '../conductor/target.ts';
import { validateBranch } from '../conductor/validator.ts';
import { LEAD_STREAM, type Target, type ValidatorEvent } from '../domain/event.ts';
import { branchReportId, validationPath } from '../domain/record-paths.ts';
import { pauseText } from '../policy/controls.ts';
import { failingOutput } from '../policy/next-step.ts';
import { type ExitCode, gitProblem, type Problem, problem } from '../report/problem.ts';
import { type Context, complain, note, say, sayJson } from './context.ts';
import { openProject, type Project } from './project.ts';
import { openWorkshop } from './workshop.ts';

interface ValidateFlags {
  json?: boolean;
  sandbox: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--json', 'what ran and how it ended as JSON')
    .option('--no-sandbox', 'run commands with your own rights (dangerous)')
    .action(async (flags: ValidateFlags) => done(await validate(flags, context)));
}

async function validate(flags: ValidateFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const { branch, root, head } = project.value.facts;
    if (head === null) return complain(context, gitProblem({ reason: 'no_commits', path: root }));
    if (branch === null)
      return complain(
        context,
        problem(2, 'HEAD is detached, so there is no branch to validate', [], ['git switch main']),
      );
    const workshop = await openWorkshop(project.value, context, { noSandbox: !flags.sandbox, keyless: true });
    if (!workshop.ok) return complain(context, workshop.failure);
    try {
      return await look({ checkout: root, branch }, flags, project.value, workshop.value.conductor, context);
    } finally {
      await workshop.value.close();
    }
  } finally {
    project.value.close();
  }
}

async function look(
  target: Target,
  flags: ValidateFlags,
  project: Project,
  edges: ConductorEdges,
  context: Context,
): Promise<ExitCode> {
  const fetched = await edges.store.fetchBranch(target.checkout, target.branch);
  if (!fetched.ok) return complain(context, gitProblem(fetched.failure));
  const commit = await newestOf(target.branch, fetched.value, edges);
  note(context, `running the checks on ${commit.slice(0, 9)} …`);
  const { paused } = project.keeper.look().controls;
  if (paused !== null) note(context, `${pauseText(paused)}; no model explains what is red until: kleiber resume`);
  const explains = (context.environment.ANTHROPIC_API_KEY ?? '') !== '';
  const seen = await validateBranch(target.branch, commit, edges, context.killed, explains);
  if (seen === null) return 130;
  const isWritten = await writeReport(target, edges, context.killed);
  const report = validationPath(branchReportId(target.branch));
  if (!isWritten) note(context, `a conductor is at work here and will write ${report}`);
  if (flags.json) sayJson(context, 'validation', { branch: target.branch, report, ...summaryOf(seen) });
  else say(context, textOf(target.branch, report, seen));
  return seen.validation.result === 'green' ? 0 : complain(context, notGreen(seen, project));
}

/** What landed and is not delivered yet counts as the branch's, unless the person has committed beside it. */
async function newestOf(branch: string, own: string, { store }: ConductorEdges): Promise<string> {
  const tip = await store.integrationTip(branch);
  return tip !== null && (await store.isAncestor(own, tip)) ? tip : own;
}

/** Through the record, as every file of it: only whoever leads writes there. False when somebody else does. */
async function writeReport(target: Target, edges: ConductorEdges, signal: AbortSignal): Promise<boolean> {
  if (!tryHold(edges.holder, LEAD_STREAM)) return false;
  try {
    if ((await edges.store.integrationTip(target.branch)) === null) await prepareTarget(target, edges, signal);
    const courierHere = courier(edges);
    await commitRecord(target, edges.keeper.look(), courierHere, edges);
    courierHere.lastRound();
    await courierHere.deliver(target);
    await courierHere.catchUp(target, signal);
    return true;
  } finally {
    letGo(edges.holder, LEAD_STREAM);
  }
}

const summaryOf = ({ commit, validation, explanation }: ValidatorEvent) => ({
  commit,
  result: validation.result,
  explanation,
  runs: validation.runs.map(({ name, command, result, exitCode, durationMs }) => ({
    name,
    command,
    result,
    exitCode,
    durationMs,
  })),
});

function textOf(branch: string, report: string, { commit, validation, explanation }: ValidatorEvent): string {
  const glyph = { green: '✓', red: '✗', could_not_run: '?', could_not_tell: '·' } as const;
  const lines = validation.runs.map(
    ({ name, result, durationMs, command }) =>
      `  ${glyph[result]} ${name}  ${(durationMs / 1000).toFixed(1)} s  ${command}`,
  );
  const result = validation.result.replaceAll('_', ' ');
  const word = explanation === '' ? [] : ['', explanation];
  return [`${branch} at ${commit.slice(0, 9)}: ${result}`, ...lines, ...word, '', `report: ${report}`].join('\n');
}

function notGreen({ validation }: ValidatorEvent, project: Project): Problem {
  const what = validation.result === 'red' ? 'the checks are red' : 'the checks could not run';
  const where = failingOutput(validation) || 'kleiber.yml names no checks that count';
  return problem(1, what, [where], [project.trusted ? 'mend it and commit, then: kleiber validate' : 'kleiber trust']);
}
