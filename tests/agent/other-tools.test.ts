/** Commands, searches and the two ways out; and the tools that each role gets. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { RunCommand } from '../../src/agent/tools/run.ts';
import { runIn, searchTool } from '../../src/agent/tools/run.ts';
import type { ToolAnswer } from '../../src/agent/tools/tool.ts';
import { toolsOf } from '../../src/agent/tools/toolbox.ts';
import { type Role, TOOL_NAMES } from '../../src/domain/role.ts';
import type { CommandOutcome, Sandbox, SandboxedCommand } from '../../src/shell/sandbox.ts';
import { EVERYWHERE, fakeCommand, folderWith } from '../support/agent-rig.ts';
import { roleOf } from '../support/policy-values.ts';

const { signal } = new AbortController();

async function call(
  name: string,
  input: unknown,
  run: RunCommand = fakeCommand().run,
  role: Partial<Role> = {},
): Promise<ToolAnswer> {
  const whole = roleOf('engineer-backend', { tools: TOOL_NAMES, ...role });
  const tool = toolsOf(whole, { root: '/nowhere', zone: EVERYWHERE }, run).find(one => one.name === name);
  if (tool === undefined) throw new Error('bug in the test');
  return await tool.run(input, signal);
}

describe('run', () => {
  test.each<[Partial<CommandOutcome>, ToolAnswer]>([
    [{ output: 'ok\n' }, { text: 'exit code 0\nok\n', isError: false }],
    [
      { exitCode: 2, output: 'bad' },
      { text: 'exit code 2\nbad', isError: true },
    ],
    [
      { kind: 'timed_out', exitCode: null, output: 'so far' },
      { text: 'stopped after 120 seconds; nothing of it is left running\nso far', isError: true },
    ],
    [
      { kind: 'flooded', exitCode: null, output: 'much' },
      { text: 'stopped: it printed too much\nmuch', isError: true },
    ],
    [
      { kind: 'aborted', exitCode: null },
      { text: 'interrupted', isError: true },
    ],
    [
      { kind: 'not_started', exitCode: null, output: 'no bash' },
      { text: 'could not be started: no bash', isError: true },
    ],
  ])('%o', async (outcome, answer) => {
    expect(await call('run', { command: 'npm test' }, fakeCommand(outcome).run)).toEqual(answer);
  });

  test('gives the command, its time limit and the right to write to the sandbox', async () => {
    const { run, commands } = fakeCommand();
    await call('run', { command: 'npm test' }, run);
    await call('run', { command: 'npm test', seconds: 600 }, run);
    await call('run', { command: 'npm test' }, run, { readOnly: true });
    expect(commands).toEqual([
      { command: 'npm test', timeoutMs: 120_000, writable: true },
      { command: 'npm test', timeoutMs: 600_000, writable: true },
      { command: 'npm test', timeoutMs: 120_000, writable: false },
    ]);
  });

  test.each([{}, { command: '' }, { command: 'x', seconds: 601 }, { command: 'x'.repeat(8001) }, null])(
    'is not started with %.40j',
    async input => {
      const { run, commands } = fakeCommand();
      expect([(await call('run', input, run)).isError, commands]).toEqual([true, []]);
    },
  );

  test('binds a sandbox to one worktree', async () => {
    const seen: SandboxedCommand[] = [];
    const sandbox: Sandbox = {
      kind: 'none',
      fingerprint: 'none',
      run: async command => {
        seen.push(command);
        return { kind: 'exited', exitCode: 0, output: '', durationMs: 1 };
      },
    };
    const place = {
      worktree: '/state/worktrees/a',
      binds: [{ source: '/home/ada/shop/node_modules', at: 'node_modules' }],
    };
    await call('run', { command: 'ls' }, runIn(sandbox, { ...place, gitDir: '/state/store.git' }));
    expect(seen).toEqual([
      { ...place, gitDir: '/state/store.git', command: 'ls', timeoutMs: 120_000, signal, writable: true },
    ]);
  });
});

describe('search', () => {
  test.each<[string, Partial<CommandOutcome>, ToolAnswer]>([
    ['what it found', { output: 'src/a.ts:1:one\n' }, { text: 'src/a.ts:1:one\n', isError: false }],
    ['that there is nothing', { output: '\n' }, { text: 'no match', isError: false }],
    ['what is wrong with a pattern', { output: 'grep: Unmatched (' }, { text: 'grep: Unmatched (', isError: false }],
    [
      'that it took too long',
      { kind: 'timed_out', exitCode: null },
      { text: 'stopped after 20 seconds; nothing of it is left running\n', isError: true },
    ],
  ])('says %s', async (_name, outcome, answer) => {
    expect(await call('search', { pattern: '(' }, fakeCommand(outcome).run)).toEqual(answer);
  });

  test('runs without the right to write, in twenty seconds', async () => {
    const { run, commands } = fakeCommand();
    await call('search', { pattern: 'x' }, run);
    expect(commands.map(({ timeoutMs, writable }) => [timeoutMs, writable])).toEqual([[20_000, false]]);
  });

  describe('with a real shell', () => {
    const folder = (): string =>
      folderWith({
        'src/a.ts': "it's one\n--version\n$HOME `id`\n",
        'src/deep/b.ts': 'one\n',
        'node_modules/x.js': 'one\n',
        'web/dist/x.js': 'one\n',
        'a picture.bin': Buffer.from([111, 110, 101, 0, 10]),
        'odd name; touch broken/c.ts': 'one\n',
      }).path;
    /** Bash as the sandbox would run it, only without one. */
    const bash =
      (cwd: string): RunCommand =>
      async ({ command }) => ({
        kind: 'exited',
        exitCode: 0,
        output: execFileSync('bash', ['-c', command], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
        durationMs: 1,
      });
    const found = async (input: object): Promise<string[]> => {
      const answer = await searchTool(bash(folder())).run(input, signal);
      return answer.text.trim().split('\n').sort();
    };

    test.each<[string, object, string[]]>([
      [
        'everywhere but in dependencies, results and binaries',
        { pattern: '^one$' },
        ['./odd name; touch broken/c.ts:1:one', './src/deep/b.ts:1:one'],
      ],
      ['in a folder', { pattern: 'one', path: 'src/deep' }, ['src/deep/b.ts:1:one']],
      ['in a folder as commands show it', { pattern: 'one', path: '/workspace/src/deep' }, ['src/deep/b.ts:1:one']],
      ['in all of the worktree', { pattern: "^it's", path: '/workspace' }, ["./src/a.ts:1:it's one"]],
      ['for what looks like an option', { pattern: '--version' }, ['./src/a.ts:2:--version']],
      ['for what a shell would expand', { pattern: '\\$HOME `id`' }, ['./src/a.ts:3:$HOME `id`']],
      ['by extended expressions', { pattern: '(two|on)e?$', path: 'src/deep' }, ['src/deep/b.ts:1:one']],
      [
        'in a folder whose name would be a command',
        { pattern: 'one', path: 'odd name; touch broken' },
        ['odd name; touch broken/c.ts:1:one'],
      ],
    ])('looks %s', async (_name, input, lines) => {
      expect(await found(input)).toEqual(lines);
    });
  });
});

