/** `kleiber override`: a person chooses a task's model, with a reason that is logged; never below the floor. */
import { type Command, Option } from 'commander';
import { type TaskEvent, taskStream } from '../domain/event.ts';
import { isAtLeast, TIERS, type Tier } from '../domain/tier.ts';
import type { BoardTask } from '../policy/board.ts';
import { rulesAgainst } from '../policy/override.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';
import { routeOfTask } from './route-task.ts';

interface OverrideFlags {
  model: Tier;
  reason: string;
  dryRun?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task')
    .addOption(new Option('--model <tier>', 'the model it gets').choices(TIERS).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why; it is logged')
    .option('--dry-run', 'say what would be written')
    .action(async (id: string, flags: OverrideFlags) => done(await override(id, flags, context)));
}

async function override(id: string, flags: OverrideFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const view = project.value.keeper.look();
    const task = findTask(view, id);
    if (!task.ok) return complain(context, task.failure);
    const refusal = whyNot(task.value, flags, view, project.value);
    if (refusal !== null) return complain(context, refusal);
    if (flags.dryRun === true) {
      say(context, `would write: ${task.value.card.id} on ${flags.model}`);
      return 0;
    }
    return await write(task.value, flags, view, project.value, context);
  } finally {
    project.value.close();
  }
}

function whyNot(task: BoardTask, flags: OverrideFlags, view: BoardView, project: Project): Problem | null {
  const { card, standing } = task;
  if (standing === 'landed' || standing === 'cancelled')
    return problem(1, `${card.id} is ${standing}; nothing is left to choose`, [], [`kleiber retry ${card.id}`]);
  if (flags.reason.trim() === '')
    return problem(
      2,
      'an override needs a reason',
      [],
      [`kleiber override ${card.id} --model ${flags.model} --reason "…"`],
    );
  const routing = routeOfTask(task, view, project);
  if (routing === null) return problem(2, `the file of ${card.id} is gone or faulty`, [], ['kleiber check']);
  const rules = rulesAgainst(flags.model, routing.floor);
  if (rules.length === 0) return null;
  return problem(
    2,
    `${card.id} may not go below ${routing.floor.tier}`,
    [...rules],
    [`kleiber override ${card.id} --model ${routing.floor.tier} --reason "…"`, `kleiber route ${card.id}`],
  );
}

async function write(
  task: BoardTask,
  flags: OverrideFlags,
  view: BoardView,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const { id } = task.card;
  const before = routeOfTask(task, view, project);
  const first = task.state === null ? creation(task, view, project) : [];
  if (first === null)
    return complain(
      context,
      problem(2, 'HEAD is detached, so there is no branch to land on', [], ['git switch -c my-feature']),
    );
  const by = await personOf(project);
  const events: TaskEvent[] = [...first, { kind: 'overridden', by, to: flags.model, reason: flags.reason.trim() }];
  const at = systemClock.now().toISOString();
  for (const [index, event] of events.entries()) {
    const seq = (task.state?.seq ?? 0) + index + 1;
    if (project.baton.append({ stream: taskStream(id), seq, at, event }) !== 'appended')
      return complain(context, problem(1, `${id} has moved on meanwhile`, [], ['kleiber status']));
  }
  const when = task.standing === 'running' ? ' from its next attempt on; the one that runs goes on as it is' : '';
  const now = project.keeper.look();
  const after = routeOfTask(now.board.get(id) ?? task, now, project);
  if (after !== null && after.tier !== flags.model) {
    say(context, `noted, and ${id} stays on ${after.tier}: ${after.because.at(-1) ?? ''}${when}`);
    return 0;
  }
  const direction = before !== null && !isAtLeast(flags.model, before.tier) ? `, weaker than ${before.tier}` : '';
  say(context, `${id} gets ${flags.model}${direction}${when}`);
  return 0;
}

/** A file that nobody has taken in yet becomes a task of ours first; null where there is no branch for it. */
function creation(task: BoardTask, view: BoardView, project: Project): TaskEvent[] | null {
  const { branch, root } = project.facts;
  const file = view.tasks.get(task.card.id);
  if (branch === null || file === undefined) return null;
  const { agent, plan } = file.task.head;
  const target = { checkout: root, branch };
  return [{ kind: 'created', target, agent, file: file.path, fileHash: file.hash, plan: plan ?? null }];
}
