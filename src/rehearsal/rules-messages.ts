/** Rules about the conversation. */
import { type ApiError, invalid } from './api-error.ts';
import { countPromptTokens } from './prefix-cache.ts';
import { conversationDigest, promptBlocks } from './prompt-digest.ts';
import {
  blocksOf,
  isObject,
  type JsonObject,
  listOf,
  objectOf,
  type Placed,
  systemOf,
  type Turn,
  turnsOf,
} from './request-shape.ts';
import { findExtra, type Incoming, type Rule, type RuleContext } from './rule.ts';
import { findBrokenThinking } from './thinking-signature.ts';

const MAX_MESSAGES = 100_000;

/** The first fault that a function finds over all turns, as a refusal. */
function refuseFirst<Item>(
  items: readonly Item[],
  find: (item: Item, index: number) => string | null,
): ApiError | null {
  for (const [index, item] of items.entries()) {
    const fault = find(item, index);
    if (fault !== null) return invalid(fault);
  }
  return null;
}

function rejectNoMessages({ fields }: Incoming): ApiError | null {
  if (!Array.isArray(fields.messages)) return invalid('messages: Field required');
  return fields.messages.length > 0 ? null : invalid('messages: at least one message is required');
}

const rejectTooManyMessages = ({ fields }: Incoming): ApiError | null =>
  listOf(fields.messages).length > MAX_MESSAGES ? invalid(`messages: at most ${MAX_MESSAGES} messages`) : null;

const rejectRoles = ({ fields }: Incoming): ApiError | null =>
  refuseFirst(listOf(fields.messages), (message, index) => {
    const { role } = objectOf(message);
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      return `messages.${index}.role: Input should be 'user', 'assistant' or 'system'`;
    }
    return findExtra(objectOf(message), ['role', 'content'], `messages.${index}`);
  });

const rejectFirst = ({ fields }: Incoming): ApiError | null =>
  turnsOf(fields)[0]?.role === 'user' ? null : invalid('messages: first message must use the "user" role');

/** A message with the role system follows a user turn, and ends the list or precedes an assistant turn. */
function rejectSystemPlace({ fields }: Incoming): ApiError | null {
  const roles = turnsOf(fields).map(turn => turn.role);
  return refuseFirst(roles, (role, index) => {
    if (role !== 'system') return null;
    const next = roles[index + 1];
    const isPlaced = roles[index - 1] === 'user' && (next === undefined || next === 'assistant');
    return isPlaced
      ? null
      : `messages.${index}: a system message must follow a user turn and end the list or precede an assistant turn`;
  });
}

const rejectEmptyContent = ({ fields }: Incoming): ApiError | null =>
  refuseFirst(turnsOf(fields), ({ path, blocks }) =>
    blocks.length > 0 ? null : `${path}: all messages must have non-empty content`,
  );

const BLOCK_TYPES: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'document', 'search_result', 'tool_result'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use'],
  system: ['text'],
};

const rejectBlockTypes = ({ fields }: Incoming): ApiError | null =>
  refuseFirst(turnsOf(fields), ({ role, blocks }) => {
    const allowed = BLOCK_TYPES[String(role)] ?? [];
    const stranger = blocks.find(({ block }) => !allowed.includes(String(block.type)));
    return stranger === undefined
      ? null
      : `${stranger.path}.type: '${String(stranger.block.type)}' is not a block of ${String(role)} messages`;
  });

type FieldCheck = (value: unknown) => boolean;

const isText: FieldCheck = value => typeof value === 'string';
const isId: FieldCheck = value => typeof value === 'string' && /^[a-zA-Z0-9_-]+$/.test(value);
const isOptionalFlag: FieldCheck = value => value === undefined || typeof value === 'boolean';
const isResultContent: FieldCheck = value => value === undefined || typeof value === 'string' || Array.isArray(value);
const isAnything: FieldCheck = () => true;

/** Fields of each block that is looked into; `cache_control` has rules of its own. */
const BLOCK_FIELDS: Readonly<Record<string, Readonly<Record<string, FieldCheck>>>> = {
  text: { text: isText, citations: isAnything },
  thinking: { thinking: isText, signature: isText },
  redacted_thinking: { data: isText },
  tool_use: { id: isId, name: isText, input: isObject, caller: isAnything, toolset_name: isAnything },
  tool_result: { tool_use_id: isId, content: isResultContent, is_error: isOptionalFlag, toolset_name: isAnything },
};

const rejectBlockShapes = ({ fields }: Incoming): ApiError | null =>
  refuseFirst(turnsOf(fields), ({ blocks }) => blocks.map(findBlockFault).find(fault => fault !== null) ?? null);

function findBlockFault({ path, block }: Placed): string | null {
  const checks = BLOCK_FIELDS[String(block.type)];
  if (checks === undefined) return null;
  const wrong = Object.keys(checks).find(key => !(checks[key] ?? isAnything)(block[key]));
  if (wrong !== undefined) return `${path}.${wrong}: Field required, with its documented type`;
  return findExtra(block, ['type', 'cache_control', ...Object.keys(checks)], path);
}

/** Text in messages, in tool results and in the system prompt. */
function rejectBlankText({ fields }: Incoming): ApiError | null {
  const blocks = turnsOf(fields).flatMap(turn => turn.blocks);
  const inner = blocks.flatMap(({ path, block }) => blocksOf(listOf(block.content), `${path}.content`));
  return refuseFirst([...systemOf(fields), ...blocks, ...inner], ({ path, block }) => {
    if (block.type !== 'text') return null;
    return String(block.text ?? '').trim() === ''
      ? `${path}: text content blocks must contain non-whitespace text`
      : null;
  });
}

