/**
 * Who this process is, and whether another owner still lives. On one machine the process table decides and never a
 * clock; what cannot be known is `unknown`, because taking a task from a living worker is worse than waiting.
 */
import type { Liveness, Owner } from '../domain/owner.ts';
import type { ProcessTable } from './process-table.ts';

/** Stands for what this machine does not tell (macOS has no PID namespaces). */
const UNTOLD = '';

/** The identity of the process that asks. */
export function thisOwner(table: ProcessTable): Owner {
  const started = startOf(table.pid, table);
  return {
    host: table.host,
    bootId: bootOf(table),
    pidNamespace: namespaceOf(table),
    pid: table.pid,
    startedAt: typeof started === 'string' ? started : UNTOLD,
  };
}

/**
 * Whether an owner lives, seen by `self`. Another boot of this machine ended all its processes. Another container on
 * the same boot counts pids of its own, so its processes cannot be looked up from here.
 */
export function liveness(owner: Owner, self: Owner, table: ProcessTable): Liveness {
  if (owner.host !== self.host || owner.bootId === UNTOLD || self.bootId === UNTOLD) return 'unknown';
  if (owner.bootId !== self.bootId) return 'dead';
  if (owner.pidNamespace !== self.pidNamespace || owner.startedAt === UNTOLD) return 'unknown';
  const started = startOf(owner.pid, table);
  if (started === null) return 'dead';
  if (started === undefined) return 'unknown';
  return started === owner.startedAt ? 'alive' : 'dead';
}

/** When the process with this pid started; null when there is none that still runs, undefined when nobody can tell. */
function startOf(pid: number, table: ProcessTable): string | null | undefined {
  const entry = table.readText(`/proc/${pid}/stat`);
  if (entry.ok) return startInEntry(entry.value);
  if (entry.failure.reason === 'unreadable') return undefined;
  return hasProc(table) ? null : startFromPs(pid, table);
}

const hasProc = (table: ProcessTable): boolean => table.readText(BOOT_ID).ok;

/**
 * The command's name in the entry may hold blanks and parentheses, so fields are counted from the last closing one:
 * the state comes next (field 3), the start time is field 22.
 */
function startInEntry(entry: string): string | null | undefined {
  const fields = entry
    .slice(entry.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const state = fields[0];
  const started = fields[22 - 3];
  if (state === undefined || started === undefined) return undefined;
  return isEnded(state) ? null : started;
}

/** A zombie has ended and only waits to be collected; X is a process on its way out. */
const isEnded = (state: string): boolean => /^[ZXx]/.test(state);

function startFromPs(pid: number, table: ProcessTable): string | null | undefined {
  const listing = table.run('/bin/ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]);
  if (!listing.ok) return listing.failure.reason === 'absent' ? null : undefined;
  const [state, ...started] = listing.value.trim().split(/\s+/);
  if (!state) return null;
  return isEnded(state) ? null : started.join(' ');
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** macOS names the session of a boot; its boot time, the older answer, moves when the clock is set. */
function bootOf(table: ProcessTable): string {
  const linux = table.readText(BOOT_ID);
  if (linux.ok) return linux.value.trim();
  const session = table.run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']);
  if (session.ok && session.value.trim() !== '') return session.value.trim();
  const boot = table.run('/usr/sbin/sysctl', ['-n', 'kern.boottime']);
  return boot.ok ? (/\bsec = (\d+)/.exec(boot.value)?.[1] ?? UNTOLD) : UNTOLD;
}

function namespaceOf(table: ProcessTable): string {
  const link = table.readLink('/proc/self/ns/pid');
  return link.ok ? link.value : UNTOLD;
}
