/** Rules about the parameters around the conversation. */
import { type ApiError, invalid } from './api-error.ts';
import { EFFORT_LEVELS } from './model-table.ts';
import { isObject, listOf, objectOf } from './request-shape.ts';
import { findExtra, type Incoming, type Rule } from './rule.ts';
import { findUnsupported } from './schema-check.ts';

const SAMPLING = ['temperature', 'top_p', 'top_k'];

const COUNTED = [
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'cache_control',
  'speed',
];

const CREATED = ['max_tokens', 'stream', 'stop_sequences', 'metadata', 'service_tier', 'inference_geo', 'diagnostics'];

const refuse = (message: string | null): ApiError | null => (message === null ? null : invalid(message));

function rejectSampling({ fields }: Incoming): ApiError | null {
  const found = SAMPLING.find(name => Object.hasOwn(fields, name));
  return found === undefined
    ? null
    : invalid(`${found}: sampling parameters are not supported, not even at their defaults`);
}

const rejectUnknown = ({ endpoint, fields }: Incoming): ApiError | null =>
  refuse(findExtra(fields, endpoint === 'messages' ? [...COUNTED, ...CREATED] : COUNTED, ''));

function rejectMaxTokens({ endpoint, fields, model }: Incoming): ApiError | null {
  if (endpoint !== 'messages') return null;
  const value = fields.max_tokens;
  const most = model?.maxOutputTokens ?? 0;
  if (value === undefined) return invalid('max_tokens: Field required');
  if (typeof value !== 'number' || !Number.isInteger(value))
    return invalid('max_tokens: Input should be a valid integer');
  if (value < 0) return invalid('max_tokens: Input should be greater than or equal to 0');
  return value > most ? invalid(`max_tokens: ${value} > ${most}, the most that ${model?.id} can write`) : null;
}

function rejectPlain({ fields }: Incoming): ApiError | null {
  const { stream, stop_sequences, metadata, service_tier, inference_geo, diagnostics } = fields;
  if (stream !== undefined && typeof stream !== 'boolean') return invalid('stream: Input should be a valid boolean');
  if (!isTexts(stop_sequences)) return invalid('stop_sequences: Input should be a list of strings with visible text');
  if (metadata !== undefined) return refuse(findShapeFault(metadata, 'user_id', 'metadata'));
  if (![undefined, 'auto', 'standard_only'].some(tier => tier === service_tier))
    return invalid('service_tier: unknown tier');
  if (!isOptionalText(inference_geo)) return invalid('inference_geo: Input should be a valid string');
  if (diagnostics === undefined || diagnostics === null) return null;
  return refuse(findShapeFault(diagnostics, 'previous_message_id', 'diagnostics'));
}

const isOptionalText = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string';

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every(text => typeof text === 'string' && text.trim() !== ''));

/** An object with one optional text and nothing else. */
function findShapeFault(value: unknown, key: string, path: string): string | null {
  if (!isObject(value)) return `${path}: Input should be an object`;
  return isOptionalText(value[key]) ? findExtra(value, [key], path) : `${path}.${key}: Input should be a valid string`;
}

function rejectSpeed({ fields, model }: Incoming): ApiError | null {
  const { speed } = fields;
  if (speed === undefined || speed === null || speed === 'standard') return null;
  if (speed !== 'fast') return invalid("speed: Input should be 'standard' or 'fast'");
  return model?.hasFastMode ? null : invalid(`speed: ${model?.id} has no fast mode`);
}

const THINKING_KEYS: Readonly<Record<string, readonly string[]>> = {
  adaptive: ['type', 'display'],
  enabled: ['type', 'budget_tokens', 'display'],
  disabled: ['type'],
  between_tools: ['type'],
};

function rejectThinkingShape({ fields }: Incoming): ApiError | null {
  const { thinking } = fields;
  if (thinking === undefined) return null;
  const { type, display } = objectOf(thinking);
  const keys = THINKING_KEYS[String(type)];
  if (keys === undefined)
    return invalid(`thinking.type: Input should be one of ${Object.keys(THINKING_KEYS).join(', ')}`);
  const isShown = display === undefined || display === null || display === 'summarized' || display === 'omitted';
  return isShown
    ? refuse(findExtra(objectOf(thinking), keys, 'thinking'))
    : invalid('thinking.display: unknown display');
}

const rejectThinkingBudget = ({ fields, model }: Incoming): ApiError | null =>
  objectOf(fields.thinking).type === 'enabled'
    ? invalid(`thinking.type: "enabled" is not supported by ${model?.id}; use "adaptive" with output_config.effort`)
    : null;

