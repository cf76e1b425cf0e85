/** `kleiber answer`: a person's answer to a question, or a person's approval of work that never lands without one. */
import type { Command } from 'commander';
import type { TaskEvent } from '../domain/event.ts';
import { globFault } from '../policy/glob.ts';
import type { TaskState } from '../policy/task-state.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import { actOn, personOf } from './by-person.ts';
import { type Context, canAsk, complain } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';

interface AnswerFlags {
  widen: string[];
  dryRun?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task')
    .argument('[text]', 'the answer, the number of an option, or "approve"')
    .option(
      '--widen <glob>',
      'allow the task to write there as well; may be given several times',
      (glob: string, before: string[]) => [...before, glob],
      [],
    )
    .option('--dry-run', 'say what would be written')
    .action(async (id: string, text: string | undefined, flags: AnswerFlags) =>
      done(await answer(id, text, flags, context)),
    );
}

async function answer(id: string, text: string | undefined, flags: AnswerFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const task = findTask(project.value.keeper.look(), id);
    if (!task.ok) return complain(context, task.failure);
    const { state } = task.value;
    if (state?.stage.kind !== 'blocked')
      return complain(
        context,
        problem(1, `${task.value.card.id} asks nothing; it is ${task.value.standing}`, [], ['kleiber status']),
      );
    const bad = flags.widen.find(glob => globFault(glob) !== null);
    if (bad !== undefined)
      return complain(
        context,
        problem(2, `"${bad}" is not a glob of literals, * and **`, [], ['kleiber answer <id> --widen "src/shared/**"']),
      );
    const { options } = state.stage.blocker;
    if (isNoOption(text, options)) return complain(context, noOption(state, options));
    return await reply(
      state,
      state.stage,
      await textOf(text, options, flags, context),
      flags.widen,
      flags.dryRun === true,
      project.value,
      context,
    );
  } finally {
    project.value.close();
  }
}

type Blocked = Extract<TaskState['stage'], { kind: 'blocked' }>;

/** A lone number means an option; one that does not exist is a slip, and would be taken for the answer. */
const isNoOption = (text: string | undefined, options: readonly string[]): boolean =>
  options.length > 0 && /^\d+$/.test(text?.trim() ?? '') && options[Number(text) - 1] === undefined;

const noOption = ({ id }: TaskState, options: readonly string[]): Problem =>
  problem(
    2,
    `${id} has ${options.length === 1 ? 'one option' : `${options.length} options`}`,
    options.map((option, index) => `${index + 1}  ${option}`),
    [`kleiber answer ${id} 1`, `kleiber answer ${id} "…"`],
  );

/** A number picks an option; without a text a terminal is asked. */
async function textOf(
  text: string | undefined,
  options: readonly string[],
  flags: AnswerFlags,
  context: Context,
): Promise<string> {
  const given =
    text ?? (flags.widen.length > 0 ? `You may also write: ${flags.widen.join(', ')}` : await ask(options, context));
  return options[Number(given) - 1] ?? given;
}

async function ask(options: readonly string[], context: Context): Promise<string> {
  if (!canAsk(context)) return '';
  const prompts = await import('@clack/prompts');
  const message =
    options.length === 0
      ? 'Your answer'
      : `Your answer (${options.map((option, index) => `${index + 1} ${option}`).join(' · ')})`;
  const given = await prompts.text({ message });
  return typeof given === 'string' ? given.trim() : '';
}

async function reply(
  state: TaskState,
  stage: Blocked,
  text: string,
  widen: string[],
  dry: boolean,
  project: Project,
  context: Context,
): Promise<ExitCode> {
  const { blocker } = stage;
  if (text === '')
    return complain(
      context,
      problem(
        2,
        `${state.id} asks: ${blocker.need}`,
        [blocker.problem, ...blocker.options.map((option, index) => `${index + 1}  ${option}`)],
        [`kleiber answer ${state.id} "…"`],
      ),
    );
  const event = eventOf(state, blocker.type, text, widen, await personOf(project));
  const goesOn =
    stage.session === null ? 'it is tried again with your answer' : 'its conversation goes on where it stopped';
  const said =
    event.kind === 'approved'
      ? `${state.id}: commit ${event.commit.slice(0, 9)} approved; it lands with the next tick`
      : `${state.id}: answered; ${goesOn}`;
  return actOn(state, event, said, dry, project, context);
}

/** Only the word itself approves, and only the commit that was shown: a later commit voids it. */
function eventOf(state: TaskState, type: string, text: string, widen: string[], by: string): TaskEvent {
  if (type === 'human_review' && text.trim().toLowerCase() === 'approve' && state.submission !== null)
    return { kind: 'approved', commit: state.submission.commit, by };
  return { kind: 'answered', by, text, widen };
}