describe('submit', () => {
  test('hands in what was done', async () => {
    const input = { summary: 'built it', tests_added: ['a.test.ts'], decisions: ['X over Y because Z'] };
    expect(await call('submit', input)).toEqual({
      text: 'handed in',
      isError: false,
      ends: {
        kind: 'submit',
        report: { summary: 'built it', testsAdded: ['a.test.ts'], decisions: ['X over Y because Z'] },
      },
    });
  });

  test('needs a summary and nothing else', async () => {
    expect((await call('submit', { summary: 'built it' })).ends).toEqual({
      kind: 'submit',
      report: { summary: 'built it', testsAdded: [], decisions: [] },
    });
  });

  test.each([
    {},
    { summary: '' },
    { summary: 'x'.repeat(4001) },
    { summary: 'x', extra: 1 },
    { summary: 'x', decisions: [''] },
  ])('does not end the work with %.40j', async input => {
    const { isError, ends } = await call('submit', input);
    expect({ isError, ends }).toEqual({ isError: true, ends: undefined });
  });
});

describe('block', () => {
  test('carries a reason to escalate, what the worker would choose, and the tasks it waits for', async () => {
    const said = { type: 'dependency', problem: 'p', need: 'n' };
    const asked = { reason: 'complex_debugging', recommendation: 'queue it', waits_for: ['p1-02-types'] };
    expect((await call('block', { ...said, ...asked })).ends).toEqual({
      kind: 'block',
      blocker: {
        ...said,
        tried: [],
        options: [],
        reason: 'complex_debugging',
        recommendation: 'queue it',
        waitsFor: ['p1-02-types'],
      },
    });
  });

  test.each([
    [{ reason: 'boredom' }, 'at reason'],
    [{ waits_for: ['../x'] }, 'at waits_for[0]'],
  ])('takes no %j', async (wrong, where) => {
    const answer = await call('block', { type: 'technical', problem: 'p', need: 'n', ...wrong });
    expect([answer.isError, answer.text.includes(where)]).toEqual([true, true]);
  });

  test('asks one question', async () => {
    const input = {
      type: 'unclear_requirements',
      problem: 'no currency is named',
      tried: ['read the docs'],
      need: 'Which one?',
      options: ['EUR', 'USD'],
    };
    expect(await call('block', input)).toEqual({
      text: 'noted',
      isError: false,
      ends: { kind: 'block', blocker: input },
    });
  });

  test('names the paths that it needs', async () => {
    const input = {
      type: 'out_of_zone',
      problem: 'the types lie elsewhere',
      need: 'May I?',
      paths: ['src/types/**', 'a.ts'],
    };
    expect((await call('block', input)).ends).toEqual({
      kind: 'block',
      blocker: {
        type: 'out_of_zone',
        problem: 'the types lie elsewhere',
        tried: [],
        need: 'May I?\n\nPaths: src/types/**, a.ts',
        options: [],
      },
    });
  });

  test.each<[object, string]>([
    [{ paths: ['../etc/**'] }, '"../etc/**" is not a glob of literals, * and **'],
    [{ paths: ['a.ts', '/etc/*'] }, '"/etc/*" is not a glob of literals, * and **'],
    [
      { type: 'human_review' },
      'block: ✖ Invalid option: expected one of "dependency"|"unclear_requirements"|"technical"|"out_of_zone"\n  → at type',
    ],
    [{ options: ['a', 'b', 'c', 'd', 'e'] }, 'block: ✖ Too big: expected array to have <=4 items\n  → at options'],
  ])('is refused with %j', async (changes, why) => {
    const input = { type: 'out_of_zone', problem: 'p', need: 'n', ...changes };
    expect(await call('block', input)).toEqual({ text: why, isError: true });
  });
});

