import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, test, vi } from 'vitest';
import { liveness, thisOwner } from '../../src/baton/owner.ts';
import { type ProcessTable, processTable } from '../../src/baton/process-table.ts';
import type { Liveness, Owner } from '../../src/domain/owner.ts';
import { fail, ok } from '../../src/domain/result.ts';

const BOOT = '/proc/sys/kernel/random/boot_id';

/** The entry of a process as the kernel prints it: the state is field 3, the start time field 22. */
const entry = (name: string, state: string, startedAt: string): string =>
  `4711 (${name}) ${state} ${Array.from({ length: 18 }, (_, index) => index).join(' ')} ${startedAt} 9 9 9\n`;

/** A machine made of texts; a text of null cannot be read, a missing one is not there. */
function machine(texts: Record<string, string | null>, answers: Record<string, string> = {}): ProcessTable {
  const read = (found: string | null | undefined) => {
    if (found === undefined) return fail({ reason: 'absent' } as const);
    return found === null ? fail({ reason: 'unreadable' } as const) : ok(found);
  };
  return {
    host: 'desk',
    pid: 4711,
    readText: path => read(texts[path]),
    readLink: path => read(texts[path]),
    run: (program, parameters) => read(answers[[program, ...parameters].join(' ')]),
  };
}

const LINUX = {
  [BOOT]: 'boot-1\n',
  '/proc/self/ns/pid': 'pid:[4026531836]',
  '/proc/4711/stat': entry('node', 'S', '123456'),
};
const SELF: Owner = {
  host: 'desk',
  bootId: 'boot-1',
  pidNamespace: 'pid:[4026531836]',
  pid: 4711,
  startedAt: '123456',
};
const OWNER: Owner = { ...SELF, pid: 99, startedAt: '777' };

const livenessOf = (owner: Owner, ninetyNine?: string | null): Liveness =>
  liveness(owner, SELF, machine(ninetyNine === undefined ? LINUX : { ...LINUX, '/proc/99/stat': ninetyNine }));

describe('on Linux', () => {
  test('a process knows itself', () => {
    expect(thisOwner(machine(LINUX))).toEqual(SELF);
  });

  test.each<[string, string | null | undefined, Liveness]>([
    ['runs', entry('node', 'R', '777'), 'alive'],
    ['is stopped', entry('node', 'T', '777'), 'alive'],
    ['has a name that looks like the end of its name', entry('a) Z 1 (b c', 'S', '777'), 'alive'],
    ['is gone', undefined, 'dead'],
    ['gave its pid to a later process', entry('node', 'R', '778'), 'dead'],
    ['is a zombie', entry('node', 'Z', '777'), 'dead'],
    ['is on its way out', entry('node', 'X', '777'), 'dead'],
    ['cannot be looked up', null, 'unknown'],
    ['has an entry that is cut', '99 (node) S 1', 'unknown'],
  ])('an owner that %s', (_case, stat, expected) => {
    expect(livenessOf(OWNER, stat)).toBe(expected);
  });

  test.each<[string, Partial<Owner>, Liveness]>([
    ['another host', { host: 'laptop' }, 'unknown'],
    ['another host and another boot', { host: 'laptop', bootId: 'boot-0' }, 'unknown'],
    ['an earlier boot', { bootId: 'boot-0' }, 'dead'],
    ['an earlier boot and another container', { bootId: 'boot-0', pidNamespace: 'pid:[1]' }, 'dead'],
    ['another container', { pidNamespace: 'pid:[1]' }, 'unknown'],
    ['nobody knows which boot', { bootId: '' }, 'unknown'],
    ['nobody knows when', { startedAt: '' }, 'unknown'],
  ])('an owner from %s, while the same pid runs here', (_case, from, expected) => {
    expect(livenessOf({ ...OWNER, ...from }, entry('node', 'S', '777'))).toBe(expected);
  });
});

