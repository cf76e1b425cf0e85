import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRig, type Rig } from '../support/shell-rig.ts';
import { exited, testSandbox, timeless, whySkipped } from '../support/shell-sandbox.ts';

const script = join(import.meta.dirname, '../support/shell-run-in-sandbox.ts');

let rig: Rig;
let base: string;
let worktree: string;
const run: Rig['run'] = (command, change) => rig.run(command, change);

describe.skipIf(whySkipped !== null)(
  `the sandbox and the rest of the machine${whySkipped === null ? '' : ` (skipped: ${whySkipped})`}`,
  () => {
    beforeAll(async () => {
      rig = await makeRig();
      ({ base, worktree } = rig);
    });
    afterAll(() => rig.remove());

    describe('everything else of the machine', () => {
      test("no network: neither the machine's own servers nor any other can be reached", async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        const address = server.address();
        const port = typeof address === 'object' && address ? address.port : 0;
        const reach = (host: string, at: number) =>
          `(echo > /dev/tcp/${host}/${at}) 2>/dev/null && echo reached || echo refused`;
        expect(await run(`${reach('127.0.0.1', port)}; ${reach('192.0.2.1', 80)}`)).toEqual(
          exited('refused\nrefused\n'),
        );
        server.close();
      });

      test('no unix socket of the machine can be reached, by path or by abstract name', async () => {
        const names = [join(rig.home, 'agent.sock'), `\0kleiber-test-${process.pid}`];
        const servers = names.map(name => createServer().listen(name));
        await Promise.all(servers.map(server => once(server, 'listening')));
        const program = `for (const path of ${JSON.stringify(names)}) require('net').connect(path).on('error', e => console.log(e.code)).on('connect', () => console.log('reached'))`;
        const outcome = await run('node -e "$PROGRAM" | sort', { env: { PROGRAM: program } });
        expect(outcome).toEqual(exited('ECONNREFUSED\nENOENT\n'));
        for (const server of servers) server.close();
      });

      test('other processes can neither be seen nor signalled', async () => {
        const outcome = await run(`ls /proc | grep -c '^[0-9]'; kill -0 ${process.pid} 2>/dev/null || echo unknown`);
        expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
        const [processes, signalled] = outcome.output.split('\n');
        expect(Number(processes)).toBeLessThan(10);
        expect(signalled).toBe('unknown');
      });

      test('there are no capabilities, and no way to new ones', async () => {
        expect(await run("grep -E '^(Cap(Eff|Prm|Bnd)|NoNewPrivs)' /proc/self/status | tr -d '\\t'")).toEqual(
          exited('CapPrm:0000000000000000\nCapEff:0000000000000000\nCapBnd:0000000000000000\nNoNewPrivs:1\n'),
        );
      });

      test('there is no terminal: the session is its own', async () => {
        expect(await run("[ $(cut -d' ' -f6 /proc/self/stat) -gt 0 ] && echo own")).toEqual(exited('own\n'));
      });

      test('no further user namespace can be made', async () => {
        expect(
          await run('unshare --user true 2>/dev/null || echo denied; unshare --mount true 2>/dev/null || echo denied'),
        ).toEqual(exited('denied\ndenied\n'));
      });

      test('files that were open when kleiber started are not inherited', () => {
        const open = openSync(join(base, 'open'), 'w');
        const stdio = ['ignore', 'pipe', 'pipe', ...Array.from({ length: 30 }, () => 'ignore' as const), open] as const;
        const outcome = spawnSync(process.execPath, [script, worktree, 'ls /proc/self/fd /proc/1/fd'], {
          encoding: 'utf8',
          stdio: [...stdio],
        });
        closeSync(open);
        expect(JSON.parse(outcome.stdout).output).toMatch(/^\/proc\/1\/fd:\n(\d\n)+\n\/proc\/self\/fd:\n0\n1\n2\n3\n$/);
      });

      test('the settings of the kernel can not be written, not even by root', async () => {
        const setting = '/proc/sys/kernel/core_pattern';
        expect(await run(`old=$(cat ${setting}); (echo "$old" > ${setting}) 2>/dev/null || echo denied`)).toEqual(
          exited('denied\n'),
        );
      });

      test('what is hidden stays hidden inside a system folder', async () => {
        const opened = await testSandbox(rig.home, ['/usr/share/zoneinfo'], ['/usr/share/perl']);
        const command = 'ls -A /usr/share/zoneinfo /usr/share/perl 2>/dev/null; ls -d /usr/share/doc';
        const outcome = await opened.run({ worktree, command, timeoutMs: 20_000, writable: true, binds: [] });
        expect(outcome.output.split('\n').filter(line => line !== '' && !line.endsWith(':'))).toEqual([
          '/usr/share/doc',
        ]);
      });
    });

    describe('the environment', () => {
      test('holds what was given and a key of kleiber nowhere, in any process', () => {
        const probe = 'env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"';
        const outcome = spawnSync(process.execPath, [script, worktree, probe], {
          encoding: 'utf8',
          env: { ...process.env, ANTHROPIC_API_KEY: 'sk-canary-1234' },
        });
        expect(outcome.stderr).toBe('');
        expect(outcome.stdout).toContain('HOME=/tmp/home');
        expect(outcome.stdout).not.toContain('canary-1234');
      });

      test('is this and nothing more', async () => {
        const { output } = await run('env', { env: { GIVEN: 'yes' } });
        const entries = output
          .trim()
          .split('\n')
          .map(line => line.split('=', 2));
        const variables = Object.fromEntries(entries);
        const versions = [
          'PYENV_ROOT',
          'PYENV_VERSION',
          'RUSTUP_HOME',
          'JAVA_HOME',
          'GOROOT',
          'NVM_DIR',
          'PATH',
          '_',
          'SHLVL',
        ];
        for (const name of versions) delete variables[name];
        expect(variables).toEqual({
          GIVEN: 'yes',
          COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
          COREPACK_HOME: '/tmp/home/.cache/node/corepack',
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_OPTIONAL_LOCKS: '0',
          GIT_PAGER: 'cat',
          GIT_TERMINAL_PROMPT: '0',
          HOME: '/tmp/home',
          LANG: 'C.UTF-8',
          PAGER: 'cat',
          PIP_CACHE_DIR: '/tmp/cache/pip',
          PWD: '/workspace',
          PYTHONDONTWRITEBYTECODE: '1',
          SHELL: '/bin/bash',
          TERM: 'dumb',
          TMPDIR: '/tmp',
          XDG_CACHE_HOME: '/tmp/cache',
          npm_config_cache: '/tmp/cache/npm',
          npm_config_update_notifier: 'false',
        });
      });

      test('has the same tools as outside', async () => {
        const real = await testSandbox(process.env.HOME ?? '/');
        const tools = ['node', 'python3', 'bash', 'make', 'git', 'cargo', 'npm'].filter(
          tool => spawnSync(tool, ['--version'], { encoding: 'utf8' }).status === 0,
        );
        expect(tools).toEqual(expect.arrayContaining(['node', 'bash', 'git']));
        const question = tools.map(tool => `${tool} --version 2>&1 | head -1`).join('; ');
        const outside = execFileSync('bash', ['-c', question], { encoding: 'utf8' });
        const inside = await real.run({ worktree, command: question, timeoutMs: 20_000, writable: true, binds: [] });
        expect(timeless(inside)).toEqual(exited(outside));
      });
    });

    test('works for an ordinary user as well', async () => {
      const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      const folder = mkdtempSync(join(tmpdir(), 'kleiber-nobody-'));
      chmodSync(folder, 0o777);
      const words = process.getuid?.() === 0 ? ['setpriv', ...asNobody, process.execPath] : [process.execPath];
      const [file = '', ...rest] = words;
      const outcome = spawnSync(file, [...rest, script, folder, 'touch a; echo x > /usr/x; id -u; unshare -U true'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: folder },
      });
      const userId = process.getuid?.() === 0 ? 65534 : process.getuid?.();
      expect(outcome.stderr).toBe('');
      expect(JSON.parse(outcome.stdout)).toMatchObject({
        kind: 'exited',
        exitCode: 1,
        output: expect.stringMatching(new RegExp(`^bash: line 1: /usr/x: [A-Za-z -]+\\n${userId}\\nunshare: `)),
      });
      expect(readdirSync(folder)).toEqual(['a']);
      rmSync(folder, { recursive: true });
    });
  },
);
