/** The whole rule table, in the order in which a request is judged. */
import type { ApiError } from './api-error.ts';
import type { Incoming, Rule, RuleContext } from './rule.ts';
import { ENVELOPE_RULES } from './rules-envelope.ts';
import { CONVERSATION_RULES, HISTORY_RULES } from './rules-messages.ts';
import { PARAMETER_RULES } from './rules-parameters.ts';
import { MARK_RULES, TOOL_RULES } from './rules-tools.ts';

export const RULES = [
  ...ENVELOPE_RULES,
  ...PARAMETER_RULES,
  ...TOOL_RULES,
  ...CONVERSATION_RULES,
  ...MARK_RULES,
  ...HISTORY_RULES,
] as const satisfies readonly Rule[];

export type RuleId = (typeof RULES)[number]['id'];

export interface Refusal {
  readonly rule: RuleId;
  readonly error: ApiError;
}

/** The first rule that the request breaks; null when it may be answered. */
export function findRefusal(request: Incoming, context: RuleContext): Refusal | null {
  const rules = request.endpoint === 'models' ? ENVELOPE_RULES : RULES;
  for (const { id, reject } of rules) {
    const error = reject(request, context);
    if (error !== null) return { rule: id, error };
  }
  return null;
}
