/** `kleiber move`: a person changes the order in which ready tasks are taken, within what goes first in any case. */
import { Argument, type Command } from 'commander';
import { readyLine } from '../policy/board.ts';
import { movedLine, moveOf, WAYS, type Way } from '../policy/line-moves.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { type Context, complain, say } from './context.ts';
import { decide } from './decide.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'a task that is ready')
    .addArgument(new Argument('<way>', 'where to in the line').choices(WAYS))
    .option('--dry-run', 'say what would be written')
    .addHelpText(
      'after',
      '\nWhat was answered, sent back by a reviewer or escalated goes first in any case, then p0. Nothing becomes ready by\nbeing moved; lanes, zones of money and the floor are asked as before.',
    )
    .action(async (id: string, way: Way, flags: { dryRun?: boolean }) =>
      done(await move(id, way, flags.dryRun === true, context)),
    );
}

async function move(id: string, way: Way, dry: boolean, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const task = findTask(project.value.keeper.look(), id);
    if (!task.ok) return complain(context, task.failure);
    return await write(task.value.card.id, way, dry, project.value, context);
  } finally {
    project.value.close();
  }
}

async function write(id: string, way: Way, dry: boolean, project: Project, context: Context): Promise<ExitCode> {
  const line = lineNow(project);
  const moved = moveOf(line, id, way);
  if (!moved.ok) return complain(context, problem(1, moved.failure, [], ['kleiber next', 'kleiber status']));
  const place = movedLine(line, [moved.value]).findIndex(item => item.id === id) + 1;
  const said = `${id} is number ${place} of ${line.length} in line`;
  if (dry) {
    say(context, `would write: ${said}`);
    return 0;
  }
  const by = await personOf(project);
  const choose = () => {
    const now = moveOf(lineNow(project), id, way);
    return now.ok
      ? { kind: 'moved' as const, by, task: id, before: [...now.value.before], after: [...now.value.after] }
      : now.failure;
  };
  return decide(choose, said, project, context);
}

function lineNow({ keeper }: Project) {
  const { board, controls } = keeper.look();
  return readyLine(board, controls.line);
}
