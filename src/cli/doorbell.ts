/** Tells those who wait that something may have happened: a task file was typed, an event was written. */
import { watchRecord } from '../record/watch.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';

const POLL_MS = 25;
const LONGEST_WAIT_MS = 1_000;

export interface Doorbell {
  /** Resolves when something has happened since the last time this waiter was told, or after the longest wait. */
  waiter(): (signal: AbortSignal) => Promise<void>;
  close(): Promise<void>;
}

/** Rings for new task files and new events; a ring that is missed costs at most the longest wait. */
export function openDoorbell(project: Project): Doorbell {
  let rings = 0;
  let rung = Promise.withResolvers<void>();
  const watch = watchRecord(project.facts.root, ['tasks', 'blocked'], path => {
    project.keeper.suspect(path);
    rings++;
    rung.resolve();
    rung = Promise.withResolvers();
  });
  const now = (): string => `${rings}:${project.baton.position()}`;
  return {
    waiter: () => {
      let told = now();
      return async signal => {
        const untilMs = systemClock.monotonicMs() + LONGEST_WAIT_MS;
        while (!signal.aborted && systemClock.monotonicMs() < untilMs && now() === told)
          await Promise.race([rung.promise, systemClock.sleep(POLL_MS, signal)]);
        told = now();
      };
    },
    close: () => watch.close(),
  };
}
