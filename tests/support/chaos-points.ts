/** Fault points: the moments just before and just after a durable write, by the kind of process that makes it. */
import type { Role } from './chaos-ground.ts';

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
   * One that this role has not died at and that nobody is on the way to; in a fresh repository the one that is met first,
   * because what happens there only once would not be met again.
   */
  choose(role: Role, taken: ReadonlySet<string>, random: () => number, isFresh: boolean): string | null {
    const open = [...this.known].filter(
      point => point.startsWith(`${role}\t`) && !this.reached.has(point) && !taken.has(point),
    );
    return open[isFresh ? 0 : Math.floor(random() * open.length)]?.split('\t')[1] ?? null;
  }
}
