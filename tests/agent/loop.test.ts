/** The loop with a scripted Claude and real tools: every way to end has its own name, and no tool is the end of it. */
import { describe, expect, test } from 'vitest';
import type { AgentOutcome } from '../../src/agent/spec.ts';
import { refuse, type Tool } from '../../src/agent/tools/tool.ts';
import type { TurnOutcome } from '../../src/model/claude.ts';
import {
  type Call,
  failure,
  MODEL,
  type RigOptions,
  reply,
  resultsIn,
  rig,
  type Step,
  USAGE,
  userText,
  workerTools,
} from '../support/agent-rig.ts';

const SUBMIT: Call = ['submit', { summary: 'built it', tests_added: ['a.test.ts'], decisions: ['X over Y'] }];
const SUBMITTED: AgentOutcome = {
  kind: 'ended_itself',
  ending: {
    kind: 'submit',
    report: { summary: 'built it', testsAdded: ['a.test.ts'], decisions: ['X over Y'] },
  },
  model: MODEL,
};
const REMINDER = userText(
  'You stopped without a tool call. Go on; when every criterion is met call submit, and when you cannot go on call block.',
);

/** A tool of the given name that does what the test says. */
const toolThat = (name: Tool['name'], run: Tool['run']): Tool => ({
  name,
  spec: { name, description: name, input_schema: { type: 'object' } },
  whenCut: 'ask for less',
  run,
});

async function play(script: readonly Step[], options: Omit<RigOptions, 'script'> = {}) {
  const played = rig({ script, ...options });
  return { ...played, outcome: await played.run() };
}

