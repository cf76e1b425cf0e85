/**
 * Who holds a claim: enough to tell a living process from a reused pid, a reboot or another container
 * (a live owner on this machine is never expired by a clock).
 */
export interface Owner {
  host: string;
  bootId: string;
  pidNamespace: string;
  pid: number;
  /** The kernel's start time of the process in clock ticks, as text; with `pid` it is unique within a boot. */
  startedAt: string;
}

export const sameOwner = (a: Owner, b: Owner): boolean =>
  a.host === b.host &&
  a.bootId === b.bootId &&
  a.pidNamespace === b.pidNamespace &&
  a.pid === b.pid &&
  a.startedAt === b.startedAt;

/** `unknown` is an owner on another machine: only its heartbeat can tell. */
export type Liveness = 'alive' | 'dead' | 'unknown';
