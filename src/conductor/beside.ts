/** Conversations that go on beside the ticks: no proof, no landing of another task waits for a reviewer's thoughts. */

/** Resolves to whether something was written; null when it cannot begin now. `slot` is a number from 1 that no other job has. */
export type Job = (slot: number) => Promise<boolean> | null;

export interface Beside {
  /** Begins the job of this name, unless it goes on already or there is no room. True when it is over and has written. */
  begin(name: string, job: Job): Promise<boolean>;
  isBusy(): boolean;
  /** Waits until one of the jobs is over: true when it has written something. False at once when there is none. */
  next(): Promise<boolean>;
}

/** Every job is waited for where it begins: one thing after the other, as a test tells it. */
export const oneAfterTheOther = (): Beside => ({
  begin: async (_name, job) => (await job(1)) ?? false,
  isBusy: () => false,
  next: async () => false,
});

/** A job that throws is a bug, and ends the run at the next one that begins or is waited for. */
export function besideTheTicks(most: number): Beside {
  const jobs = new Map<string, { slot: number; over: Promise<boolean> }>();
  const bugs: unknown[] = [];
  const throwBug = (): void => {
    if (bugs.length > 0) throw bugs.shift();
  };
  const run = async (name: string, work: Promise<boolean>): Promise<boolean> => {
    try {
      return await work;
    } catch (error) {
      bugs.push(error);
      return false;
    } finally {
      jobs.delete(name);
    }
  };
  return {
    begin: async (name, job) => {
      throwBug();
      const slot = freeSlot([...jobs.values()], most);
      const work = jobs.has(name) || slot === null ? null : job(slot);
      if (work !== null && slot !== null) jobs.set(name, { slot, over: run(name, work) });
      return false;
    },
    isBusy: () => jobs.size > 0 || bugs.length > 0,
    next: async () => {
      const wrote = jobs.size === 0 ? false : await Promise.race([...jobs.values()].map(({ over }) => over));
      throwBug();
      return wrote;
    },
  };
}

function freeSlot(jobs: readonly { slot: number }[], most: number): number | null {
  const taken = new Set(jobs.map(({ slot }) => slot));
  return Array.from({ length: most }, (_, index) => index + 1).find(slot => !taken.has(slot)) ?? null;
}