describe('a conversation', () => {
  test('sends the preamble and the opening, then each reply with the results of its calls, and ends with submit', async () => {
    const first = reply({ text: 'I will read it.', calls: [['read', { path: 'a.ts' }, 'toolu_a']] });
    const { outcome, requests, spec, folder, turns } = await play(
      [first, reply({ calls: [['write', { path: 'b.ts', content: 'b\n' }, 'toolu_b']] }), reply({ calls: [SUBMIT] })],
      { files: { 'a.ts': 'export const a = 1;' } },
    );
    const { system, tools, effort } = spec.preamble;
    const sent = { model: MODEL, system, tools, effort, cacheLife: '5m', maxTokens: 64_000 };
    const conversation = [
      userText('Build the basket.'),
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I will read it.', citations: null },
          { type: 'tool_use', id: 'toolu_a', name: 'read', input: { path: 'a.ts' }, caller: { type: 'direct' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_a', content: '1\texport const a = 1;' }],
      },
      {
        role: 'assistant',
        content: [
          {
            type: 'tool_use',
            id: 'toolu_b',
            name: 'write',
            input: { path: 'b.ts', content: 'b\n' },
            caller: { type: 'direct' },
          },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_b', content: 'wrote b.ts, 2 lines' }] },
    ];
    expect(outcome).toEqual(SUBMITTED);
    expect(requests()).toEqual([1, 3, 5].map(count => ({ ...sent, messages: conversation.slice(0, count) })));
    expect([folder.read('b.ts'), turns]).toEqual(['b\n', [1, 2]]);
  });

  test('ends with block and its question', async () => {
    const question = {
      type: 'unclear_requirements',
      problem: 'no currency',
      need: 'Which one?',
      options: ['EUR', 'USD'],
    };
    const { outcome } = await play([reply({ calls: [['block', question]] })]);
    expect(outcome).toEqual({
      kind: 'ended_itself',
      ending: { kind: 'block', blocker: { ...question, tried: [] } },
      model: MODEL,
    });
  });

  test('of a planner ends with its answer', async () => {
    const format = { type: 'object' };
    const { outcome, requests, spec } = await play([reply({ text: '{"tasks":[]}' })], {
      spec: { endsBy: 'answer', preamble: { model: MODEL, effort: 'high', system: [], tools: [], format } },
    });
    expect(outcome).toEqual({ kind: 'answered', text: '{"tasks":[]}', model: MODEL });
    expect(requests()[0]).toMatchObject({ format, effort: spec.preamble.effort });
  });

  test('tells what happens to whoever watches', async () => {
    const { events } = await play([
      reply({ text: 'Reading.', calls: [['list', {}]] }),
      failure({ reason: 'overloaded', retryAfterMs: null, usage: null, billed: false }),
      reply({ calls: [SUBMIT] }),
    ]);
    expect(events).toEqual([
      { type: 'text', text: 'Reading.' },
      { type: 'tool', name: 'list', input: {} },
      { type: 'waiting', why: 'overloaded' },
      { type: 'tool', name: 'submit', input: SUBMIT[1] },
    ]);
  });
});

describe('tool calls', () => {
  test('keep their order and are answered in one message, whatever becomes of each', async () => {
    const { outcome, added } = await play(
      [
        reply({
          calls: [
            ['read', { path: 'a.ts' }, 'toolu_1'],
            ['teleport', {}, 'toolu_2'],
            ['read', { path: 7 }, 'toolu_3'],
            ['write', undefined, 'toolu_4'],
            ['read', { path: '../etc/passwd' }, 'toolu_5'],
            ['run', { command: 'true' }, 'toolu_6'],
          ],
        }),
        reply({ calls: [SUBMIT] }),
      ],
      { files: { 'a.ts': 'one' } },
    );
    expect(added(1)[1]).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: '1\tone' },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: 'there is no tool teleport', is_error: true },
        {
          type: 'tool_result',
          tool_use_id: 'toolu_3',
          content: 'read: ✖ Invalid input: expected string, received number\n  → at path',
          is_error: true,
        },
        {
          type: 'tool_result',
          tool_use_id: 'toolu_4',
          content: 'the input of write was not valid JSON; nothing was run',
          is_error: true,
        },
        {
          type: 'tool_result',
          tool_use_id: 'toolu_5',
          content: '../etc/passwd climbs; paths are relative to the worktree and never contain ..',
          is_error: true,
        },
        { type: 'tool_result', tool_use_id: 'toolu_6', content: 'exit code 0\n' },
      ],
    });
    expect(outcome).toEqual(SUBMITTED);
  });

  test.each<[string, unknown, string]>([
    ['an error', new Error('out of ideas'), 'run failed: out of ideas'],
    ['something else', 'a text', 'run failed: a text'],
  ])('a tool that throws %s is a result like any other', async (_name, thrown, content) => {
    const throwing = toolThat('run', () => Promise.reject(thrown));
    const { outcome, added } = await play([reply({ calls: [['run', {}]] }), reply({ calls: [SUBMIT] })], {
      tools: folder => [throwing, ...workerTools(folder).filter(tool => tool.name === 'submit')],
    });
    expect([resultsIn(added(1)[1]), outcome]).toEqual([[{ content, isError: true }], SUBMITTED]);
  });

  test('an answer without text says so, because the API takes no empty one', async () => {
    const silent = toolThat('list', async () => ({ text: '', isError: false }));
    const { added } = await play([reply({ calls: [['list', {}]] }), reply({ calls: [SUBMIT] })], {
      tools: folder => [silent, ...workerTools(folder).filter(tool => tool.name === 'submit')],
    });
    expect(resultsIn(added(1)[1])).toEqual([{ content: '(no output)', isError: false }]);
  });

  test('a long result is cut after its secrets are gone, so that no half of one is left at the edge', async () => {
    const secret = `swordfish-${'9'.repeat(60)}`;
    const wide = `${'x'.repeat(7_180)}${secret}${'y'.repeat(13_000)}`;
    const { added } = await play([reply({ calls: [['read', { path: 'wide' }]] }), reply({ calls: [SUBMIT] })], {
      files: { wide },
      edges: { secrets: [secret] },
    });
    const [result] = resultsIn(added(1)[1]);
    expect(result?.content).toBe(
      `1\t${'x'.repeat(7_180)}[redacted secret]y\n[… 8199 characters left out; read fewer lines …]\n${'y'.repeat(4_800)}`,
    );
  });

  test('secrets are taken out before they are sent or kept', async () => {
    const key = `sk-ant-${'a1'.repeat(12)}`;
    const { lines, claude, transcript, folder } = await play(
      [reply({ calls: [['read', { path: '.env' }]] }), reply({ calls: [SUBMIT] })],
      {
        files: { '.env': `KEY=${key}\nPASSWORD=swordfish-9` },
        edges: { secrets: ['swordfish-9'] },
        spec: { opening: `Use swordfish-9 and ${key}.` },
      },
    );
    const told = JSON.stringify(lines()) + claude.sent.join('');
    expect([told.includes(key), told.includes('swordfish-9')]).toEqual([false, false]);
    expect(resultsIn(JSON.parse(claude.sent[1] ?? '').messages.at(-1))).toEqual([
      { content: '1\tKEY=[redacted secret]\n2\tPASSWORD=[redacted secret]', isError: false },
    ]);
    expect([folder.read('.env').includes(key), transcript.endsWith('.jsonl')]).toEqual([true, true]);
  });

  test('half a character is never sent: the API does not take it for JSON', async () => {
    const half = toolThat('list', async () => ({ text: `cut ${'😀'.slice(0, 1)}`, isError: false }));
    const { added } = await play([reply({ calls: [['list', {}]] }), reply({ calls: [SUBMIT] })], {
      tools: folder => [half, ...workerTools(folder).filter(tool => tool.name === 'submit')],
    });
    expect(resultsIn(added(1)[1])).toEqual([{ content: 'cut \ufffd', isError: false }]);
  });

  test('nothing runs after a call that ends the work, and what came before has run', async () => {
    const { outcome, folder, lines } = await play([
      reply({
        calls: [
          ['write', { path: 'before.ts', content: '' }],
          SUBMIT,
          ['write', { path: 'after.ts', content: '' }],
          ['block', { type: 'technical', problem: 'p', need: 'n' }],
        ],
      }),
    ]);
    expect(outcome).toEqual(SUBMITTED);
    expect(() => folder.read('after.ts')).toThrow('ENOENT');
    expect(folder.read('before.ts')).toBe('');
    const said = lines().findLast(line => line.line === 'message')?.message;
    expect(resultsIn(said)).toEqual([
      { content: 'wrote before.ts, 1 lines', isError: false },
      { content: 'handed in', isError: false },
      { content: 'not run: the work is already handed in', isError: true },
      { content: 'not run: the work is already handed in', isError: true },
    ]);
  });

  test('a refused way out is none', async () => {
    const bad: Call = ['block', { type: 'out_of_zone', problem: 'p', need: 'n', paths: ['/etc/*'] }];
    const { outcome, added } = await play([reply({ calls: [bad, ['submit', {}]] }), reply({ calls: [SUBMIT] })]);
    expect([outcome, resultsIn(added(1)[1]).map(result => result.isError)]).toEqual([SUBMITTED, [true, true]]);
  });
});

