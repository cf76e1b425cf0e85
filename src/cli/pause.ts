/** `kleiber pause`: nothing that asks a model is started anywhere until `kleiber resume` (seed 3, pause system). */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { type Context, complain, note } from './context.ts';
import { decide } from './decide.ts';
import { openProject, type Project } from './project.ts';

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[reason]', 'why; everybody who asks is told')
    .action(async (reason: string | undefined) => done(await pause(reason ?? '', context)));
}

async function pause(reason: string, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const by = await personOf(project.value);
    const going = goingOn(project.value);
    const code = decide(
      ({ paused }) => (paused === null ? { kind: 'paused', by, reason } : `${paused.by} has paused it already`),
      SAID,
      project.value,
      context,
    );
    if (going.length > 0) note(context, `${going.join(', ')} ${going.length === 1 ? 'goes' : 'go'} on to the end`);
    return code;
  } finally {
    project.value.close();
  }
}

const SAID = `paused: no attempt, review, advice or plan begins, in any process, until: kleiber resume
what is handed in is still proven and checked, and what needs no review any more still lands: that asks no model`;

/** What is under way: attempts, and the conversations beside them. */
function goingOn({ keeper, baton }: Project): string[] {
  const running = [...keeper.look().board.values()].filter(({ standing }) => standing === 'running');
  const beside = baton.lanes().flatMap(({ stream }) => {
    const [kind = '', id = ''] = stream.split('/');
    return kind === 'task' ? [] : [`the ${kind} of ${id}`];
  });
  return [...running.map(({ card, state }) => `attempt ${state?.attempts.length ?? 1} of ${card.id}`), ...beside];
}
