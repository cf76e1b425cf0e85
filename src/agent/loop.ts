/**
 * The loop: one model query and the results of its tool calls, until somebody says stop. It knows no tasks and no
 * gates; it takes instructions, tools and limits, and returns a named outcome. It never dies of a tool.
 */
import { unreachable } from '../domain/result.ts';
import type { Reply } from '../model/claude.ts';
import { withoutDate } from '../model/models.ts';
import { MOST_OUTPUT_TOKENS } from '../policy/budget.ts';
import type { Raise } from '../policy/raise.ts';
import { inputBound, openRun, type Run, tell, tellNotes } from './conversation.ts';
import { paidTurn } from './paid-turn.ts';
import { repetitionWatch } from './repetition.ts';
import type { AgentEdges, AgentOutcome, AgentSpec } from './spec.ts';
import { type Repetition, useTools } from './use-tools.ts';

const MOST_REMINDERS = 2;

export async function runAgent(spec: AgentSpec, edges: AgentEdges): Promise<AgentOutcome> {
  const run = openRun(spec, edges);
  const repetition = repetitionWatch();
  for (let turn = 1; turn <= spec.limits.turns; turn++) {
    if (edges.signal.aborted) return { kind: 'stopped' };
    if (run.lastInput !== null && run.lastInput.tokens > spec.limits.promptTokens) return { kind: 'context_full' };
    tellNotes(run);
    const replied = await paidTurn(run, turn);
    if (replied.kind !== 'reply') return replied;
    const next = await afterReply(run, replied.reply, replied.maxTokens, repetition);
    if (next !== null) return next;
    if (!(await edges.afterTurn(turn))) return { kind: 'stopped' };
  }
  return { kind: 'turn_limit', turns: spec.limits.turns };
}

/** What a reply means; null means: on to the next turn. */
async function afterReply(
  run: Run,
  reply: Reply,
  maxTokens: number,
  repetition: Repetition,
): Promise<AgentOutcome | null> {
  const { model } = run.spec.preamble;
  if (withoutDate(reply.model) !== withoutDate(model))
    return { kind: 'wrong_model', routed: model, answered: reply.model };
  if (reply.text !== '') run.edges.watch?.({ type: 'text', text: reply.text });
  switch (reply.stop) {
    case 'tool_use':
      return reply.toolCalls.length === 0 ? remind(run) : await useTools(run, reply, repetition);
    case 'pause_turn':
      return null;
    case 'refusal':
      return { kind: 'refused', category: reply.refusalCategory };
    case 'model_context_window_exceeded':
      return { kind: 'context_full' };
    case 'max_tokens':
      return maxTokens < MOST_OUTPUT_TOKENS
        ? { kind: 'budget', scope: 'ceiling', raises: raisesForWhole(run) }
        : { kind: 'stuck', detail: 'a reply reached the output limit' };
    case 'end_turn':
    case 'stop_sequence':
      return run.spec.endsBy === 'answer' ? { kind: 'answered', text: reply.text, model: reply.model } : remind(run);
    default:
      return unreachable(reply.stop);
  }
}

/** What stands in the way of a reply that nothing cuts. */
const raisesForWhole = (run: Run): Raise[] =>
  run.edges.meter.raises(inputBound(run), run.spec.cacheLife, MOST_OUTPUT_TOKENS);

/** A worker that just stops has not handed in; it is told so twice. */
function remind(run: Run): AgentOutcome | null {
  if (run.reminders >= MOST_REMINDERS) return { kind: 'no_submission' };
  run.reminders++;
  tell(
    run,
    'You stopped without a tool call. Go on; when every criterion is met call submit, and when you cannot go on call block.',
  );
  return null;
}