describe('a worker that stops without a call', () => {
  test('is reminded twice, and then has submitted nothing', async () => {
    const { outcome, added, requests } = await play([
      reply({ text: 'done?' }),
      reply({ text: 'done!', stop: 'stop_sequence' }),
      reply({ text: 'done.' }),
    ]);
    expect(outcome).toEqual({ kind: 'no_submission' });
    expect([added(1)[1], added(2)[1], requests().length]).toEqual([REMINDER, REMINDER, 3]);
  });

  test('may still go on after a reminder', async () => {
    const { outcome } = await play([reply({ text: 'done?' }), reply({ calls: [SUBMIT] })]);
    expect(outcome).toEqual(SUBMITTED);
  });

  test('a reply without any content is left out of the conversation, which the API would refuse', async () => {
    const { outcome, requests } = await play([reply(), reply({ calls: [SUBMIT] })]);
    expect([outcome, requests()[1]?.messages]).toEqual([SUBMITTED, [userText('Build the basket.'), REMINDER]]);
  });
});

describe('repetition', () => {
  const again = (count: number, call: Call = ['read', { path: 'a.ts' }]): TurnOutcome[] =>
    Array.from({ length: count }, () => reply({ calls: [call] }));
  const files = { 'a.ts': 'one' };
  const HINT = '\n\nThis is the same call with the same result as before. Try something else.';

  test('of the same call with the same result gets a hint at the third time and is the end at the fifth', async () => {
    const { outcome, requests } = await play(again(5), { files });
    const shown = requests().flatMap(request => resultsIn(request.messages.at(-1)).map(result => result.content));
    expect([outcome, shown]).toEqual([
      { kind: 'stuck', detail: 'read was called again and again with the same result' },
      ['1\tone', '1\tone', `1\tone${HINT}`, `1\tone${HINT}`],
    ]);
  });

  test('within one turn counts too, and all of its calls are answered', async () => {
    const calls = Array.from({ length: 6 }, (): Call => ['read', { path: 'a.ts' }]);
    const { outcome, lines } = await play([reply({ calls })], { files });
    const said = lines().findLast(line => line.line === 'message')?.message;
    expect([outcome.kind, resultsIn(said).length]).toEqual(['stuck', 6]);
  });

  test('of a call with a new result is none', async () => {
    let count = 0;
    const counter = toolThat('run', async () => refuse(`failure ${++count}`));
    const { outcome } = await play([...again(6, ['run', {}]), reply({ calls: [SUBMIT] })], {
      tools: folder => [counter, ...workerTools(folder).filter(tool => tool.name === 'submit')],
    });
    expect(outcome).toEqual(SUBMITTED);
  });

  test('of a check after each change is none', async () => {
    const rounds = Array.from({ length: 6 }, (_, index) =>
      reply({
        calls: [
          ['write', { path: 'a.ts', content: `${index}` }],
          ['run', { command: 'npm test' }],
        ],
      }),
    );
    const { outcome } = await play([...rounds, reply({ calls: [SUBMIT] })]);
    expect(outcome).toEqual(SUBMITTED);
  });

  test('of one and the same change is a loop, whatever is looked at in between', async () => {
    const rounds = Array.from({ length: 5 }, () =>
      reply({
        calls: [
          ['write', { path: 'a.ts', content: 'same' }],
          ['list', {}],
        ],
      }),
    );
    const { outcome } = await play(rounds);
    expect(outcome).toEqual({ kind: 'stuck', detail: 'write was called again and again with the same result' });
  });

  test('a submission in the same turn counts more', async () => {
    const { outcome } = await play([...again(4), reply({ calls: [['read', { path: 'a.ts' }], SUBMIT] })], { files });
    expect(outcome).toEqual(SUBMITTED);
  });
});

