/** A tool: what the model is told about it, and what happens when it is called. A tool never throws and never ends the loop by itself. */
import * as z from 'zod';
import type { Blocker, DoneReport } from '../../domain/blocker.ts';
import type { ToolName } from '../../domain/role.ts';
import type { ToolSpec } from '../../model/claude.ts';

/** How a conversation ends from the inside. */
export type Ending = { kind: 'submit'; report: DoneReport } | { kind: 'block'; blocker: Blocker };

/** What the model reads back; `ends` closes the conversation after all results of the turn are in. */
export interface ToolAnswer {
  text: string;
  isError: boolean;
  ends?: Ending;
}

export interface Tool {
  name: ToolName;
  spec: ToolSpec;
  /** What the model is told to do when an answer was too long and is cut. */
  whenCut: string;
  /** `input` is whatever the model sent; the tool parses it and says what is wrong with it. */
  run(input: unknown, signal: AbortSignal): Promise<ToolAnswer>;
}

export const answer = (text: string): ToolAnswer => ({ text, isError: false });
export const refuse = (text: string): ToolAnswer => ({ text, isError: true });

/** Makes a tool from its schema, so that what the model is told and what is accepted cannot differ. */
export function defineTool<Shape extends z.ZodType>(
  name: ToolName,
  description: string,
  schema: Shape,
  run: (input: z.output<Shape>, signal: AbortSignal) => Promise<ToolAnswer>,
  whenCut = 'ask for less',
): Tool {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(schema, { io: 'input' });
  return {
    name,
    spec: { name, description, input_schema: { ...inputSchema, type: 'object' } },
    whenCut,
    run: async (input, signal) => {
      const parsed = schema.safeParse(input);
      return parsed.success ? await run(parsed.data, signal) : refuse(`${name}: ${z.prettifyError(parsed.error)}`);
    },
  };
}
