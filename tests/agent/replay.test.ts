/** A recorded conversation played again: the model's part from the transcript, everything else anew, the first difference named. */
import { describe, expect, test } from 'vitest';
import { runAgent } from '../../src/agent/loop.ts';
import { partsOf, type RecordedPart } from '../../src/agent/recorded-part.ts';
import { type Replayed, replay } from '../../src/agent/replay.ts';
import type { Note } from '../../src/agent/spec.ts';
import type { Tool } from '../../src/agent/tools/tool.ts';
import { type Line, readConversation, readLines } from '../../src/agent/transcript.ts';
import type { SystemBlock } from '../../src/model/claude.ts';
import {
  type Call,
  fakeCommand,
  folderWith,
  preambleOf,
  type Rig,
  type RigOptions,
  reply,
  rig,
  scriptedClaude,
  workerTools,
} from '../support/agent-rig.ts';
import { handClock } from '../support/model-clock.ts';

const READ: Call = ['read', { path: 'a.ts' }];
const WRITE: Call = ['write', { path: 'b.ts', content: 'three\n' }];
const RUN: Call = ['run', { command: 'npm test' }];
const SUBMIT: Call = ['submit', { summary: 'built it' }];
const FILES = { 'a.ts': 'one' };
const killed = (): never => {
  throw new Error('killed');
};

const printing = (output: string): NonNullable<RigOptions['tools']> => {
  const { run } = fakeCommand({ output });
  return folder => workerTools(folder, run);
};

const partsIn = ({ transcript }: Rig): RecordedPart[] => partsOf(readLines(transcript));

interface Today {
  files?: Record<string, string>;
  output?: string;
  system?: SystemBlock[];
  part?: number;
}

/** Plays a part of what was recorded, on files as they are said to be. */
async function playAgain(recorded: Rig, today: Today = {}): Promise<Replayed & { written: string | null }> {
  const folder = folderWith(today.files ?? FILES);
  const tools = printing(today.output ?? '')(folder);
  const part = partsIn(recorded)[today.part ?? 0];
  if (part === undefined) throw new Error('there is no such part');
  const system = today.system ?? preambleOf(tools).system;
  const edges = { tools, system, clock: handClock(), secrets: [], signal: new AbortController().signal };
  const played = await replay(part, edges);
  return { ...played, written: readOrNull(() => folder.read('b.ts')) };
}

function readOrNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null; // it was not written
  }
}

const whole = () => [
  reply({ text: 'I look.', calls: [READ] }),
  reply({ calls: [WRITE, RUN] }),
  reply({ calls: [SUBMIT] }),
];

describe('a conversation', () => {
  test('that goes as it went comes to its end, with the same work done', async () => {
    const recorded = rig({ script: whole(), files: FILES, tools: printing('3 passed') });
    await recorded.run();
    expect(await playAgain(recorded, { output: '3 passed' })).toEqual({
      turns: 3,
      divergence: null,
      written: 'three\n',
    });
    expect(recorded.requests()).toHaveLength(3);
  });

  test('whose file is another one today parts at the result of the call that reads it', async () => {
    const recorded = rig({ script: whole(), files: FILES });
    await recorded.run();
    expect(await playAgain(recorded, { files: { 'a.ts': 'two' } })).toEqual({
      turns: 1,
      divergence: {
        turn: 1,
        what: 'the result of read {"path":"a.ts"}',
        path: 'content[0].content',
        recorded: '1\tone',
        now: '1\ttwo',
      },
      written: null,
    });
  });

  test('whose command prints another time goes as it went, and parts where it prints another word', async () => {
    const recorded = rig({ script: whole(), files: FILES, tools: printing('3 passed in 1.42 s\nduration_ms 1420.5') });
    await recorded.run();
    const quicker = await playAgain(recorded, { output: '3 passed in 380 ms\nduration_ms 380.1' });
    expect(quicker).toEqual({ turns: 3, divergence: null, written: 'three\n' });
    const { divergence } = await playAgain(recorded, { output: '2 passed in 1.42 s\nduration_ms 1420.5' });
    expect(divergence).toEqual({
      turn: 2,
      what: 'the result of run {"command":"npm test"}',
      path: 'content[1].content',
      recorded: '3 passed in 1.42 s',
      now: '2 passed in 1.42 s',
    });
  });

  test('of a role that is told something else today parts before its first reply', async () => {
    const recorded = rig({ script: whole(), files: FILES });
    await recorded.run();
    expect(await playAgain(recorded, { system: [{ type: 'text', text: 'You are the architect.' }] })).toEqual({
      turns: 0,
      divergence: {
        turn: 0,
        what: 'the system prompt',
        path: 'system[0].text',
        recorded: 'You are the back-end engineer.',
        now: 'You are the architect.',
      },
      written: null,
    });
  });

  test('hears what people said at the same places', async () => {
    const said: Note[] = [{ id: 7, text: 'Prices are in cents.' }];
    const meanwhile = () => {
      said.push({ id: 9, text: 'Hurry.' }, { id: 11, text: 'No, take your time.' });
      return reply({ calls: [READ] });
    };
    const recorded = rig({
      script: [meanwhile, reply({ calls: [SUBMIT] })],
      files: FILES,
      edges: { notes: () => said },
    });
    await recorded.run();
    expect(await playAgain(recorded)).toEqual({ turns: 2, divergence: null, written: null });
  });

  test('in which a call was no JSON runs it no more than then', async () => {
    const recorded = rig({
      script: [reply({ calls: [['write', undefined]] }), reply({ calls: [SUBMIT] })],
      files: FILES,
    });
    await recorded.run();
    expect(await playAgain(recorded)).toEqual({ turns: 2, divergence: null, written: null });
  });

  test('with requests that failed is played without them', async () => {
    const overloaded = {
      ok: false,
      failure: { reason: 'overloaded', retryAfterMs: 5, usage: null, billed: false },
    } as const;
    const recorded = rig({
      script: [overloaded, reply({ calls: [READ] }), overloaded, reply({ calls: [SUBMIT] })],
      files: FILES,
    });
    await recorded.run();
    expect(partsIn(recorded)).toHaveLength(1);
    expect(await playAgain(recorded)).toEqual({ turns: 2, divergence: null, written: null });
  });

  test('that was told something which nobody tells today parts there', async () => {
    const recorded = rig({ script: [reply({ text: 'Done, I think.' }), reply({ calls: [SUBMIT] })] });
    await recorded.run();
    const lines = readLines(recorded.transcript).map(line =>
      line.line === 'message' && JSON.stringify(line).includes('You stopped without')
        ? { ...line, message: { role: 'user' as const, content: [{ type: 'text' as const, text: 'Please go on.' }] } }
        : line,
    );
    const [part] = partsOf(lines);
    const folder = folderWith();
    const tools = workerTools(folder);
    const edges = {
      tools,
      system: preambleOf(tools).system,
      clock: handClock(),
      secrets: [],
      signal: new AbortController().signal,
    };
    expect(part && (await replay(part, edges)).divergence).toMatchObject({
      turn: 1,
      what: 'what the agent is told',
      recorded: 'Please go on.',
    });
  });
});

