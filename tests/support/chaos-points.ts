/** Fault points: the moments just before and just after a durable write, by the kind of process that makes it. */
import type { Role } from './chaos-ground.ts';

/** Of those that are sent to a fault point, those that may be sent where somebody has died before. */
const AGAIN_SHARE = 0.3;

/** Learnt from the processes themselves as they meet them. Each is to be died at once. */
export class Points {
  readonly known = new Set<string>();
  readonly reached = new Set<string>();

  /** `[role, name]` of what was met, and of where somebody died. */
  learn({ seen, died }: { seen: [string, string][]; died: [string, string][] }): void {
    for (const [role, name] of seen) this.known.add(`${role}\t${name}`);
    for (const [role, name] of died) this.reached.add(`${role}\t${name}`);
  }

  missing(): string[] {
    return [...this.known].filter(point => !this.reached.has(point)).map(point => point.replace('\t', ': '));
  }

  get pending(): number {
    return this.known.size - this.reached.size;
  }

  /**
   * One that this role has not died at and that nobody is on the way to. Now and then, in a repository that is no longer fresh,
   * one that was died at before: what the next process does about it is a step of its own.
   */
  choose(role: Role, taken: ReadonlySet<string>, random: () => number, isFresh: boolean): string | null {
    const free = [...this.known].filter(point => point.startsWith(`${role}\t`) && !taken.has(point));
    const open = free.filter(point => !this.reached.has(point));
    const from = !isFresh && random() < AGAIN_SHARE ? free : open;
    return from[Math.floor(random() * from.length)]?.split('\t')[1] ?? null;
  }
}
