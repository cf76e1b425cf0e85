/** `kleiber pause`: nothing new is started anywhere until `kleiber resume` (seed 3, pause system). */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import { personOf } from './by-person.ts';
import { type Context, complain, note } from './context.ts';
import { decide } from './decide.ts';
import { openProject } from './project.ts';

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
    const running = [...project.value.keeper.look().board.values()].filter(({ standing }) => standing === 'running');
    const code = decide(
      ({ paused }) => (paused === null ? { kind: 'paused', by, reason } : `${paused.by} has paused it already`),
      'paused: nothing new is started, in any process, until: kleiber resume',
      project.value,
      context,
    );
    if (running.length > 0)
      note(
        context,
        `${running.map(({ card }) => card.id).join(', ')} ${running.length === 1 ? 'goes' : 'go'} on to the end of this attempt; what is handed in is still proven and landed`,
      );
    return code;
  } finally {
    project.value.close();
  }
}
