/** A conversation as a scripted agent sees it: nothing but the request, read the way a model would read it. */
import { blocksOf, type MessagesRequest, type MessageTurn } from './request-shape.ts';

export interface ToolOutcome {
  readonly text: string;
  readonly isError: boolean;
}

export interface Talk {
  /** The role's part of the system prompt. */
  readonly system: string;
  /** The first message: the task, or what a planner or reviewer starts from. */
  readonly opening: string;
  /** The newest words that are no tool result: an answer, feedback, or the opening itself. */
  readonly news: string;
  /** How often it has spoken already. */
  readonly spoken: number;
  /** What its last tool calls gave, in order. */
  readonly outcomes: readonly ToolOutcome[];
}

export function talkOf(request: MessagesRequest): Talk {
  const texts = request.messages.filter(({ role }) => role === 'user').flatMap(textsOf);
  return {
    system: blocksOf(request.system, 'system')
      .map(({ block }) => String(block.text ?? ''))
      .join('\n'),
    opening: texts[0] ?? '',
    news: texts.at(-1) ?? '',
    spoken: request.messages.filter(({ role }) => role === 'assistant').length,
    outcomes: outcomesOf(request),
  };
}

const textsOf = ({ content }: MessageTurn): string[] =>
  blocksOf(content, '')
    .filter(({ block }) => block.type === 'text')
    .map(({ block }) => String(block.text));

function outcomesOf({ messages }: MessagesRequest): ToolOutcome[] {
  const answered = messages.findLast(({ content }) => resultsOf(content).length > 0);
  return answered === undefined ? [] : resultsOf(answered.content);
}

const resultsOf = (content: MessageTurn['content']): ToolOutcome[] =>
  blocksOf(content, '')
    .filter(({ block }) => block.type === 'tool_result')
    .map(({ block }) => ({ text: resultText(block.content), isError: block.is_error === true }));

const resultText = (content: unknown): string =>
  blocksOf(content, '')
    .map(({ block }) => String(block.text ?? ''))
    .join('\n');

/** `cart-view` of `id: p1ab2-04-cart-view`, and all of an id that no plan gave; empty where the opening is no task. */
export const taskKeyOf = ({ opening }: Talk): string => /^id: (?:\S+?-\d\d-)?(\S+)$/m.exec(opening)?.[1] ?? '';
