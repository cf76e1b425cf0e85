/** Tells those who wait that something may have happened: a task file was typed, an event was written. */
import type { Bell } from '../domain/clock.ts';
import { watchRecord } from '../record/watch.ts';
import { systemClock } from './clock.ts';
import type { Project } from './project.ts';

const POLL_MS = 10;
const LONGEST_WAIT_MS = 1_000;

export interface Doorbell {
  /** True when something has happened since the last time this waiter was told. */
  waiter(): Bell;
  close(): Promise<void>;
}

/**
 * Rings for new task files at once and for new events, which other processes write, with the next poll; a ring that is missed
 * costs at most the longest wait.
 */
export function openDoorbell(project: Project, notice: (text: string) => void): Doorbell {
  let rings = 0;
  const naps = new Set<() => void>();
  const watch = watchRecord(project.facts.root, ['tasks', 'blocked'], path => {
    project.keeper.suspect(path);
    rings++;
    for (const wake of naps) wake();
  });
  const nap = async (signal: AbortSignal): Promise<void> => {
    const over = new AbortController();
    const wake = (): void => over.abort();
    naps.add(wake);
    signal.addEventListener('abort', wake, { once: true, signal: over.signal });
    await systemClock.sleep(POLL_MS, over.signal);
    naps.delete(wake);
    wake();
  };
  let isTold = false;
  const tellIfDegraded = (): void => {
    if (!isTold && watch.degraded)
      notice(
        'the system watches no more files, so task files are looked for every two seconds; see: sysctl fs.inotify',
      );
    isTold ||= watch.degraded;
  };
  const now = (): string => `${rings}:${project.baton.position()}`;
  return {
    waiter: () => {
      let told = now();
      return async (signal, mostMs = LONGEST_WAIT_MS) => {
        const untilMs = systemClock.monotonicMs() + mostMs;
        // Sockets and timers go first: a caller whose own events ring the bell would never let them.
        await systemClock.sleep(0, signal);
        while (!signal.aborted && systemClock.monotonicMs() < untilMs && now() === told)
          // No promise that outlives the nap is raced against it: each race would stay in its memory until it is rung.
          await nap(signal);
        const rang = now() !== told;
        told = now();
        tellIfDegraded();
        return rang;
      };
    },
    close: () => watch.close(),
  };
}
