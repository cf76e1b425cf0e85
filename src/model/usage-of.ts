/** The API's token counts in ours. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Usage } from '../domain/money.ts';
import type { CacheLife } from './prices.ts';

/** What is read of the API's usage; a proxy may leave out anything. */
export type ReportedUsage = Partial<
  Pick<
    Anthropic.Usage,
    | 'input_tokens'
    | 'output_tokens'
    | 'output_tokens_details'
    | 'cache_read_input_tokens'
    | 'cache_creation_input_tokens'
    | 'cache_creation'
  >
>;

/**
 * Null when the counts are missing or no counts at all, because an unknown usage must never be booked as zero. Written
 * tokens without a split by life count for the life that the request asked for.
 */
export function usageOf(reported: ReportedUsage | null | undefined, cacheLife: CacheLife): Usage | null {
  const input = countOf(reported?.input_tokens);
  const output = countOf(reported?.output_tokens);
  const cacheRead = countOf(reported?.cache_read_input_tokens ?? 0);
  const written = countOf(reported?.cache_creation_input_tokens ?? 0);
  if (input === null || output === null || cacheRead === null || written === null) return null;
  const split = reported?.cache_creation;
  const hour = Math.min(written, countOf(split?.ephemeral_1h_input_tokens) ?? 0);
  const minutes = Math.min(written - hour, countOf(split?.ephemeral_5m_input_tokens) ?? 0);
  const rest = written - hour - minutes;
  const thinking = countOf(reported?.output_tokens_details?.thinking_tokens);
  return {
    input,
    output,
    // More thought than written is no count; like a missing one it is unknown, and never zero.
    ...(thinking === null || thinking > output ? {} : { thinking }),
    cacheRead,
    cacheWrite5m: minutes + (cacheLife === '5m' ? rest : 0),
    cacheWrite1h: hour + (cacheLife === '1h' ? rest : 0),
  };
}

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
