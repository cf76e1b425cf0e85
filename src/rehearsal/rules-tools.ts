/** Rules about tool definitions, system blocks and cache marks. */
import { type ApiError, invalid } from './api-error.ts';
import { isMarkable, lifeOf } from './prompt-digest.ts';
import {
  blocksOf,
  isObject,
  type JsonObject,
  objectOf,
  type Placed,
  systemOf,
  toolsOf,
  turnsOf,
} from './request-shape.ts';
import { findExtra, type Incoming, type Rule } from './rule.ts';
import { countOptional, findUnsupported } from './schema-check.ts';

/** Client tools that the models know by a dated type; their schema is built in. */
const BUILT_IN: Readonly<Record<string, string>> = {
  bash_20250124: 'bash',
  text_editor_20250728: 'str_replace_based_edit_tool',
  memory_20250818: 'memory',
};
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const TOOL_KEYS = ['name', 'description', 'input_schema', 'type', 'cache_control', 'strict', 'defer_loading'].concat([
  'allowed_callers',
  'eager_input_streaming',
  'input_examples',
]);
const MAX_STRICT_TOOLS = 20;
const MAX_OPTIONAL_PARAMETERS = 24;
const MAX_MARKS = 4;

function firstFault<Item>(items: readonly Item[], find: (item: Item) => string | null): ApiError | null {
  for (const item of items) {
    const fault = find(item);
    if (fault !== null) return invalid(fault);
  }
  return null;
}

function rejectToolShape({ fields }: Incoming): ApiError | null {
  if (fields.tools !== undefined && !Array.isArray(fields.tools)) return invalid('tools: Input should be a valid list');
  return firstFault(toolsOf(fields), findToolFault);
}

function findToolFault({ path, block }: Placed): string | null {
  const { type, name } = block;
  if (type !== undefined && type !== null && type !== 'custom') return findBuiltInFault(path, block);
  if (typeof name !== 'string') return `${path}.name: Field required`;
  if (!TOOL_NAME.test(name)) return `${path}.name: String should match pattern '${TOOL_NAME.source}'`;
  return findExtra(block, TOOL_KEYS, path) ?? findInputSchemaFault(path, block.input_schema);
}

function findBuiltInFault(path: string, { type, name }: JsonObject): string | null {
  const expected = BUILT_IN[String(type)];
  if (expected === undefined) return `${path}.type: '${String(type)}' is not a tool that this server offers`;
  return name === expected ? null : `${path}.name: Input should be '${expected}'`;
}

function findInputSchemaFault(path: string, schema: unknown): string | null {
  if (!isObject(schema)) return `${path}.input_schema: Field required`;
  if (schema.type !== 'object') return `${path}.input_schema.type: Input should be 'object'`;
  const choice = ['oneOf', 'allOf', 'anyOf'].find(key => Object.hasOwn(schema, key));
  if (choice !== undefined) return `${path}.input_schema: does not support ${choice} at the top level`;
  const { properties = {}, required = [] } = schema;
  if (!isObject(properties)) return `${path}.input_schema.properties: Input should be an object`;
  return Array.isArray(required) ? null : `${path}.input_schema.required: Input should be a valid list`;
}

function rejectToolNames({ fields }: Incoming): ApiError | null {
  const names = toolsOf(fields).map(({ block }) => block.name);
  return names.length === new Set(names).size ? null : invalid('tools: Tool names must be unique.');
}

const strictTools = (fields: JsonObject): readonly Placed[] =>
  toolsOf(fields).filter(({ block }) => block.strict === true);

const rejectStrictSchema = ({ fields }: Incoming): ApiError | null =>
  firstFault(strictTools(fields), ({ path, block }) =>
    findUnsupported(objectOf(block.input_schema), `${path}.input_schema`),
  );

function rejectGrammarSize({ fields }: Incoming): ApiError | null {
  const strict = strictTools(fields);
  if (strict.length > MAX_STRICT_TOOLS) return invalid(`tools: at most ${MAX_STRICT_TOOLS} tools can be strict`);
  const format = objectOf(objectOf(fields.output_config).format);
  const schemas = [format.schema, ...strict.map(({ block }) => block.input_schema)];
  const optional = schemas.reduce<number>((sum, schema) => sum + countOptional(schema), 0);
  return optional > MAX_OPTIONAL_PARAMETERS
    ? invalid(`schemas: ${optional} optional parameters, at most ${MAX_OPTIONAL_PARAMETERS} can be compiled`)
    : null;
}