describe('without /proc, as on macOS', () => {
  const PS = '/bin/ps -o stat= -o lstart= -p';
  const SYSCTL = '/usr/sbin/sysctl -n';
  const mac = (answers: Record<string, string> = {}) =>
    machine(
      {},
      {
        [`${SYSCTL} kern.bootsessionuuid`]: 'SESSION-1\n',
        [`${PS} 4711`]: 'S+   Sat Nov 21 09:00:00 2026\n',
        ...answers,
      },
    );
  const self = thisOwner(mac());

  test('a process knows itself', () => {
    expect(self).toEqual({
      host: 'desk',
      bootId: 'SESSION-1',
      pidNamespace: '',
      pid: 4711,
      startedAt: 'Sat Nov 21 09:00:00 2026',
    });
  });

  test.each<[string, string | undefined, Liveness]>([
    ['runs', 'R    Sat Nov 21 08:00:00 2026\n', 'alive'],
    ['is gone', undefined, 'dead'],
    ['gave its pid to a later process', 'R    Sat Nov 21 08:30:00 2026\n', 'dead'],
    ['is a zombie', 'Z    Sat Nov 21 08:00:00 2026\n', 'dead'],
  ])('an owner that %s', (_case, listing, expected) => {
    const owner = { ...self, pid: 99, startedAt: 'Sat Nov 21 08:00:00 2026' };
    expect(liveness(owner, self, mac(listing === undefined ? {} : { [`${PS} 99`]: listing }))).toBe(expected);
  });

  test('the boot time stands in for a session that has no name', () => {
    const old = { [`${SYSCTL} kern.boottime`]: '{ sec = 1795251600, usec = 5 } Sat Nov 21 09:00:00 2026\n' };
    expect(thisOwner(machine({}, old)).bootId).toBe('1795251600');
  });

  test('a machine that tells nothing makes everybody unknown', () => {
    const mute = machine({});
    expect(liveness(thisOwner(mute), thisOwner(mute), mute)).toBe('unknown');
  });
});

describe('on this machine', () => {
  const table = processTable();
  const self = thisOwner(table);

  test('this process is alive for itself', () => {
    expect(liveness(self, self, table)).toBe('alive');
  });

  test('a process is alive until it has ended', async () => {
    const child = spawn('sleep', ['30']);
    await once(child, 'spawn');
    const owner = thisOwner({ ...table, pid: child.pid ?? 0 });
    expect(liveness(owner, self, table)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(liveness(owner, self, table)).toBe('dead');
  });

  test.runIf(process.platform === 'linux')('a process that nobody collects is dead', async () => {
    // `exec` puts a program in the shell's place that never asks for its children; the child lives until that has happened.
    const parent = spawn('sh', ['-c', 'sleep 30 & echo $!; exec sleep 30']);
    const [line]: unknown[] = await once(createInterface({ input: parent.stdout }), 'line');
    await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'));
    process.kill(Number(line), 'SIGKILL');
    const stat = () => readFileSync(`/proc/${line}/stat`, 'utf8').split(' ');
    await vi.waitFor(() => expect(stat()[2]).toBe('Z'));
    const owner = { ...self, pid: Number(line), startedAt: stat()[21] ?? '' };
    expect(liveness(owner, self, table)).toBe('dead');
    parent.kill('SIGKILL');
    await once(parent, 'close');
  });

  test('a program that answers with an error has nothing to say, one that is missing cannot say', () => {
    expect([table.run('/bin/sh', ['-c', 'exit 1']), table.run('/no/such/program', [])]).toEqual([
      { ok: false, failure: { reason: 'absent' } },
      { ok: false, failure: { reason: 'unreadable' } },
    ]);
  });

  test('a missing entry is absent, one that is no file is unreadable', () => {
    expect([table.readText('/proc/self/none'), table.readText('/'), table.readLink('/none')]).toEqual([
      { ok: false, failure: { reason: 'absent' } },
      { ok: false, failure: { reason: 'unreadable' } },
      { ok: false, failure: { reason: 'absent' } },
    ]);
  });
});
