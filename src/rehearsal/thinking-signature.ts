/**
 * Signatures of thinking blocks. One says which model thought, and is bound to the exact conversation before the block,
 * so that it proves itself without the server remembering anything: an edited history breaks it, a restart does not.
 */
import { digestOf, type PromptBlock, runningDigests } from './prompt-digest.ts';
import { isObject, type JsonObject } from './request-shape.ts';

const SEAL = 'kleiber rehearsal';

interface Signed {
  readonly model: string;
  /** Stands for the thinking itself, which the block may show only in part or not at all. */
  readonly thought: string;
  readonly seal: string;
}

/** `before` is the conversation's digest up to the block, `shown` the text that the block carries. */
export function signThinking(model: string, before: string, shown: string, thinking: string): string {
  const thought = digestOf(thinking);
  const signed: Signed = { model, thought, seal: sealOf(model, before, shown, thought) };
  return Buffer.from(JSON.stringify(signed)).toString('base64');
}

const sealOf = (model: string, before: string, shown: string, thought: string): string =>
  digestOf(SEAL, model, before, shown, thought);

/** Address of the first thinking block whose signature does not fit what stands before it; null when all fit. */
export function findBrokenThinking(model: string, blocks: readonly PromptBlock[]): string | null {
  if (!blocks.some(isThinking)) return null;
  const digests = runningDigests(model, blocks);
  const broken = blocks.find(
    (block, index) => isThinking(block) && !fits(model, digests[index - 1] ?? '', block.block),
  );
  return broken?.path ?? null;
}

const isThinking = ({ block }: PromptBlock): boolean => block.type === 'thinking';

/** A block of another model is not refused: the model that answers simply cannot read it. */
function fits(model: string, before: string, block: JsonObject): boolean {
  const signed = readSignature(String(block.signature));
  if (signed === null) return false;
  return signed.model !== model || signed.seal === sealOf(model, before, String(block.thinking), signed.thought);
}

function readSignature(text: string): Signed | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (!isObject(value)) return null;
    const { model, thought, seal } = value;
    if (typeof model !== 'string' || typeof thought !== 'string' || typeof seal !== 'string') return null;
    return { model, thought, seal };
  } catch {
    // Not one of ours: the caller refuses it like any other signature that does not fit.
    return null;
  }
}
