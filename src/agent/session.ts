/** A session: one conversation of a role on a model, metered, recorded, and held in a lane. Workers and the conductor open them alike. */
import { join } from 'node:path';
import type { Ledger } from '../baton/ledger.ts';
import type { Clock } from '../domain/clock.ts';
import type { Config } from '../domain/config.ts';
import { type NanoUsd, nanoFromUsd, type Spend } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import type { Role } from '../domain/role.ts';
import type { Effort, Tier } from '../domain/tier.ts';
import type { Claude, SystemBlock } from '../model/claude.ts';
import type { Caps, Kept } from '../policy/budget.ts';
import type { Sandbox } from '../shell/sandbox.ts';
import { runAgent } from './loop.ts';
import { type Meter, openMeter, type PriceOf } from './meter.ts';
import { rolePrompt } from './prompts.ts';
import { redactSecrets } from './redact.ts';
import type { AgentEdges, AgentEvent, AgentOutcome, AgentSpec, Note } from './spec.ts';
import type { Tool } from './tools/tool.ts';
import { type Conversation, openTranscript, type Preamble, readConversation } from './transcript.ts';

/** What every session of a process shares. */
export interface Studio {
  repository: string;
  claude: Claude;
  ledger: Ledger;
  price: PriceOf;
  clock: Clock;
  owner: Owner;
  lanes: AgentEdges['lanes'];
  sandbox: Sandbox;
  config: Config;
  roles: ReadonlyMap<string, Role>;
  /** Tier to model id. */
  models: Record<Tier, string>;
  /** CLAUDE.md or AGENTS.md, size-capped; empty when there is none. */
  instructions: string;
  transcripts: string;
  secrets: readonly string[];
}

export interface SessionRequest {
  session: string;
  task: string;
  plan: string | null;
  attempt: number;
  phase: string;
  role: Role;
  tier: Tier;
  effort: Effort;
  tools: readonly Tool[];
  opening: string;
  /** Goes on with the conversation of this name when its transcript can be read and the model is the same. */
  resume: boolean;
  /** What a resumed conversation is told; the opening was said already. */
  news: string;
  format: Record<string, unknown> | null;
  endsBy: 'tool' | 'answer';
  turns: number;
  taskCapUsd: number | null;
  /** Absent for work that the reserve is not kept for and that leaves nothing to a reviewer. */
  money?: SessionMoney;
  cacheLife: '5m' | '1h';
  notes?: () => readonly Note[];
  afterTurn: AgentEdges['afterTurn'];
  signal: AbortSignal;
  /** Ends the conversation before its next request; what is under way is finished. */
  stopping?: AbortSignal;
  watch?: (event: AgentEvent) => void;
}

/** What sets a session's money apart from that of others. */
export interface SessionMoney {
  /** p0 and security work: it may use the reserve, and is served first when money is short. */
  mayUseReserve: boolean;
  /** Kept out of the task's cap for those who review it, in nano-dollars. */
  setAside: NanoUsd;
}

export interface SessionResult {
  outcome: AgentOutcome;
  spend: Spend;
  model: string;
}

/** Haiku costs five times as much past 100,000 prompt tokens; the others are handed over before their windows fill. */
const PROMPT_LIMIT: Record<Tier, number> = { haiku: 80_000, sonnet: 400_000, opus: 400_000 };

export async function runSession(request: SessionRequest, studio: Studio): Promise<SessionResult> {
  const model = studio.models[request.tier];
  const path = join(studio.transcripts, `${request.session}.jsonl`);
  const resume = request.resume ? sameModel(readConversation(path), model) : null;
  const meter = meterOf(request, model, studio);
  const outcome = await runAgent(specOf(request, model, resume, studio), {
    claude: studio.claude,
    meter,
    transcript: openTranscript(path),
    clock: studio.clock,
    signal: request.signal,
    lanes: studio.lanes,
    secrets: studio.secrets,
    afterTurn: request.afterTurn,
    ...(request.stopping === undefined ? {} : { stopping: request.stopping }),
    ...(request.notes === undefined ? {} : { notes: request.notes }),
    ...(request.watch === undefined ? {} : { watch: request.watch }),
  });
  return { outcome, spend: meter.spent(), model };
}

function specOf(request: SessionRequest, model: string, resume: Conversation | null, studio: Studio): AgentSpec {
  return {
    preamble: resume?.preamble ?? preambleOf(request, model, studio),
    tools: request.tools,
    opening: resume === null ? request.opening : isTold(request.news, resume) ? '' : request.news,
    resume,
    limits: { turns: request.turns, promptTokens: PROMPT_LIMIT[request.tier] },
    cacheLife: request.cacheLife,
    endsBy: request.endsBy,
  };
}

const preambleOf = ({ effort, role, tools, format }: SessionRequest, model: string, studio: Studio): Preamble => ({
  model,
  effort,
  system: systemOf(role, studio),
  tools: tools.map(tool => tool.spec),
  format,
});

function meterOf(request: SessionRequest, model: string, studio: Studio): Meter {
  const { plan, task, session, attempt, phase, role, tier } = request;
  const { repository, ledger, clock, owner, price, config } = studio;
  return openMeter(
    { repository, plan, task, session, attempt, phase, agent: role.name, tier, model },
    {
      ledger,
      clock,
      owner,
      price,
      caps: capsOf(request, config),
      kept: keptOf(request, config),
      urgent: request.money?.mayUseReserve === true,
    },
  );
}

/**
 * Another model cannot read the old one's thinking, so a change of model is always a new conversation. One
 * that was cut before its first message has nothing to go on with.
 */
const sameModel = (conversation: Conversation | null, model: string): Conversation | null =>
  conversation?.preamble.model === model && conversation.messages.length > 0 ? conversation : null;

/** Whether the news was said already since the model last asked something: the same answer may be given twice. */
function isTold(news: string, { messages }: Conversation): boolean {
  const asked = messages.findLastIndex(
    ({ content }) =>
      Array.isArray(content) && content.some(block => block.type === 'tool_use' && block.name === 'block'),
  );
  return messages
    .slice(asked + 1)
    .some(
      ({ content }) => Array.isArray(content) && content.some(block => block.type === 'text' && block.text === news),
    );
}

/** The role's part is byte-identical for all its tasks; the project's instructions follow as a block of their own. */
export function systemOf(role: Role, studio: Pick<Studio, 'instructions' | 'secrets'>): SystemBlock[] {
  const instructions = redactSecrets(studio.instructions, studio.secrets);
  const own = { type: 'text' as const, text: rolePrompt(role) };
  return instructions === ''
    ? [own]
    : [own, { type: 'text', text: `Instructions of this project:\n\n${instructions}` }];
}

function capsOf({ tier, taskCapUsd, plan }: SessionRequest, { budget }: Config): Caps {
  return {
    task: nanoFromUsd(taskCapUsd ?? budget.task_usd),
    plan: plan === null ? null : nanoFromUsd(budget.plan_usd),
    day: nanoFromUsd(budget.day_usd),
    week: nanoFromUsd(budget.week_usd),
    tokens: budget.tokens_per_week[tier] ?? null,
  };
}

const keptOf = ({ money }: SessionRequest, { budget }: Config): Kept => ({
  setAside: money?.setAside ?? 0,
  reservePercent: money?.mayUseReserve === true ? 0 : budget.reserve_percent,
});
