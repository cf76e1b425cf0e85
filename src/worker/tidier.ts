/** Worktrees whose attempts are over: they are put in order while there is nothing to do, so that the next task finds them ready. */
import { letGo, tryHold } from '../baton/hold.ts';
import { unlessNews } from '../domain/clock.ts';
import { worktreeStream } from '../domain/event.ts';
import type { WorkerEdges } from './edges.ts';

export interface Tidier {
  /** An attempt has left it. */
  leave(slot: string): void;
  isDue(): boolean;
  /** One worktree, until it is in order or there is news: nobody who has something to do waits for it. */
  tidyOne(stopping: AbortSignal): Promise<void>;
}

export function tidier({ studio, holder, store, worktrees, bell }: WorkerEdges): Tidier {
  const left = new Set<string>();
  return {
    leave: slot => {
      // Without a sandbox a command may have left a process behind, which would write into what was just put in order.
      if (studio.sandbox.kind !== 'none') left.add(slot);
    },
    isDue: () => left.size > 0,
    tidyOne: async stopping => {
      const [slot] = left;
      if (slot === undefined) return;
      left.delete(slot);
      if (!tryHold(holder, worktreeStream(slot))) return;
      // Its own event is no news.
      await bell(stopping, 0);
      try {
        const isDone = await unlessNews(signal => store.tidyWorktree(`${worktrees}/${slot}`, signal), bell, stopping);
        if (!isDone) left.add(slot);
      } finally {
        letGo(holder, worktreeStream(slot));
      }
    },
  };
}
