import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../src/shell/bubblewrap.ts';
import { bareOptions, makeRig, type Rig } from '../support/shell-rig.ts';
import { bwrapPath, exited, pathEntries, timeless, whySkipped } from '../support/shell-sandbox.ts';

let rig: Rig;
let base: string;
let worktree: string;
const run: Rig['run'] = (command, change) => rig.run(command, change);

/** Says it is 0.11 and passes the probe, but can't make an overlay when it counts. */
const PROMISING_BWRAP = `#!/bin/bash
[ "$1" = --version ] && echo bubblewrap 0.11.0 && exit
mapfile -d '' -t options <&3
kept=()
for ((i = 0; i < \${#options[@]}; i++)); do
  if [ "\${options[i]}" = --overlay-src ]; then
    [ "\${options[i + 3]}" = /tmp/overlay ] || { echo 'no overlay on this file system' >&2; exit 1; }
    i=$((i + 3))
  else
    kept+=("\${options[i]}")
  fi
done
exec ${bwrapPath} "$@" 3< <(printf '%s\\0' "\${kept[@]}")
`;

describe.skipIf(whySkipped !== null)(
  `the sandbox and dependency folders${whySkipped === null ? '' : ` (skipped: ${whySkipped})`}`,
  () => {
    beforeAll(async () => {
      rig = await makeRig();
      ({ base, worktree } = rig);
    });
    afterAll(() => rig.remove());

    describe('dependency folders', () => {
      const dependency = (...files: string[]) => {
        const checkout = mkdtempSync(join(base, 'checkout-'));
        for (const path of files) {
          mkdirSync(join(checkout, path, '..'), { recursive: true });
          writeFileSync(join(checkout, path), path);
        }
        return checkout;
      };

      test('are visible at their place and can not be changed', async () => {
        const checkout = dependency('packages/web/node_modules/react/index.js', 'packages/web/node_modules/.cache/old');
        const at = 'packages/web/node_modules';
        const binds = [{ source: join(checkout, at), at }];
        const tries = 'echo x > react/index.js; echo x > evil; echo x > .cache/new';
        const outcome = await run(`cat react/index.js; (${tries}) 2>/dev/null; ls -A .cache`, { binds, folder: at });
        expect(outcome.output).toContain('packages/web/node_modules/react/index.js');
        expect(outcome.output).toContain('new\n');
        expect(readFileSync(join(checkout, at, 'react/index.js'), 'utf8')).toBe(`${at}/react/index.js`);
        expect(readdirSync(join(checkout, at)).sort()).toEqual(['.cache', 'react']);
        expect(readdirSync(join(checkout, at, '.cache'))).toEqual(['old']);
        expect(readdirSync(join(worktree, at))).toEqual([]);
        expect(await run(`ls ${at}`, { binds, writable: false })).toMatchObject(exited('react\n'));
      });

      test("take the cache of a fresh vite without anything being made in the user's folder", async () => {
        const checkout = dependency('node_modules/vite/index.js', 'node_modules/@scope/a/index.js');
        const binds = [{ source: join(checkout, 'node_modules'), at: 'node_modules' }];
        const command = 'mkdir node_modules/.vite-temp && cat node_modules/vite/index.js; rm -rf node_modules/vite/*';
        expect((await run(command, { binds })).output).toMatch(/^node_modules\/vite\/index\.js/);
        expect(readdirSync(join(checkout, 'node_modules')).sort()).toEqual(['@scope', 'vite']);
        expect(readdirSync(join(checkout, 'node_modules/vite'))).toEqual(['index.js']);
      });

      test('know themselves by the path of the checkout that they were installed in', async () => {
        const checkout = dependency('.venv/lib/x', '.venv/pyvenv.cfg');
        const program = join(checkout, '.venv/bin/tool');
        mkdirSync(join(checkout, '.venv/bin'));
        symlinkSync('/bin/bash', join(checkout, '.venv/bin/interpreter'));
        writeFileSync(program, `#!${join(checkout, '.venv/bin/interpreter')}\ncat ${checkout}/a.txt\n`);
        chmodSync(program, 0o755);
        const binds = [{ source: join(checkout, '.venv'), at: '.venv' }];
        expect(await run('.venv/bin/tool', { binds })).toEqual(exited('a\n'));
      });

      test('a real virtual environment runs, even if its interpreter is on no PATH', async () => {
        const checkout = dependency();
        const system = pathEntries.filter(entry => entry.startsWith('/usr/'));
        const bare = await openSandbox({ ...bareOptions(rig.home), pathEntries: system });
        if (!bare.ok) throw new Error(bare.failure.detail);
        const made = spawnSync('python3', ['-m', 'venv', '--without-pip', join(checkout, '.venv')], {
          encoding: 'utf8',
        });
        expect(made.stderr).toBe('');
        const binds = [{ source: join(checkout, '.venv'), at: '.venv' }];
        const command = `${checkout}/.venv/bin/python -c 'import sys; print(sys.prefix)'`;
        const prefix = await bare.value.run({
          worktree: rig.worktree,
          command,
          timeoutMs: 20_000,
          writable: true,
          binds,
        });
        expect(timeless(prefix)).toEqual(exited(`${checkout}/.venv\n`));
      });

      test('that are gone stop the command', async () => {
        const binds = [{ source: join(base, 'gone/node_modules'), at: 'node_modules' }];
        expect(await run('ls', { binds })).toMatchObject({ kind: 'not_started', exitCode: null });
      });

      test('are shown without an overlay where one is promised and then fails', async () => {
        const fake = join(base, 'bwrap-0.11');
        writeFileSync(fake, PROMISING_BWRAP);
        chmodSync(fake, 0o755);
        const opened = await openSandbox({ ...bareOptions(rig.home), bwrapPath: fake, pathEntries });
        if (!opened.ok) throw new Error(opened.failure.detail);
        const source = join(dependency('vendor/a'), 'vendor');
        const shown = { worktree: rig.worktree, timeoutMs: 20_000, writable: true, binds: [{ source, at: 'vendor' }] };
        expect(timeless(await opened.value.run({ ...shown, command: 'cat vendor/a' }))).toEqual(exited('vendor/a'));
      });

      test('something else in their place stops the command', async () => {
        symlinkSync('/tmp', join(worktree, 'fake'));
        const binds = [{ source: rig.home, at: 'fake' }];
        expect(await run('ls', { binds })).toEqual({
          kind: 'not_started',
          exitCode: null,
          output: 'fake is in the way of the dependency folder that belongs there',
        });
        rmSync(join(worktree, 'fake'));
      });
    });
  },
);