function rejectSystem({ fields }: Incoming): ApiError | null {
  const { system } = fields;
  if (system === undefined || typeof system === 'string') return null;
  if (!Array.isArray(system)) return invalid('system: Input should be a string or a list of text blocks');
  return firstFault(systemOf(fields), ({ path, block }) => {
    if (block.type !== 'text') return `${path}.type: Input should be 'text'`;
    if (typeof block.text !== 'string') return `${path}.text: Field required`;
    return findExtra(block, ['type', 'text', 'citations', 'cache_control'], path);
  });
}

/** Everything that may carry a mark, in the order in which marks are read. */
function markable(fields: JsonObject): readonly Placed[] {
  const messages = turnsOf(fields).flatMap(turn => turn.blocks);
  const inner = ({ path, block }: Placed) => [...blocksOf(block.content, `${path}.content`), { path, block }];
  return [...toolsOf(fields), ...systemOf(fields), ...messages.flatMap(inner)];
}

const hasMark = ({ block }: Placed): boolean => block.cache_control !== undefined && block.cache_control !== null;

const explicitMarks = (fields: JsonObject): readonly Placed[] => markable(fields).filter(hasMark);

/** The block that top-level `cache_control` falls on. */
const automaticTarget = (fields: JsonObject): Placed | undefined =>
  turnsOf(fields)
    .flatMap(turn => turn.blocks)
    .findLast(isMarkable);

function rejectMarkShape({ fields }: Incoming): ApiError | null {
  const automatic: Placed = { path: '', block: fields };
  const marks = hasMark(automatic) ? [...explicitMarks(fields), automatic] : explicitMarks(fields);
  return firstFault(marks, ({ path, block }) => {
    const at = `${path === '' ? '' : `${path}.`}cache_control`;
    const { type, ttl } = objectOf(block.cache_control);
    if (type !== 'ephemeral') return `${at}.type: Input should be 'ephemeral'`;
    if (ttl !== undefined && ttl !== '5m' && ttl !== '1h') return `${at}.ttl: Input should be '5m' or '1h'`;
    return findExtra(objectOf(block.cache_control), ['type', 'ttl'], at);
  });
}

const rejectMarkPlace = ({ fields }: Incoming): ApiError | null =>
  firstFault(explicitMarks(fields), mark =>
    isMarkable(mark) ? null : `${mark.path}.cache_control: Extra inputs are not permitted`,
  );

function rejectMarkCount({ fields }: Incoming): ApiError | null {
  const target = automaticTarget(fields);
  const addsOne = isObject(fields.cache_control) && target !== undefined && !hasMark(target);
  const count = explicitMarks(fields).length + (addsOne ? 1 : 0);
  return count > MAX_MARKS
    ? invalid(`A maximum of ${MAX_MARKS} blocks with cache_control may be provided. Found ${count}.`)
    : null;
}

function rejectMarkOrder({ fields }: Incoming): ApiError | null {
  const marks = explicitMarks(fields).map(({ path, block }) => ({
    path,
    life: lifeOf(objectOf(block.cache_control)),
  }));
  const automatic = fields.cache_control;
  const target = automaticTarget(fields);
  if (isObject(automatic) && target !== undefined) {
    const life = lifeOf(automatic);
    const own = objectOf(target.block.cache_control);
    if (hasMark(target) && lifeOf(own) !== life)
      return invalid(`cache_control: ttl='${life}' differs from that of ${target.path}`);
    marks.push({ path: 'cache_control', life });
  }
  const short = marks.findIndex(mark => mark.life === '5m');
  const late = short === -1 ? undefined : marks.slice(short).find(mark => mark.life === '1h');
  return late === undefined
    ? null
    : invalid(
        `${late.path}: a ttl='1h' mark must not come after a ttl='5m' mark; the order is tools, system, messages`,
      );
}

export const TOOL_RULES = [
  { id: 'tool-shape', source: 'a tool has a plain name and an input schema of type object', reject: rejectToolShape },
  { id: 'tool-names', source: 'tool names are unique', reject: rejectToolNames },
  { id: 'strict-tool', source: 'a strict tool has a schema of the compilable subset', reject: rejectStrictSchema },
  { id: 'grammar-size', source: 'at most 20 strict tools and 24 optional parameters', reject: rejectGrammarSize },
  { id: 'system-shape', source: 'the system prompt is a string or text blocks', reject: rejectSystem },
] as const satisfies readonly Rule[];

export const MARK_RULES = [
  { id: 'mark-shape', source: 'a cache mark is ephemeral, for 5m or 1h', reject: rejectMarkShape },
  { id: 'mark-place', source: 'thinking blocks carry no cache mark', reject: rejectMarkPlace },
  { id: 'mark-count', source: 'at most four cache marks, the automatic one included', reject: rejectMarkCount },
  { id: 'mark-order', source: 'marks for an hour come before marks for 5 minutes', reject: rejectMarkOrder },
] as const satisfies readonly Rule[];
