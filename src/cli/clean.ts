/** `kleiber clean`: removes idle worktrees after everything in them has become a commit; never what is unlanded. */
import type { Command } from 'commander';
import { currentHolder } from '../baton/hold.ts';
import { worktreeStream } from '../domain/event.ts';
import type { Worktree } from '../git/git.ts';
import { openStore } from '../git/store.ts';
import { type ExitCode, gitProblem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, confirm, say } from './context.ts';
import { openProject, type Project } from './project.ts';

interface CleanFlags {
  dryRun?: boolean;
  yes?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--dry-run', 'say what would be removed')
    .option('-y, --yes', 'remove without asking')
    .action(async (flags: CleanFlags) => done(await clean(flags, context)));
}

async function clean(flags: CleanFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    return await sweep(flags, project.value, context);
  } finally {
    project.value.close();
  }
}

async function sweep(flags: CleanFlags, project: Project, context: Context): Promise<ExitCode> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
  if (!store.ok) return complain(context, gitProblem(store.failure));
  const idle = (await store.value.worktrees()).filter(worktree => isIdle(worktree, project));
  if (idle.length === 0) say(context, 'nothing to clean: no idle worktree');
  for (const worktree of idle) say(context, `${flags.dryRun ? 'would remove' : 'idle'}  ${worktree.path}`);
  if (idle.length === 0 || flags.dryRun) return 0;
  if (!flags.yes && !(await confirm(context, `Remove ${idle.length} worktrees? What lies in them is kept as commits.`)))
    return complain(context, problem(2, 'nothing was removed', [], ['kleiber clean --yes']));
  for (const worktree of idle) {
    const kept = await store.value.removeWorktree(worktree, systemClock.now().toISOString());
    if (!kept.ok) return complain(context, gitProblem(kept.failure));
    say(context, `removed ${worktree.path}; kept as ${kept.value}`);
  }
  return 0;
}

/** Nobody living holds it, and no running task needs what lies in it. */
function isIdle(worktree: Worktree, project: Project): boolean {
  const name = worktree.branch.replace(/^agent\//, '');
  const holder = currentHolder(project.baton, worktreeStream(name));
  const running = [...project.keeper.look().states.values()].some(
    state => state.stage.kind === 'running' && state.stage.worktree === name,
  );
  return !running && (holder === null || project.holder.liveness(holder) === 'dead');
}
