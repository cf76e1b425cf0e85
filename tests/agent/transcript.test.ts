/** A conversation comes back from its transcript byte for byte, wherever a kill has cut it. */
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runAgent } from '../../src/agent/loop.ts';
import type { AgentEdges } from '../../src/agent/spec.ts';
import {
  type Conversation,
  closeOpenCalls,
  INTERRUPTED_CALL,
  openTranscript,
  readConversation,
} from '../../src/agent/transcript.ts';
import type { Message, TurnRequest } from '../../src/model/claude.ts';
import { isPrefill } from '../../src/model/request-body.ts';
import {
  type Call,
  failure,
  folderWith,
  freeMeter,
  preambleOf,
  reply,
  rig,
  type Step,
  scriptedClaude,
  userText,
  workerTools,
} from '../support/agent-rig.ts';

const SUBMIT: Call = ['submit', { summary: 'built it' }];
const PREAMBLE = preambleOf([]);
const CALL = {
  role: 'assistant' as const,
  content: [{ type: 'tool_use' as const, id: 'toolu_1', name: 'list', input: {} }],
};
const RESULT = {
  role: 'user' as const,
  content: [{ type: 'tool_result' as const, tool_use_id: 'toolu_1', content: 'no files' }],
};
const OPENING = { role: 'user' as const, content: [{ type: 'text' as const, text: 'Build it.' }] };
const replyLine = (message: Message) => ({
  line: 'reply' as const,
  at: '2026-11-21T12:00:00.000Z',
  message,
  inputTokens: 1200,
  sentBytes: 340,
  stop: 'tool_use',
  requestId: null,
});

function transcriptWith(lines: Parameters<ReturnType<typeof openTranscript>['append']>[0][]): string {
  const path = join(folderWith().path, 'deep', 'folder', 'a.jsonl');
  const transcript = openTranscript(path);
  for (const line of lines) transcript.append(line);
  return path;
}

const WHOLE = [
  { line: 'preamble', preamble: PREAMBLE } as const,
  { line: 'message', message: OPENING } as const,
  { line: 'request', at: '', number: 1, maxTokens: 64_000, reservation: '1' } as const,
  { line: 'failure', at: '', reason: 'stream_cut' } as const,
  replyLine(CALL),
  { line: 'message', message: RESULT } as const,
];

describe('a transcript', () => {
  test('gives back preamble, messages and the size of the last prompt', () => {
    expect(readConversation(transcriptWith(WHOLE))).toEqual({
      preamble: PREAMBLE,
      messages: [OPENING, CALL, RESULT],
      lastInput: { tokens: 1200, bytes: 340 },
      heard: [],
    });
  });

  test('is readable by its owner alone', () => {
    const path = transcriptWith(WHOLE);
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test.each<[string, string | null]>([
    ['that does not exist', null],
    ['that is empty', ''],
    ['whose beginning is torn', '{"line":"preamble","pre'],
    ['that begins in the middle', '{"line":"message","message":{"role":"user","content":"x"}}\n'],
  ])('%s is none', (_name, text) => {
    const path = join(folderWith().path, 'a.jsonl');
    if (text !== null) writeFileSync(path, text);
    expect(readConversation(path)).toBeNull();
  });

  test('with a second preamble is the conversation that began last', () => {
    const later = { ...PREAMBLE, model: 'claude-opus-5-5' };
    const path = transcriptWith([
      ...WHOLE,
      { line: 'preamble', preamble: later },
      { line: 'message', message: OPENING },
    ]);
    expect(readConversation(path)).toEqual({ preamble: later, messages: [OPENING], lastInput: null, heard: [] });
  });

  test('leaves out a last line that was torn at any byte, and what is written afterwards is not lost with it', () => {
    const path = transcriptWith(WHOLE);
    const bytes = readFileSync(path);
    const lastLine = bytes.subarray(0, -1).lastIndexOf('\n') + 1;
    for (let end = lastLine; end < bytes.length - 1; end++) {
      writeFileSync(path, bytes.subarray(0, end));
      expect(readConversation(path)?.messages).toEqual([OPENING, CALL]);
      openTranscript(path).append({ line: 'message', message: RESULT });
      expect(readConversation(path)?.messages).toEqual([OPENING, CALL, RESULT]);
    }
  });

  test('that lost only the end of its last line has lost nothing', () => {
    const path = transcriptWith(WHOLE);
    truncateSync(path, statSync(path).size - 1);
    openTranscript(path).append({ line: 'message', message: OPENING });
    expect(readConversation(path)?.messages).toEqual([OPENING, CALL, RESULT, OPENING]);
  });

  test('leaves out lines that are none of ours', () => {
    const path = transcriptWith(WHOLE);
    appendFileSync(path, '\n17\n{"no":"line"}\nnot json\n');
    expect(readConversation(path)?.messages).toEqual([OPENING, CALL, RESULT]);
  });

  test('leaves out a reply without content, as the conversation did', () => {
    const path = transcriptWith([...WHOLE, replyLine({ role: 'assistant', content: [] })]);
    expect(readConversation(path)?.messages).toEqual([OPENING, CALL, RESULT]);
  });
});

describe('open calls', () => {
  const calls = (...ids: string[]): Message => ({
    role: 'assistant',
    content: [
      { type: 'text', text: 'Both.' },
      ...ids.map(id => ({ type: 'tool_use' as const, id, name: 'list', input: {} })),
    ],
  });
  const interrupted = (id: string) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: INTERRUPTED_CALL,
    is_error: true,
  });

  test.each<[string, Message[], unknown]>([
    ['no conversation', [], null],
    ['an opening', [OPENING], null],
    ['answered calls', [OPENING, CALL, RESULT], null],
    ['words', [OPENING, { role: 'assistant', content: [{ type: 'text', text: 'done' }] }], null],
    ['words in short', [OPENING, { role: 'assistant', content: 'done' }], null],
    [
      'open calls, in their order',
      [OPENING, calls('toolu_2', 'toolu_1')],
      { role: 'user', content: [interrupted('toolu_2'), interrupted('toolu_1')] },
    ],
  ])('after %s', (_name, messages, closing) => {
    expect(closeOpenCalls(messages)).toEqual(closing);
  });
});

