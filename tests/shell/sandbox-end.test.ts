import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRig, type Rig } from '../support/shell-rig.ts';
import { exited, isHeld, isReleased, whySkipped } from '../support/shell-sandbox.ts';

const script = join(import.meta.dirname, '../support/shell-run-in-sandbox.ts');

let rig: Rig;
let base: string;
let worktree: string;
const run: Rig['run'] = (command, change) => rig.run(command, change);

describe.skipIf(whySkipped !== null)(
  `the sandbox at the end of a command${whySkipped === null ? '' : ` (skipped: ${whySkipped})`}`,
  () => {
    beforeAll(async () => {
      rig = await makeRig();
      ({ base, worktree } = rig);
    });
    afterAll(() => rig.remove());

    describe('the end of a command', () => {
      test('whatever it left in the background is gone', async () => {
        const command =
          "setsid bash -c 'exec 9>left; flock 9; touch left-ready; exec sleep 1000' & until [ -e left-ready ]; do :; done; echo done";
        expect(await run(command)).toEqual(exited('done\n'));
        expect(isReleased(join(worktree, 'left'))).toBe(true);
      });

      test('when its time is up nobody survives, not even in a session of its own', async () => {
        const command = "setsid bash -c 'exec 9>timed; flock 9; echo ready; exec sleep 1000' & wait";
        expect(await run(command, { timeoutMs: 1500 })).toEqual({
          kind: 'timed_out',
          exitCode: null,
          output: 'ready\n',
        });
        expect(isReleased(join(worktree, 'timed'))).toBe(true);
      });

      test('when it is called off nobody survives', async () => {
        const stop = new AbortController();
        const running = run('exec 9>stopped; flock 9; sleep 1000', { signal: stop.signal });
        stop.abort();
        expect(await running).toEqual({ kind: 'aborted', exitCode: null, output: '' });
        expect(isReleased(join(worktree, 'stopped'))).toBe(true);
      });

      test('when kleiber itself is killed nobody survives', async () => {
        const lock = join(worktree, 'orphan');
        execFileSync('mkfifo', [join(worktree, 'ready')]);
        const command = "setsid bash -c 'exec 9>orphan; flock 9; echo > ready; exec sleep 1000' & wait";
        const parent = spawn(process.execPath, [script, worktree, command], { stdio: 'ignore' });
        execFileSync('timeout', ['20', 'cat', join(worktree, 'ready')]);
        expect(isHeld(lock)).toBe(true);
        parent.kill('SIGKILL');
        expect(isReleased(lock)).toBe(true);
        rmSync(join(worktree, 'ready'));
      });

      test('a flood is cut and killed', async () => {
        const outcome = await run('yes');
        expect({ kind: outcome.kind, exitCode: outcome.exitCode }).toEqual({ kind: 'flooded', exitCode: null });
        expect(outcome.output).toMatch(/\n\[\d{8,9} bytes of output cut here\]\n/);
        expect(outcome.output.length).toBeLessThan(1024 * 1024 + 100);
      });

      test('a worktree that is not there is not a failed command', async () => {
        const outcome = await run('true', { worktree: join(base, 'nowhere') });
        expect(outcome).toMatchObject({ kind: 'not_started', exitCode: null });
      });
    });
  },
);