function rejectPrefill({ endpoint, fields, model }: Incoming, context: RuleContext): ApiError | null {
  if (endpoint !== 'messages' || turnsOf(fields).at(-1)?.role !== 'assistant') return null;
  return context.isPausedReply(conversationDigest(fields))
    ? null
    : invalid(`messages: ${model?.id} does not support prefill; the conversation must end with a user message`);
}

const idsOf = (turn: Turn | undefined, type: string, key: string): string[] =>
  (turn?.blocks ?? []).filter(({ block }) => block.type === type).map(({ block }) => String(block[key]));

const callsOf = (turn: Turn | undefined): string[] => (turn?.role === 'assistant' ? idsOf(turn, 'tool_use', 'id') : []);
const resultsOf = (turn: Turn | undefined): string[] =>
  turn?.role === 'user' ? idsOf(turn, 'tool_result', 'tool_use_id') : [];

function repeated(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => ids.indexOf(id) !== index);
}

function rejectRepeatedCalls({ fields }: Incoming): ApiError | null {
  const id = repeated(turnsOf(fields).flatMap(callsOf));
  return id === undefined ? null : invalid(`messages: \`tool_use\` ids must be unique, found twice: ${id}`);
}

function rejectUnanswered({ fields }: Incoming): ApiError | null {
  const turns = turnsOf(fields);
  return refuseFirst(turns, (turn, index) => {
    const answered = new Set(resultsOf(turns[index + 1]));
    const open = callsOf(turn).filter(id => !answered.has(id));
    return open.length === 0
      ? null
      : `${turn.path}: \`tool_use\` ids were found without \`tool_result\` blocks in the next message: ${open.join(', ')}`;
  });
}

function rejectForeignResults({ fields }: Incoming): ApiError | null {
  const turns = turnsOf(fields);
  return refuseFirst(turns, (turn, index) => {
    const asked = new Set(callsOf(turns[index - 1]));
    const foreign = resultsOf(turn).find(id => !asked.has(id));
    return foreign === undefined
      ? null
      : `${turn.path}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${foreign}`;
  });
}

const rejectRepeatedResults = ({ fields }: Incoming): ApiError | null =>
  refuseFirst(turnsOf(fields), turn => {
    const id = repeated(resultsOf(turn));
    return id === undefined ? null : `${turn.path}: more than one \`tool_result\` for ${id}`;
  });

const rejectLateResults = ({ fields }: Incoming): ApiError | null =>
  refuseFirst(turnsOf(fields), ({ blocks }) => {
    const other = blocks.findIndex(({ block }) => block.type !== 'tool_result');
    const late = other === -1 ? undefined : blocks.slice(other).find(({ block }) => block.type === 'tool_result');
    return late === undefined ? null : `${late.path}: \`tool_result\` blocks must come first in the message`;
  });

function rejectEditedHistory({ fields }: Incoming): ApiError | null {
  const path = findBrokenThinking(String(fields.model), promptBlocks(fields));
  return path === null
    ? null
    : invalid(
        `${path}: Invalid \`signature\` in \`thinking\` block: what stands before it is not what it was created from`,
      );
}

function rejectLongPrompt({ fields, model }: Incoming): ApiError | null {
  const tokens = countPromptTokens(fields satisfies JsonObject);
  const most = model?.contextTokens ?? 0;
  return tokens > most ? invalid(`prompt is too long: ${tokens} tokens > ${most} maximum`) : null;
}

export const CONVERSATION_RULES = [
  { id: 'messages-present', source: 'there is at least one message', reject: rejectNoMessages },
  { id: 'messages-limit', source: 'at most 100,000 messages', reject: rejectTooManyMessages },
  { id: 'roles', source: 'a message is by user, assistant or system and has nothing but content', reject: rejectRoles },
  { id: 'first-message', source: 'the first message is by the user', reject: rejectFirst },
  { id: 'system-place', source: 'a system message in the conversation follows a user turn', reject: rejectSystemPlace },
  { id: 'content-present', source: 'no message is empty', reject: rejectEmptyContent },
  { id: 'block-types', source: 'each role has its own kinds of block', reject: rejectBlockTypes },
  { id: 'block-shape', source: 'a block has its fields and no others', reject: rejectBlockShapes },
  { id: 'text-present', source: 'text blocks contain visible text', reject: rejectBlankText },
  { id: 'prefill', source: 'an assistant message cannot be started by the caller', reject: rejectPrefill },
  { id: 'calls-unique', source: 'tool_use ids are unique', reject: rejectRepeatedCalls },
  { id: 'calls-answered', source: 'every tool_use is answered in the very next message', reject: rejectUnanswered },
  {
    id: 'results-asked',
    source: 'every tool_result answers a tool_use of the message before',
    reject: rejectForeignResults,
  },
  { id: 'results-unique', source: 'a tool_use has one tool_result', reject: rejectRepeatedResults },
  { id: 'results-first', source: 'tool results come first in their message', reject: rejectLateResults },
] as const satisfies readonly Rule[];

export const HISTORY_RULES = [
  { id: 'edited-history', source: 'a thinking block is bound to every byte before it', reject: rejectEditedHistory },
  { id: 'prompt-length', source: 'the prompt fits the context window', reject: rejectLongPrompt },
] as const satisfies readonly Rule[];
