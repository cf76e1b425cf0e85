/** Worktrees whose attempts are over: they are put in order while there is nothing to do, so that the next task finds them ready. */
import { letGo, tryHold } from '../baton/hold.ts';
import { worktreeStream } from '../domain/event.ts';
import type { WorkerEdges } from './edges.ts';

export interface Tidier {
  /** An attempt has left it. */
  leave(slot: string): void;
  isDue(): boolean;
  /** One worktree, so that a task that has come meanwhile does not wait for all of them. */
  tidyOne(): Promise<void>;
}

export function tidier({ studio, holder, store, worktrees }: WorkerEdges): Tidier {
  const left = new Set<string>();
  return {
    leave: slot => {
      // Without a sandbox a command may have left a process behind, which would write into what was just put in order.
      if (studio.sandbox.kind !== 'none') left.add(slot);
    },
    isDue: () => left.size > 0,
    tidyOne: async () => {
      const [slot] = left;
      if (slot === undefined) return;
      left.delete(slot);
      if (!tryHold(holder, worktreeStream(slot))) return;
      try {
        await store.tidyWorktree(`${worktrees}/${slot}`);
      } finally {
        letGo(holder, worktreeStream(slot));
      }
    },
  };
}
