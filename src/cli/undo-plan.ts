/** `kleiber plan --undo`: takes a plan back whose work has not begun, files and all. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { planStream, taskStream } from '../domain/event.ts';
import type { TaskState } from '../policy/task-state.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say } from './context.ts';
import { sha256 } from './hash.ts';
import type { Project } from './project.ts';

export function undoPlan(plan: string, project: Project, context: Context): ExitCode {
  const { states } = project.keeper.look();
  const mine = [...states.values()].filter(state => state.plan === plan);
  if (project.baton.read(planStream(plan)).some(({ event }) => event.kind === 'withdrawn')) {
    say(context, `${plan} has been taken back already`);
    return 0;
  }
  const fault = whyNot(plan, mine, project);
  if (fault !== null) return complain(context, fault);
  const begun = mine.filter(state => !takeBack(state, project)).map(({ id }) => id);
  if (begun.length > 0)
    return complain(context, problem(1, `work on ${plan} began just now; the rest is taken back`, begun, [STATUS]));
  const seq = project.baton.read(planStream(plan)).length + 1;
  project.baton.append({ stream: planStream(plan), seq, at: now(), event: { kind: 'withdrawn', by: 'plan --undo' } });
  say(context, `took ${plan} back: ${mine.length} ${mine.length === 1 ? 'task file' : 'task files'} removed`);
  return 0;
}

const STATUS = 'kleiber status';

const now = (): string => systemClock.now().toISOString();

function whyNot(plan: string, mine: readonly TaskState[], project: Project): Problem | null {
  if (mine.length === 0) return problem(2, `there is no plan ${plan}`, [], [STATUS]);
  const begun = mine.filter(state => state.attempts.length > 0);
  if (begun.length > 0)
    return problem(
      1,
      `work on ${plan} has begun`,
      begun.map(({ id }) => id),
      [STATUS],
    );
  const { tasks } = project.keeper.look();
  const changed = mine.filter(({ id, fileHash }) => tasks.has(id) && sha256(tasks.get(id)?.text ?? '') !== fileHash);
  if (changed.length === 0) return null;
  const files = changed.map(({ file }) => file);
  return problem(1, 'task files were edited since; they are yours now', files, [
    'delete them by hand, then undo again',
  ]);
}

/** False when a worker was faster: then its task stays, file and all. */
function takeBack(state: TaskState, project: Project): boolean {
  const event = { kind: 'cancelled' as const, by: 'plan --undo', reason: 'the plan was taken back' };
  const place = { stream: taskStream(state.id), seq: state.seq + 1, at: now() };
  if (project.baton.append({ ...place, event }) !== 'appended') return false;
  rmSync(join(project.facts.root, state.file), { force: true });
  return true;
}
