/** A scripted Claude, real tools in a temporary folder, a real ledger and a clock turned by hand: everything a loop needs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runAgent } from '../../src/agent/loop.ts';
import { type Meter, openMeter, type PriceOf } from '../../src/agent/meter.ts';
import type { AgentEdges, AgentEvent, AgentOutcome, AgentSpec } from '../../src/agent/spec.ts';
import type { RunCommand } from '../../src/agent/tools/run.ts';
import type { Tool } from '../../src/agent/tools/tool.ts';
import { toolsOf } from '../../src/agent/tools/toolbox.ts';
import { openTranscript, type Preamble } from '../../src/agent/transcript.ts';
import type { Ledger, LedgerRow, Purpose } from '../../src/baton/ledger.ts';
import { openLedger } from '../../src/baton/sqlite-ledger.ts';
import { NO_USAGE, type Usage } from '../../src/domain/money.ts';
import type { Owner } from '../../src/domain/owner.ts';
import { TOOL_NAMES } from '../../src/domain/role.ts';
import type { Block, Claude, ModelFailure, Reply, TurnOutcome, TurnRequest } from '../../src/model/claude.ts';
import type { Caps, Kept } from '../../src/policy/budget.ts';
import type { Zone } from '../../src/policy/zones.ts';
import type { CommandOutcome } from '../../src/shell/sandbox.ts';
import { type HandClock, handClock } from './model-clock.ts';
import { roleOf } from './policy-values.ts';

export const MODEL = 'claude-sonnet-5-5';
export const USAGE: Usage = { ...NO_USAGE, input: 1000, output: 200 };
export const OWNER: Owner = { host: 'desk', bootId: 'boot-1', pidNamespace: 'pid-1', pid: 4711, startedAt: '99' };

/** Ten nano-dollars a token in, fifty out: easy to reckon with. */
export const PRICE: PriceOf = {
  worst: (_model, inputTokens) => ({ input: inputTokens * 10, perOutputToken: 50 }),
  cost: (_model, usage) => usage.input * 10 + usage.output * 50,
};
export const USAGE_COST = 1000 * 10 + 200 * 50;

export const PURPOSE: Purpose = {
  repository: '/home/ada/shop',
  plan: 'shop-1',
  task: 'shop-1-01-basket',
  session: 'shop-1-01-basket-a1',
  attempt: 1,
  phase: 'EXEC',
  agent: 'engineer-backend',
  tier: 'sonnet',
  model: MODEL,
};

export type Call = [name: string, input: unknown, id?: string];

let calls = 0;

/** A whole reply. Calls make it a `tool_use` one; an input of `undefined` is one that was not JSON. */
export function reply(
  parts: { text?: string; calls?: Call[]; stop?: Reply['stop']; usage?: Usage; model?: string; refusal?: string } = {},
): TurnOutcome {
  const made = (parts.calls ?? []).map(([name, input, id]) => ({ name, input, id: id ?? `toolu_${++calls}` }));
  const content: Block[] = [
    ...(parts.text === undefined ? [] : [{ type: 'text' as const, text: parts.text, citations: null }]),
    ...made.map(({ id, name, input }) => ({
      type: 'tool_use' as const,
      id,
      name,
      input: input ?? {},
      caller: { type: 'direct' as const },
    })),
  ];
  return {
    ok: true,
    value: {
      model: parts.model ?? MODEL,
      stop: parts.stop ?? (made.length > 0 ? 'tool_use' : 'end_turn'),
      content,
      toolCalls: made.map(({ id, name, input }) => ({
        id,
        name,
        input: input ?? null,
        raw: input === undefined ? '{"half' : JSON.stringify(input),
      })),
      text: parts.text ?? '',
      usage: parts.usage ?? USAGE,
      refusalCategory: parts.refusal ?? null,
      requestId: 'req_1',
    },
  };
}

export const failure = (reason: ModelFailure): TurnOutcome => ({ ok: false, failure: reason });

export type Step = TurnOutcome | ((request: TurnRequest, signal?: AbortSignal) => TurnOutcome | Promise<TurnOutcome>);

export interface ScriptedClaude extends Claude {
  /** What was sent, as JSON at the moment of sending, so that later changes to the messages cannot hide. */
  sent: string[];
}

/** Answers with one step after the other; a request too many is a bug of the test or of the loop. */
export function scriptedClaude(script: readonly Step[]): ScriptedClaude {
  const sent: string[] = [];
  return {
    sent,
    turn: async (request, watch) => {
      const step = script[sent.length];
      sent.push(JSON.stringify(request));
      if (step === undefined) throw new Error(`the script has no step ${sent.length}`);
      return typeof step === 'function' ? await step(request, watch?.signal) : step;
    },
    models: async () => ({ ok: true, value: [] }),
  };
}

export interface Folder {
  path: string;
  write(path: string, content: string | Uint8Array): void;
  read(path: string): string;
  bytes(path: string): Buffer;
}

/** A folder that is removed after the test. */
export function folderWith(files: Record<string, string | Uint8Array> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), 'kleiber-agent-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const folder: Folder = {
    path,
    write: (name, content) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    },
    read: name => readFileSync(join(path, name), 'utf8'),
    bytes: name => readFileSync(join(path, name)),
  };
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

export interface FakeCommand {
  run: RunCommand;
  commands: { command: string; timeoutMs: number; writable: boolean }[];
}

/** Runs nothing and answers the same each time. */
export function fakeCommand(outcome: Partial<CommandOutcome> = {}): FakeCommand {
  const commands: FakeCommand['commands'] = [];
  const whole: CommandOutcome = { kind: 'exited', exitCode: 0, output: '', durationMs: 1, ...outcome };
  return {
    commands,
    run: async ({ command, timeoutMs, writable }) => {
      commands.push({ command, timeoutMs, writable });
      return whole;
    },
  };
}