test('a conversation that ends today where its record goes on parts at its end', async () => {
  const recorded = rig({ script: whole(), files: FILES });
  await recorded.run();
  const lines = readLines(recorded.transcript);
  const isHandIn = (line: Line): boolean => line.line === 'reply' && JSON.stringify(line).includes('"submit"');
  const at = lines.findIndex(isHandIn);
  // As if the record had a reply without a stop that anybody knows, and went on.
  const cut = lines.map((line, index) =>
    index === at && line.line === 'reply' ? { ...line, stop: 'unheard_of' } : line,
  );
  const [part] = partsOf(cut);
  const tools = workerTools(folderWith(FILES));
  const signal = new AbortController().signal;
  const edges = { tools, system: preambleOf(tools).system, clock: handClock(), secrets: [], signal };
  expect(part && (await replay(part, edges))).toEqual({
    turns: 2,
    divergence: { turn: 2, what: 'the end of the conversation', path: '', recorded: '1 more reply', now: '(nothing)' },
  });
});

test('a conversation that is stopped in the middle makes no further turn', async () => {
  const recorded = rig({ script: whole(), files: FILES });
  await recorded.run();
  const stop = new AbortController();
  const [part] = partsIn(recorded);
  const run: Tool['run'] = async () => {
    stop.abort();
    return { text: 'interrupted', isError: true };
  };
  const tools = printing('')(folderWith(FILES)).map(tool => (tool.name === 'run' ? { ...tool, run } : tool));
  const edges = { tools, system: preambleOf(tools).system, clock: handClock(), secrets: [], signal: stop.signal };
  expect(part && (await replay(part, edges)).turns).toBe(2);
});

describe('a conversation that was killed and gone on with', () => {
  /** Killed in its second request, or before the results of its first call are written down; another process goes on with it. */
  async function goneOn(leavesCallOpen: boolean): Promise<Rig> {
    const recorded = rig({ script: [reply({ calls: [READ] }), killed], files: FILES });
    const { spec, edges, transcript: path } = recorded;
    const own = edges.transcript;
    const append: typeof own.append = line =>
      leavesCallOpen && JSON.stringify(line).includes('tool_result') ? killed() : own.append(line);
    await expect(runAgent(spec, { ...edges, transcript: { path, append } })).rejects.toThrow('killed');
    const claude = scriptedClaude([reply({ calls: [WRITE] }), reply({ calls: [SUBMIT] })]);
    await runAgent({ ...spec, resume: readConversation(path), opening: 'Go on here.' }, { ...edges, claude });
    return recorded;
  }

  test.each([
    ['between two turns', false],
    ['with a call under way', true],
  ])('%s has two parts, and each is played on its own', async (_when, leavesCallOpen) => {
    const recorded = await goneOn(leavesCallOpen);
    expect(partsIn(recorded).map(({ opening, before }) => [opening, before?.messages.length ?? 0])).toEqual([
      ['Build the basket.', 0],
      ['Go on here.', leavesCallOpen ? 2 : 3],
    ]);
    expect(await playAgain(recorded)).toEqual({ turns: 1, divergence: null, written: null });
    expect(await playAgain(recorded, { part: 1 })).toEqual({ turns: 2, divergence: null, written: 'three\n' });
  });
});
