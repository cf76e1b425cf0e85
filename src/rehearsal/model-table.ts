/** What each rehearsed model accepts; the rules read this table and never a model's name. */

export interface ModelRow {
  readonly id: string;
  readonly name: string;
  readonly line: 'opus' | 'sonnet' | 'haiku';
  /** ISO day of release. */
  readonly released: string;
  readonly lifecycle: 'active' | 'deprecated' | 'retired';
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Shorter prefixes are silently not cached. */
  readonly minimumCachedTokens: number;
  /** The one way to think less than always, if there is one. */
  readonly thinkingOff: 'between_tools' | 'disabled' | null;
  readonly hasForcedTools: boolean;
  readonly hasFastMode: boolean;
}

export const EFFORT_LEVELS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

const newest = {
  lifecycle: 'active',
  contextTokens: 1_000_000,
  maxOutputTokens: 128_000,
  minimumCachedTokens: 512,
} as const;

export const MODELS: readonly ModelRow[] = [
  {
    ...newest,
    id: 'claude-opus-5-5',
    name: 'Claude Opus 5.5',
    line: 'opus',
    released: '2026-09-22',
    thinkingOff: null,
    hasForcedTools: false,
    hasFastMode: true,
  },
  {
    ...newest,
    id: 'claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    line: 'sonnet',
    released: '2026-09-28',
    thinkingOff: 'between_tools',
    hasForcedTools: false,
    hasFastMode: false,
  },
  {
    ...newest,
    id: 'claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    line: 'haiku',
    released: '2026-10-07',
    thinkingOff: 'disabled',
    hasForcedTools: true,
    hasFastMode: false,
  },
];

const supported = (is: boolean) => ({ supported: is });

/** A row as `GET /v1/models` prints it. */
export function modelInfo(row: ModelRow) {
  return {
    type: 'model',
    id: row.id,
    display_name: row.name,
    line: row.line,
    lifecycle: row.lifecycle,
    created_at: `${row.released}T00:00:00Z`,
    deprecated_at: null,
    retires_at: null,
    max_input_tokens: row.contextTokens,
    max_tokens: row.maxOutputTokens,
    capabilities: capabilities(row),
  };
}

function capabilities(row: ModelRow) {
  const levels = Object.fromEntries(EFFORT_LEVELS.map(level => [level, supported(true)]));
  return {
    batch: supported(false),
    citations: supported(false),
    code_execution: supported(false),
    context_management: {
      ...supported(false),
      clear_thinking_20251015: null,
      clear_tool_uses_20250919: null,
      compact_20260112: null,
    },
    effort: { ...supported(true), ...levels },
    image_input: supported(true),
    pdf_input: supported(true),
    server_tools: { ...supported(false), code_execution: supported(false), web_search: supported(false) },
    structured_outputs: supported(true),
    thinking: { ...supported(true), types: thinkingTypes(row) },
  };
}

const thinkingTypes = (row: ModelRow) => ({
  adaptive: supported(true),
  enabled: supported(false),
  disabled: supported(row.thinkingOff === 'disabled'),
  between_tools: supported(row.thinkingOff === 'between_tools'),
});
