import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { candidateFeatures, openSandbox } from '../../src/shell/bubblewrap.ts';
import { bareOptions, makeRig, type Rig } from '../support/shell-rig.ts';
import { pathEntries, whySkipped } from '../support/shell-sandbox.ts';

let rig: Rig;
let base: string;

describe.skipIf(whySkipped !== null)(
  `an opened sandbox${whySkipped === null ? '' : ` (skipped: ${whySkipped})`}`,
  () => {
    beforeAll(async () => {
      rig = await makeRig();
      ({ base } = rig);
    });
    afterAll(() => rig.remove());

    describe('its fingerprint', () => {
      test('is the same for the same confinement and another for more tools', async () => {
        const tools = mkdtempSync(join(base, 'tools-'));
        const options = bareOptions(rig.home);
        const open = async (entries: string[]) => {
          const opened = await openSandbox({ ...options, pathEntries: entries });
          return opened.ok ? opened.value.fingerprint : opened.failure.reason;
        };
        const system = pathEntries.filter(entry => entry.startsWith('/usr'));
        const [first, second, third] = [await open(system), await open(system), await open([...system, tools])];
        expect(first).toMatch(/^[0-9a-f]{64}$/);
        expect(second).toBe(first);
        expect(third).not.toBe(first);
      });
    });
  },
);

describe('a machine without a sandbox', () => {
  const options = { ...bareOptions('/nowhere'), pathEntries: [] };

  test('says that bubblewrap is missing', async () => {
    expect(await openSandbox({ ...options, bwrapPath: '/nowhere/bwrap' })).toEqual({
      ok: false,
      failure: { reason: 'sandbox_missing', detail: 'spawn /nowhere/bwrap ENOENT' },
    });
  });

  test('says why one that is there does not work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kleiber-broken-'));
    const broken = join(folder, 'bwrap');
    const lines = [
      '#!/bin/sh',
      '[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit',
      'echo no namespaces here >&2; exit 1',
    ];
    writeFileSync(broken, lines.join('\n'));
    chmodSync(broken, 0o755);
    expect(await openSandbox({ ...options, bwrapPath: broken })).toEqual({
      ok: false,
      failure: { reason: 'sandbox_broken', detail: 'no namespaces here' },
    });
    rmSync(folder, { recursive: true });
  });

  test('an older bubblewrap is asked for less', () => {
    const [both, noOverlay, least] = [
      { noUserNamespaces: true, overlay: true },
      { noUserNamespaces: true, overlay: false },
      { noUserNamespaces: false, overlay: false },
    ];
    expect(['0.6.2', '0.8.0', '0.11.0', '1.0'].map(candidateFeatures)).toEqual([
      [least],
      [noOverlay, least],
      [both, noOverlay, least],
      [both, noOverlay, least],
    ]);
  });
});