describe('a resumed conversation', () => {
  const kill = (): never => {
    throw new Error('killed');
  };

  /** Plays until the kill and gives the conversation back as the transcript has it. */
  async function killed(script: readonly Step[], edges: Partial<AgentEdges> = {}) {
    const played = rig({ script, edges, files: { 'a.ts': 'one' } });
    await expect(played.run()).rejects.toThrow('killed');
    const conversation = readConversation(played.transcript);
    if (conversation === null) throw new Error('no conversation');
    return { played, conversation };
  }

  async function resumed(conversation: Conversation, path: string, opening: string) {
    const claude = scriptedClaude([reply({ calls: [SUBMIT] })]);
    const { spec, edges } = rig({
      script: [],
      spec: { resume: conversation, preamble: conversation.preamble, opening },
    });
    await runAgent(spec, { ...edges, claude, transcript: openTranscript(path) });
    return (JSON.parse(claude.sent[0] ?? '{}') as TurnRequest).messages; // what the scripted Claude wrote
  }

  const READ = reply({ calls: [['read', { path: 'a.ts' }, 'toolu_1']] });

  test('sends again, byte for byte, what was sent before', async () => {
    const { played, conversation } = await killed([READ, kill]);
    const again = await resumed(conversation, played.transcript, '');
    expect(JSON.stringify(again)).toBe(JSON.stringify(played.requests()[1]?.messages));
  });

  test('hears the news behind what was sent', async () => {
    const { played, conversation } = await killed([READ, kill]);
    const again = await resumed(conversation, played.transcript, 'It is the euro.');
    expect(again).toEqual([...(played.requests()[1]?.messages ?? []), userText('It is the euro.')]);
  });

  test('is told that calls were interrupted when their results are missing', async () => {
    const { played, conversation } = await killed([READ, kill], { watch: event => event.type === 'tool' && kill() });
    expect(await resumed(conversation, played.transcript, '')).toEqual([
      userText('Build the basket.'),
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a.ts' }, caller: { type: 'direct' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: 'interrupted, not known whether it ran',
            is_error: true,
          },
        ],
      },
    ]);
  });

  test('that ended in words of the model gets a word of the user, since no request may end in words of the model', async () => {
    const { played, conversation } = await killed([reply({ text: 'Reading.', stop: 'pause_turn' })], {
      afterTurn: async () => kill(),
    });
    const again = await resumed(conversation, played.transcript, '');
    expect([again.at(-1), again.length]).toEqual([userText('You were interrupted here. Go on.'), 3]);
  });

  test('does not write its preamble a second time', async () => {
    const { played, conversation } = await killed([READ, kill]);
    await resumed(conversation, played.transcript, '');
    expect(played.lines().filter(({ line }) => line === 'preamble').length).toBe(1);
  });
});

