/** The one command that moves a blocked task, by what blocks it. */
import type { BlockerType } from '../domain/blocker.ts';

/** These ask nothing: once a person has mended what is named, the task is put back in line. */
const RETRIED: ReadonlySet<BlockerType> = new Set(['budget', 'technical', 'refusal', 'dependency']);

export function wayOut(type: BlockerType, id: string): string {
  if (type === 'human_review') return `kleiber review ${id}`;
  return RETRIED.has(type) ? `kleiber retry ${id}` : `kleiber answer ${id} "…"`;
}
