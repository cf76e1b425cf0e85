/** Tool calls and their results: whatever a tool does, the loop goes on with an answer that the model can read. */
import type { Reply, ToolCall, ToolResult } from '../model/claude.ts';
import { type Run, say, sendable } from './conversation.ts';
import { cutText } from './cut.ts';
import { REDACTED } from './redact.ts';
import type { repetitionWatch } from './repetition.ts';
import type { AgentOutcome } from './spec.ts';
import type { Ending, Tool, ToolAnswer } from './tools/tool.ts';

export type Repetition = ReturnType<typeof repetitionWatch>;

/** All calls of a turn are answered in one message, in order; an ending counts once every call has its answer. */
export async function useTools(run: Run, reply: Reply, repetition: Repetition): Promise<AgentOutcome | null> {
  const results: ToolResult[] = [];
  let ending: Ending | null = null;
  let stuck: string | null = null;
  for (const call of reply.toolCalls) {
    const tool = run.spec.tools.find(candidate => candidate.name === call.name);
    const given: ToolAnswer =
      ending === null
        ? await callTool(run, call, tool)
        : { text: 'not run: the work is already handed in', isError: true };
    const hint = repetition.note(call, given.text);
    stuck ??= hint === 'stop' ? `${call.name} was called again and again with the same result` : null;
    // Secrets go first: half a key at the edge of a cut looks like nothing any more.
    const text =
      cutText(sendable(run, given.text), tool?.whenCut ?? 'ask for less') +
      (hint === 'hint' ? '\n\nThis is the same call with the same result as before. Try something else.' : '');
    results.push({
      type: 'tool_result',
      tool_use_id: call.id,
      content: text.trim() === '' ? '(no output)' : text,
      ...(given.isError ? { is_error: true } : {}),
    });
    if (given.ends !== undefined) ending = given.ends;
  }
  say(run, { role: 'user', content: results });
  if (ending !== null) return { kind: 'ended_itself', ending, model: reply.model };
  return stuck === null ? null : { kind: 'stuck', detail: stuck };
}

/** The secret was taken out of the call before it was journalled, and what is left is not what was meant. */
const HELD_A_SECRET = `not run: the input held something that looks like a secret key, and ${REDACTED} stands in its place. Write a placeholder that looks like no key, or read it from the environment.`;

export const notJson = (name: string): string => `the input of ${name} was not valid JSON; nothing was run`;

/** Unknown tool, bad input, a tool that throws: all become a result that the model reads. */
async function callTool(run: Run, call: ToolCall, tool: Tool | undefined): Promise<ToolAnswer> {
  if (tool === undefined) return { text: `there is no tool ${call.name}`, isError: true };
  if (call.input === null) return { text: notJson(call.name), isError: true };
  if (JSON.stringify(call.input).includes(REDACTED)) return { text: HELD_A_SECRET, isError: true };
  run.edges.watch?.({ type: 'tool', name: call.name, input: call.input });
  try {
    return await tool.run(call.input, run.edges.signal);
  } catch (error) {
    return { text: `${call.name} failed: ${error instanceof Error ? error.message : String(error)}`, isError: true };
  }
}
