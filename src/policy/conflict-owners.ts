/** Who owns a file that two tasks have changed: whoever landed it last, else the task whose zone names it (seed 2, merge conflicts). */
import type { Task } from '../domain/task.ts';
import { asTree, matchesGlob } from './glob.ts';
import type { TaskState } from './task-state.ts';

/** One sentence per file, for the one that resolves the conflict. */
export function ownerSentences(
  files: readonly string[],
  resolver: string,
  states: Iterable<TaskState>,
  tasks: Iterable<Task>,
): string {
  const others = [...states].filter(state => state.id !== resolver);
  const zones = [...tasks].filter(({ head }) => head.id !== resolver);
  return files
    .map(path => {
      const owner = lastToLand(path, others) ?? namedIn(path, zones);
      return owner === null
        ? `${path} belongs to no other task: keep what landed and add yours.`
        : `${path} belongs to ${owner}: what landed from it is the truth, fit yours around it.`;
    })
    .join('\n');
}

function lastToLand(path: string, states: readonly TaskState[]): string | null {
  const landed = states.flatMap(({ id, agent, stage, submission }) =>
    stage.kind === 'landed' && submission?.files.some(file => file.path === path) === true
      ? [{ at: stage.at, name: `${id} (${agent})` }]
      : [],
  );
  return landed.sort((a, b) => a.at.localeCompare(b.at)).at(-1)?.name ?? null;
}

function namedIn(path: string, tasks: readonly Task[]): string | null {
  const found = tasks.find(({ head }) => head.files.some(glob => matchesGlob(asTree(glob), path)));
  return found === undefined ? null : `${found.head.id} (${found.head.agent})`;
}
