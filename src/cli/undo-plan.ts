/** `kleiber plan --undo`: takes a plan back whose work has not begun, files and all. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { planStream, taskStream } from '../domain/event.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import { sha256 } from './hash.ts';
import type { Project } from './project.ts';

export function undoPlan(plan: string, project: Project, context: Context): ExitCode {
  const { states, tasks } = project.keeper.look();
  const mine = [...states.values()].filter(state => state.plan === plan);
  if (mine.length === 0) return complain(context, problem(2, `there is no plan ${plan}`, [], ['kleiber status']));
  const begun = mine.filter(state => state.attempts.length > 0);
  if (begun.length > 0)
    return complain(
      context,
      problem(
        1,
        `work on ${plan} has begun`,
        begun.map(state => state.id),
        ['kleiber status'],
      ),
    );
  const changed = mine.filter(
    state => tasks.get(state.id) !== undefined && sha256(tasks.get(state.id)?.text ?? '') !== state.fileHash,
  );
  if (changed.length > 0)
    return complain(
      context,
      problem(
        1,
        'task files were edited since; they are yours now',
        changed.map(state => state.file),
        ['delete them by hand, then undo again'],
      ),
    );
  const at = systemClock.now().toISOString();
  for (const state of mine) {
    project.baton.append({
      stream: taskStream(state.id),
      seq: state.seq + 1,
      at,
      event: { kind: 'cancelled', by: 'plan --undo', reason: 'the plan was taken back' },
    });
    rmSync(join(project.facts.root, state.file), { force: true });
  }
  const seq = project.baton.read(planStream(plan)).length + 1;
  project.baton.append({ stream: planStream(plan), seq, at, event: { kind: 'withdrawn', by: 'plan --undo' } });
  say(context, `took ${plan} back: ${mine.length} task files removed`);
  return 0;
}