function rejectThinkingOff({ fields, model }: Incoming): ApiError | null {
  const { type } = objectOf(fields.thinking);
  if (type !== 'disabled' && type !== 'between_tools') return null;
  return type === model?.thinkingOff ? null : invalid(`thinking.type: "${type}" is not supported by ${model?.id}`);
}

function rejectEffort({ fields }: Incoming): ApiError | null {
  const config = fields.output_config;
  if (config === undefined) return null;
  if (!isObject(config)) return invalid('output_config: Input should be an object');
  const { effort } = config;
  if (effort !== undefined && effort !== null && !EFFORT_LEVELS.some(level => level === effort)) {
    return invalid(`output_config.effort: Input should be one of ${EFFORT_LEVELS.join(', ')}`);
  }
  return refuse(findExtra(config, ['effort', 'format'], 'output_config'));
}

function rejectLowThinkingEffort({ fields }: Incoming): ApiError | null {
  const { type } = objectOf(fields.thinking);
  const { effort } = objectOf(fields.output_config);
  const isHigh = effort === 'xhigh' || effort === 'max';
  return isHigh && (type === 'disabled' || type === 'between_tools')
    ? invalid(`output_config.effort: "${effort}" needs thinking; with thinking.type "${type}" the highest is "high"`)
    : null;
}

function rejectFormat({ fields }: Incoming): ApiError | null {
  const { format } = objectOf(fields.output_config);
  if (format === undefined || format === null) return null;
  const { type, schema } = objectOf(format);
  if (type !== 'json_schema') return invalid("output_config.format.type: Input should be 'json_schema'");
  if (!isObject(schema)) return invalid('output_config.format.schema: Field required');
  const extra = findExtra(objectOf(format), ['type', 'schema'], 'output_config.format');
  return refuse(extra ?? findUnsupported(schema, 'output_config.format.schema'));
}

function rejectToolChoice({ fields }: Incoming): ApiError | null {
  const choice = fields.tool_choice;
  if (choice === undefined) return null;
  const { type, name } = objectOf(choice);
  if (!['auto', 'any', 'tool', 'none'].includes(String(type))) return invalid('tool_choice.type: unknown choice');
  const names = listOf(fields.tools).map(tool => objectOf(tool).name);
  if (names.length === 0) return invalid('tool_choice: may only be specified while providing tools');
  if (type === 'tool' && !names.includes(name))
    return invalid(`tool_choice: tool '${String(name)}' not found in tools`);
  const keys = [
    'type',
    ...(type === 'tool' ? ['name'] : []),
    ...(type === 'none' ? [] : ['disable_parallel_tool_use']),
  ];
  return refuse(findExtra(objectOf(choice), keys, 'tool_choice'));
}

function rejectForcedTool({ fields, model }: Incoming): ApiError | null {
  const { type } = objectOf(fields.tool_choice);
  const isForced = type === 'any' || type === 'tool';
  return isForced && !model?.hasForcedTools
    ? invalid(`tool_choice: ${model?.id} does not support forced tool use`)
    : null;
}

export const PARAMETER_RULES = [
  { id: 'sampling', source: 'temperature, top_p and top_k are gone, even with default values', reject: rejectSampling },
  { id: 'known-parameters', source: 'unknown top-level parameters are errors', reject: rejectUnknown },
  { id: 'max-tokens', source: 'max_tokens is required, from 0 to what the model can write', reject: rejectMaxTokens },
  { id: 'plain-parameters', source: 'the small parameters have their documented types', reject: rejectPlain },
  { id: 'speed', source: 'fast mode exists on Opus 5.5 only', reject: rejectSpeed },
  {
    id: 'thinking-shape',
    source: 'thinking is one of four types, each with its own fields',
    reject: rejectThinkingShape,
  },
  { id: 'thinking-budget', source: '5.5 models take no thinking budget', reject: rejectThinkingBudget },
  {
    id: 'thinking-off',
    source: 'each 5.5 model can think less in its own way or not at all',
    reject: rejectThinkingOff,
  },
  { id: 'effort', source: 'effort is one of five levels', reject: rejectEffort },
  { id: 'effort-needs-thinking', source: 'less thinking allows effort up to high', reject: rejectLowThinkingEffort },
  { id: 'output-format', source: 'a structured answer needs a schema of the compilable subset', reject: rejectFormat },
  { id: 'tool-choice', source: 'tool_choice names a choice that the tools allow', reject: rejectToolChoice },
  { id: 'forced-tool', source: 'Opus 5.5 and Sonnet 5.5 cannot be forced to use a tool', reject: rejectForcedTool },
] as const satisfies readonly Rule[];
