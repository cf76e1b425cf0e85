/** `kleiber branch`: brings the result branch of a task over into the user's repository, on request and never by force. */
import type { Command } from 'commander';
import { openStore } from '../git/store.ts';
import { resultBranch } from '../policy/result-branch.ts';
import { type ExitCode, gitProblem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task')
    .option('--as <name>', 'name of the branch here')
    .action(async (id: string, flags: { as?: string }) => done(await run(id, flags.as ?? null, context)));
}

async function run(id: string, name: string | null, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    return await bring(id, name, project.value, context);
  } finally {
    project.value.close();
  }
}

async function bring(id: string, name: string | null, project: Project, context: Context): Promise<ExitCode> {
  const task = findTask(project.keeper.look(), id);
  if (!task.ok) return complain(context, task.failure);
  const { state, card } = task.value;
  if (state?.submission == null)
    return complain(context, problem(1, `${card.id} has handed nothing in yet`, [], [`kleiber show ${card.id}`]));
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
  if (!store.ok) return complain(context, gitProblem(store.failure));
  const from = resultBranch(card.id, card.title);
  const brought = await project.checkout.importBranch(store.value, from, name ?? from);
  if (!brought.ok) return complain(context, gitProblem(brought.failure));
  say(context, `${name ?? from} is a branch here now\n  next   git log ${name ?? from}`);
  return 0;
}