describe('limits', () => {
  test('the last turn that is allowed is the last one paid', async () => {
    const { outcome, requests, turns } = await play(
      [reply({ calls: [['list', {}]] }), reply({ calls: [['list', {}]] })],
      {
        spec: { limits: { turns: 2, promptTokens: 100_000 } },
      },
    );
    expect([outcome, requests().length, turns]).toEqual([{ kind: 'turn_limit', turns: 2 }, 2, [1, 2]]);
  });

  test('a conversation that has grown past its limit is handed over before another turn is paid', async () => {
    const long = { ...USAGE, input: 100, cacheRead: 9_000, output: 1_000 };
    const { outcome, requests } = await play(
      [
        reply({ calls: [['list', {}]], usage: { ...long, output: 900 } }),
        reply({ calls: [['list', {}]], usage: long }),
      ],
      { spec: { limits: { turns: 20, promptTokens: 10_000 } } },
    );
    expect([outcome, requests().length]).toEqual([{ kind: 'context_full' }, 2]);
  });

  test('nothing is asked when the claim is lost after a turn', async () => {
    const { outcome, requests } = await play([reply({ calls: [['list', {}]] })], {
      edges: { afterTurn: async () => false },
    });
    expect([outcome, requests().length]).toEqual([{ kind: 'stopped' }, 1]);
  });
});

describe('stop reasons', () => {
  test.each<[string, TurnOutcome, AgentOutcome]>([
    [
      'a refusal with its category',
      reply({ stop: 'refusal', refusal: 'cyber' }),
      { kind: 'refused', category: 'cyber' },
    ],
    ['a refusal without one', reply({ stop: 'refusal' }), { kind: 'refused', category: null }],
    ['a full window', reply({ stop: 'model_context_window_exceeded', text: 'x' }), { kind: 'context_full' }],
    [
      'a reply as long as replies may be',
      reply({ stop: 'max_tokens', text: 'x' }),
      { kind: 'stuck', detail: 'a reply reached the output limit' },
    ],
    [
      'another model than the one that was routed',
      reply({ calls: [SUBMIT], model: 'claude-haiku-5-5' }),
      { kind: 'wrong_model', routed: MODEL, answered: 'claude-haiku-5-5' },
    ],
  ])('%s', async (_name, step, outcome) => {
    const played = await play([step]);
    expect([played.outcome, played.requests().length]).toEqual([outcome, 1]);
  });

  test('a dated id of the routed model is the routed model', async () => {
    const { outcome } = await play([reply({ calls: [SUBMIT], model: `${MODEL}-20261007` })]);
    expect(outcome).toEqual({ ...SUBMITTED, model: `${MODEL}-20261007` });
  });

  test('a paused turn is sent back as it is', async () => {
    const { outcome, added } = await play([
      reply({ text: 'thinking', stop: 'pause_turn' }),
      reply({ calls: [SUBMIT] }),
    ]);
    expect([outcome, added(1)]).toEqual([
      SUBMITTED,
      [{ role: 'assistant', content: [{ type: 'text', text: 'thinking', citations: null }] }],
    ]);
  });

  test('a call of a reply that was cut is not run', async () => {
    const { outcome, folder } = await play([
      reply({ stop: 'max_tokens', calls: [['write', { path: 'half.ts', content: 'ha' }]] }),
    ]);
    expect(outcome.kind).toBe('stuck');
    expect(() => folder.read('half.ts')).toThrow('ENOENT');
  });
});

describe('stopping', () => {
  test('before the first turn asks nothing', async () => {
    const played = rig({ script: [] });
    played.stop.abort();
    expect([await played.run(), played.claude.sent]).toEqual([{ kind: 'stopped' }, []]);
  });

  test('in the middle of a call reaches the model and the tool, and then ends', async () => {
    const seen: boolean[] = [];
    const slow = toolThat('run', async (_input, signal) => {
      played.stop.abort();
      seen.push(signal.aborted);
      return refuse('interrupted');
    });
    const played = rig({
      script: [
        (_request, signal) => {
          seen.push(signal?.aborted ?? true);
          return reply({ calls: [['run', {}]] });
        },
      ],
      tools: () => [slow],
    });
    expect([await played.run(), seen]).toEqual([{ kind: 'stopped' }, [false, true]]);
  });

  test('in the middle of a request ends without another try', async () => {
    const { outcome, requests } = await play([failure({ reason: 'stopped', usage: null, billed: true })]);
    expect([outcome, requests().length]).toEqual([{ kind: 'stopped' }, 1]);
  });
});