export const EVERYWHERE: Zone = { files: ['**'], rolePaths: null, widened: [] };
const WORKER = roleOf('engineer-backend', { tools: TOOL_NAMES });

/** All tools of a worker on a folder. */
export const workerTools = (folder: Folder, run: RunCommand = fakeCommand().run): Tool[] =>
  toolsOf(WORKER, { root: folder.path, zone: EVERYWHERE }, run);

/** Money without end and without a book. */
export function freeMeter(): Meter {
  let count = 0;
  return {
    reserve: async (_tokens, _life, signal) =>
      signal.aborted ? { kind: 'stopped' } : { kind: 'granted', reservation: `r${++count}`, maxTokens: 64_000 },
    settle: () => {},
    settleInFull: () => {},
    spent: () => ({ usage: NO_USAGE, cost: 0 }),
    raises: () => [],
  };
}

export const NO_CAPS: Caps = { task: null, plan: null, day: null, week: null, tokens: null };
/** All of every cap is open. */
export const NOTHING_KEPT: Kept = { setAside: 0, reservePercent: 0 };

export interface Rig {
  folder: Folder;
  clock: HandClock;
  ledger: Ledger;
  meter: Meter;
  claude: ScriptedClaude;
  transcript: string;
  spec: AgentSpec;
  edges: AgentEdges;
  stop: AbortController;
  /** What happened to the rate lane, in order. */
  lane: string[];
  events: AgentEvent[];
  turns: number[];
  run(): Promise<AgentOutcome>;
  /** The requests as values. */
  requests(): TurnRequest[];
  /** The messages that the n-th request (from 0) added to the one before. */
  added(index: number): unknown[];
  rows(): Pick<LedgerRow, 'reserved' | 'settled' | 'usage' | 'assumed'>[];
  lines(): Record<string, unknown>[];
}

export interface RigOptions {
  script: readonly Step[];
  spec?: Partial<AgentSpec>;
  edges?: Partial<AgentEdges>;
  files?: Record<string, string>;
  tools?: (folder: Folder) => Tool[];
  caps?: Partial<Caps>;
  price?: PriceOf;
  ledger?: Ledger;
}

export function temporaryLedger(): Ledger {
  const opened = openLedger(join(folderWith().path, 'ledger.db'));
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  onTestFinished(() => opened.value.close());
  return opened.value;
}

export const preambleOf = (tools: readonly Tool[], changes: Partial<Preamble> = {}): Preamble => ({
  model: MODEL,
  effort: 'medium',
  system: [{ type: 'text', text: 'You are the back-end engineer.' }],
  tools: tools.map(tool => tool.spec),
  format: null,
  ...changes,
});

export function rig(options: RigOptions): Rig {
  const folder = folderWith(options.files);
  const clock = handClock();
  const ledger = options.ledger ?? temporaryLedger();
  const meter = openMeter(PURPOSE, {
    ledger,
    clock,
    owner: OWNER,
    price: options.price ?? PRICE,
    caps: { ...NO_CAPS, ...options.caps },
    kept: NOTHING_KEPT,
    urgent: false,
  });
  const claude = scriptedClaude(options.script);
  const transcript = join(folderWith().path, 'transcripts', 'session.jsonl');
  const stop = new AbortController();
  const lane: string[] = [];
  const events: AgentEvent[] = [];
  const turns: number[] = [];
  const tools = options.tools?.(folder) ?? workerTools(folder);
  const spec: AgentSpec = {
    preamble: preambleOf(tools),
    tools,
    opening: 'Build the basket.',
    resume: null,
    limits: { turns: 20, promptTokens: 100_000 },
    cacheLife: '5m',
    endsBy: 'tool',
    ...options.spec,
  };
  const edges: AgentEdges = {
    claude,
    meter,
    transcript: openTranscript(transcript),
    clock,
    signal: stop.signal,
    lanes: {
      ready: async model => {
        lane.push(`ready ${model}`);
      },
      pause: (_model, ms) => lane.push(`pause ${ms}`),
      clear: () => lane.push('clear'),
      release: () => lane.push('release'),
    },
    secrets: [],
    afterTurn: async turn => {
      turns.push(turn);
      return true;
    },
    watch: event => events.push(event),
    ...options.edges,
  };
  const requests = (): TurnRequest[] => claude.sent.map(text => JSON.parse(text) as TurnRequest); // what the scripted Claude wrote
  return {
    folder,
    clock,
    ledger,
    meter,
    claude,
    transcript,
    spec,
    edges,
    stop,
    lane,
    events,
    turns,
    run: () => runAgent(spec, edges),
    requests,
    added: index => {
      const all = requests();
      return (all[index]?.messages ?? []).slice(all[index - 1]?.messages.length ?? 0);
    },
    rows: () => ledger.rows().map(({ reserved, settled, usage, assumed }) => ({ reserved, settled, usage, assumed })),
    lines: () =>
      readFileSync(transcript, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as Record<string, unknown>), // whole lines of our own journal
  };
}

/** The results that a message of the user carries, without their ids. */
export const resultsIn = (message: unknown): { content: unknown; isError: boolean }[] => {
  const { content } = message as { content: { type: string; content: unknown; is_error?: boolean }[] }; // as the loop writes it
  return content
    .filter(block => block.type === 'tool_result')
    .map(block => ({ content: block.content, isError: block.is_error ?? false }));
};

export const userText = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });
