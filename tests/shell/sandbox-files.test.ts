import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, makeRig, type Rig } from '../support/shell-rig.ts';
import { exited, whySkipped } from '../support/shell-sandbox.ts';

let rig: Rig;
let base: string;
let worktree: string;
const run: Rig['run'] = (command, change) => rig.run(command, change);

describe.skipIf(whySkipped !== null)(
  `the sandbox and files${whySkipped === null ? '' : ` (skipped: ${whySkipped})`}`,
  () => {
    beforeAll(async () => {
      rig = await makeRig();
      ({ base, worktree } = rig);
    });
    afterAll(() => rig.remove());

    describe('files', () => {
      test('the worktree is at one constant path and can be written', async () => {
        expect(await run('pwd; cat a.txt; echo new > written; ls')).toEqual(exited('/workspace\na\na.txt\nwritten\n'));
        expect(readFileSync(join(worktree, 'written'), 'utf8')).toBe('new\n');
        rmSync(join(worktree, 'written'));
      });

      test('a command may start in a folder of the worktree, but not outside', async () => {
        mkdirSync(join(worktree, 'sub'), { recursive: true });
        expect(await run('pwd', { folder: 'sub' })).toEqual(exited('/workspace/sub\n'));
        const refused = { kind: 'not_started', exitCode: null, output: '../etc is not inside the worktree' };
        expect(await run('pwd', { folder: '../etc' })).toEqual(refused);
        expect((await run('pwd', { folder: 'missing' })).kind).toBe('not_started');
        rmSync(join(worktree, 'sub'), { recursive: true });
      });

      test('nothing outside the worktree can be written, but /tmp and HOME, which are empty and forgotten', async () => {
        const places = [
          '/x',
          '/usr/x',
          '/etc/x',
          '/bin/x',
          '/opt/x',
          '/home/x',
          '/root/x',
          '/var/x',
          '/proc/sys/kernel/hostname',
          '/proc/sysrq-trigger',
          '/proc/self/comm',
        ];
        const tries = places.map(place => `(echo x > ${place}) 2>/dev/null && echo wrote ${place}`).join('; ');
        // Tools that lie below /tmp outside, as in a clone that is tested there, are shown at their own place inside too.
        const isTool = process.execPath.startsWith('/tmp/') ? process.execPath.split('/')[2] : '-';
        const list = `ls -A /tmp | grep -vx -- '${isTool}'; ls -A $HOME`;
        expect(await run(`${tries}; ${list}; echo x > /tmp/x && echo x > $HOME/x && echo kept`)).toEqual(
          exited('home\nkept\n'),
        );
        expect(await run(list)).toEqual(exited('home\n'));
      });

      test("HOME, secrets, kleiber's state and other checkouts do not exist", async () => {
        const paths = [
          rig.home,
          join(rig.home, '.ssh/id_ed25519'),
          join(base, 'repository'),
          base,
          '/root/.ssh',
          '/etc/shadow',
          '/etc/ssh',
          '/etc/sudoers',
          '/boot',
          '/srv',
          '/mnt',
          '/sys',
        ];
        expect(await run(`for i in ${paths.join(' ')}; do [ -e $i ] && echo $i; done; true`)).toEqual(exited(''));
      });

      test('in read-only mode the worktree can not be written', async () => {
        expect(await run('cat a.txt; touch b 2>&1; echo x > a.txt', { writable: false })).toEqual(
          exited("a\ntouch: cannot touch 'b': Read-only file system\nbash: line 1: a.txt: Read-only file system\n", 1),
        );
      });

      test('the .git file can not be written, moved or removed', async () => {
        const before = readFileSync(join(worktree, '.git'), 'utf8');
        const tries = [
          'echo x > .git',
          'rm -f .git',
          'mv .git other',
          'ln -sf /tmp .git',
          'cp a.txt .git',
          'chmod 777 .git',
        ];
        expect(await run(tries.map(words => `(${words}) 2>/dev/null && echo done ${words}`).join('; '))).toEqual(
          exited('', 1),
        );
        expect(readFileSync(join(worktree, '.git'), 'utf8')).toBe(before);
      });

      test("history can be read and not written, and kleiber's state beside it is not there", async () => {
        const gitDir = join(base, 'repository/.git');
        expect(await run('git log --format=%s; git status --short', { gitDir })).toEqual(exited('first\n'));
        expect(
          await run(`ls -A ${gitDir}/kleiber; touch ${gitDir}/hooks/post-checkout 2>/dev/null || echo denied`, {
            gitDir,
          }),
        ).toEqual(exited('denied\n'));
        expect(
          (await run('git -c user.name=a -c user.email=a@b commit --allow-empty -m x', { gitDir })).exitCode,
        ).not.toBe(0);
        expect(existsSync(join(gitDir, 'hooks/post-checkout'))).toBe(false);
        expect(await run('git log')).toMatchObject({ kind: 'exited', exitCode: 128 });
      });

      test('history that borrows its objects can be read', async () => {
        const store = join(base, 'store.git');
        git(base, 'clone', '-q', '--bare', '--shared', join(base, 'repository'), store);
        const other = join(base, 'borrowing');
        git(store, 'worktree', 'add', '-q', '--detach', other);
        expect(await run('git log --format=%s', { worktree: other, gitDir: store })).toEqual(exited('first\n'));
      });
    });
  },
);