describe('however often a run is killed', () => {
  type Kill = Extract<Move, { kind: 'kill_turn' | 'kill_request' }>;
  type Move =
    | { kind: 'turn'; step: Step }
    /** Killed in mid-request; `torn` bytes of the line about the request are lost. */
    | { kind: 'kill_request'; torn: number; news: string }
    /** Killed after a turn; `lines` of it and then `torn` bytes of the line before were never written. */
    | { kind: 'kill_turn'; step: Step; lines: number; torn: number; news: string };

  const step: fc.Arbitrary<Step> = fc
    .oneof(
      fc.constant({ text: 'Let me see.', calls: [['read', { path: 'a.ts' }]] as Call[] }),
      fc.constant({
        calls: [
          ['list', {}],
          ['wand', {}],
          ['run', undefined],
        ] as Call[],
      }),
      fc.string({ unit: 'grapheme', maxLength: 20 }).map(content => ({
        text: 'Ünïcode 😀',
        calls: [['write', { path: 'b.ts', content }]] as Call[],
      })),
      fc.constant({ text: 'Done, I think.' }),
      fc.constant({}),
    )
    .map(
      (parts): Step =>
        () =>
          reply(parts),
    );
  const cut = fc.nat({ max: 60 });
  const news = fc.constantFrom('', 'It is the euro.');
  const move: fc.Arbitrary<Move> = fc.oneof(
    { weight: 4, arbitrary: step.map((made): Move => ({ kind: 'turn', step: made })) },
    {
      weight: 1,
      arbitrary: fc.constant<Move>({
        kind: 'turn',
        step: failure({ reason: 'stream_cut', detail: '', usage: null, billed: true }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill_request' as const), torn: cut, news }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('kill_turn' as const),
        step,
        lines: fc.nat({ max: 1 }),
        torn: cut,
        news,
      }),
    },
  );

  /** Takes whole lines and then some bytes from the end, as a kill before they were written would have. */
  function tear(path: string, lines: number, torn: number): void {
    const text = readFileSync(path);
    let end = text.length;
    for (let gone = 0; gone < lines; gone++) end = text.subarray(0, end - 1).lastIndexOf('\n') + 1;
    const lineStart = text.subarray(0, end - 1).lastIndexOf('\n') + 1;
    truncateSync(path, Math.max(lineStart, end - torn));
  }

  /** Runs the moves on one transcript, starting anew after each kill; returns every request as it was sent. */
  async function live(moves: readonly Move[]): Promise<TurnRequest[]> {
    const folder = folderWith({ 'a.ts': 'one' });
    const path = join(folderWith().path, 'a.jsonl');
    const tools = workerTools(folder);
    const sent: string[] = [];
    const rest = [...moves];
    let opening = 'Build the basket.';
    for (let life = 0; life <= moves.length; life++) {
      const killedBy: Kill[] = [];
      const conversation = readConversation(path);
      const claude = scriptedClaude(
        Array.from(
          { length: moves.length + 4 },
          (): Step => async (request, signal) => {
            sent.push(JSON.stringify(request));
            const next = rest.shift();
            if (next === undefined) return reply({ calls: [SUBMIT] });
            if (next.kind !== 'turn') killedBy.push(next);
            if (next.kind === 'kill_request') throw new Error('killed');
            return typeof next.step === 'function' ? await next.step(request, signal) : next.step;
          },
        ),
      );
      const run = runAgent(
        {
          preamble: conversation?.preamble ?? preambleOf(tools),
          tools,
          opening,
          resume: conversation,
          limits: { turns: 100, promptTokens: 1_000_000 },
          cacheLife: '5m',
          endsBy: 'tool',
        },
        {
          claude,
          meter: freeMeter(),
          transcript: openTranscript(path),
          clock: { now: () => new Date(0), monotonicMs: () => 0, sleep: async () => {} },
          signal: new AbortController().signal,
          lanes: { ready: async () => {}, pause: () => {}, clear: () => {}, release: () => {} },
          secrets: [],
          afterTurn: async () => {
            if (killedBy.length > 0) throw new Error('killed');
            return true;
          },
        },
      );
      const outcome = await run.catch(() => null);
      const [end] = killedBy;
      if (outcome !== null || end === undefined) break;
      tear(path, end.kind === 'kill_turn' ? end.lines : 0, end.torn);
      opening = end.news;
    }
    expect(existsSync(path)).toBe(true);
    return sent.map(text => JSON.parse(text) as TurnRequest); // what the scripted Claude was sent
  }

  /** What the API demands of a conversation: calls are answered at once and in full, no message is empty, no prefill. */
  function faultsOf({ messages }: TurnRequest): string[] {
    const blocks = (message: Message | undefined) =>
      message === undefined || typeof message.content === 'string' ? [] : message.content;
    return [
      ...(isPrefill(messages) ? ['prefill'] : []),
      ...messages.flatMap((message, index) => {
        const open = blocks(message).flatMap(block => (block.type === 'tool_use' ? [block.id] : []));
        const answered = blocks(messages[index + 1]).flatMap(block =>
          block.type === 'tool_result' ? [block.tool_use_id] : [],
        );
        const given = message.role === 'assistant' && open.join() !== answered.join() ? [`${open} open`] : [];
        return message.content.length === 0 ? ['empty', ...given] : given;
      }),
    ];
  }

  test('every request extends the one before, and is one that the API accepts', async () => {
    let resumes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 10 }), async moves => {
        resumes += moves.filter(({ kind }) => kind !== 'turn').length;
        const requests = await live(moves);
        for (const [index, request] of requests.entries()) {
          expect(faultsOf(request)).toEqual([]);
          const before = requests[index - 1];
          if (before === undefined) continue;
          const { messages: _, maxTokens: __, ...rest } = request;
          const { messages: ___, maxTokens: ____, ...restBefore } = before;
          expect(JSON.stringify(rest)).toBe(JSON.stringify(restBefore));
          const prefix = request.messages.slice(0, before.messages.length);
          expect(JSON.stringify(prefix)).toBe(JSON.stringify(before.messages));
        }
      }),
      { numRuns: 50 },
    );
    expect(resumes).toBeGreaterThan(30);
  });
});
