/** QUICKFIX is for trivial edits: one that has grown past fifty lines is built by sonnet (seed 4, QUICKFIX under 50 lines). */
import type { Tier } from '../domain/tier.ts';
import { isCut, linesByFile } from './diff-lines.ts';
import { canonicalAgent } from './routing-table.ts';

const MOST_LINES = 50;

/** The note for sonnet, or null when it is small enough, somebody else's, or sonnet's already; a patch that was cut is not small. */
export function outgrownNote(agent: string, tier: Tier, patch: string): string | null {
  if (canonicalAgent(agent) !== 'quickfix' || tier !== 'haiku') return null;
  const lines = linesByFile(patch).reduce((sum, { added, removed }) => sum + added.length + removed.length, 0);
  if (lines <= MOST_LINES && !isCut(patch)) return null;
  const size = isCut(patch)
    ? 'a difference that is too long to be counted'
    : `${lines} changed lines, more than ${MOST_LINES}`;
  return `This was to be a quick fix and has ${size}: no longer haiku's work. The worktree holds what there is. Judge whether all of it is needed, finish it, and submit.`;
}