describe('the tools of a role', () => {
  const namesFor = (changes: Partial<Role>): string[] =>
    toolsOf(roleOf('any', changes), { root: '/nowhere', zone: null }, fakeCommand().run).map(tool => tool.name);

  test.each<[string, Partial<Role>, string[]]>([
    ['all', { tools: TOOL_NAMES }, ['block', 'edit', 'list', 'read', 'run', 'search', 'submit', 'write']],
    [
      'in one order, whatever order it names them in',
      { tools: ['submit', 'read', 'block'] },
      ['block', 'read', 'submit'],
    ],
    [
      'none that write when it only reads',
      { tools: TOOL_NAMES, readOnly: true },
      ['block', 'list', 'read', 'run', 'search', 'submit'],
    ],
    ['none', { tools: [] }, []],
  ])('%s', (_name, changes, names) => {
    expect(namesFor(changes)).toEqual(names);
  });

  test('are told to the model as they are checked: required fields and no others', () => {
    const [block] = toolsOf(roleOf('any', { tools: ['block'] }), { root: '/nowhere', zone: null }, fakeCommand().run);
    expect(block?.spec.input_schema).toMatchObject({
      type: 'object',
      required: ['type', 'problem', 'need'],
      additionalProperties: false,
    });
    expect(JSON.stringify(block?.spec)).not.toContain('$schema');
  });
});
