/** Death at a chosen durable write: before or after the n-th one everything this process holds throws, as nothing runs in a dead process. */

/** Thrown at the moment of death and by everything that is touched afterwards. Nobody may catch it. */
export class Killed extends Error {
  override name = 'Killed';
}

/** Counts two points a write: just before it, and just after it. */
export class Scissors {
  points: string[] = [];
  isDead = false;
  readonly #at: number | null;

  /** `at` counts from 0; null never cuts, and only lists the points. */
  constructor(at: number | null = null) {
    this.#at = at;
  }

  cut(name: string): void {
    if (this.isDead) throw new Killed(name);
    this.points.push(name);
    if (this.points.length - 1 !== this.#at) return;
    this.isDead = true;
    throw new Killed(name);
  }

  /** An object whose every method dies with the process; the methods named are durable writes. */
  over<Edge extends object>(label: string, edge: Edge, writes: readonly string[]): Edge {
    return new Proxy(edge, {
      get: (target, key) => {
        const found: unknown = Reflect.get(target, key, target);
        if (typeof found !== 'function') return found;
        const isWrite = writes.includes(String(key));
        const name = `${label}.${String(key)}`;
        return (...given: unknown[]): unknown => {
          if (this.isDead) throw new Killed(name);
          if (isWrite) this.cut(`before ${this.#name(name, given)}`);
          const result: unknown = Reflect.apply(found, target, given);
          if (result instanceof Promise) return result.then(value => this.#after(isWrite, name, given, value));
          return this.#after(isWrite, name, given, result);
        };
      },
    });
  }

  #after(isWrite: boolean, name: string, given: unknown[], value: unknown): unknown {
    if (this.isDead) throw new Killed(name);
    if (isWrite) this.cut(`after ${this.#name(name, given)}`);
    return value;
  }

  /** An append is told by the event that it writes. */
  #name(name: string, given: readonly unknown[]): string {
    const [first] = given;
    const event: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'event') : undefined;
    const kind: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'kind') : undefined;
    return typeof kind === 'string' ? `${name} ${kind}` : name;
  }
}
