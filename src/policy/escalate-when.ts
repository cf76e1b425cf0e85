/**
 * What sends a task to opus from the start, per agent, by words in its text: the column "Escalate to Opus?" of seed 3,
 * and the project's own `escalate_when:`. It only raises; risks have a floor of their own.
 */
import type { Task } from '../domain/task.ts';
import { canonicalAgent } from './routing-table.ts';

/** Seed 3's column as words; an agent that is not in here is not raised by words of the seed. */
export const BUILT_IN_TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  testing: ['security-critical', 'security critical', 'security test', 'penetration test'],
  design: ['novel pattern', 'novel architectural', 'new architectural pattern', 'no precedent'],
  database: ['row level security', 'row-level security', 'rls'],
  api: ['security-sensitive', 'security sensitive', 'public endpoint', 'unauthenticated'],
  risk: ['security', 'breach', 'vulnerability'],
  dependency: ['novel vulnerability', 'unknown vulnerability', 'zero-day', 'zero day'],
};

/** `escalate_when:` of kleiber.yml: agent to words. */
export type OwnTriggers = Readonly<Record<string, readonly string[]>>;

/** Why a task is raised to opus, as a sentence for `because`; null when nothing raises it. */
export function triggerOf(task: Task, own: OwnTriggers): string | null {
  const agent = canonicalAgent(task.head.agent);
  const text = wordsOf(task);
  const builtIn = BUILT_IN_TRIGGERS[agent]?.find(word => says(text, word));
  if (builtIn !== undefined) return `it speaks of "${builtIn}" (seed 3, escalate to opus)`;
  const ours = Object.entries(own)
    .filter(([name]) => canonicalAgent(name) === agent)
    .flatMap(([name, words]) => words.filter(word => says(text, word)).map(word => [name, word] as const))[0];
  return ours === undefined ? null : `it speaks of "${ours[1]}" (kleiber.yml, escalate_when.${ours[0]})`;
}

/** What the task is about; constraints name what is not to be touched, so they do not count. */
const wordsOf = ({ head, body }: Task): string =>
  [head.title, body.description, body.context, ...body.acceptanceCriteria.map(({ text }) => text)]
    .join('\n')
    .toLowerCase();

/** Whole words only: `rls` is no part of `urls`. */
function says(text: string, word: string): boolean {
  const wanted = word.toLowerCase();
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
    if (!isLetter(text[at - 1]) && !isLetter(text[at + wanted.length])) return true;
  return false;
}

const isLetter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character);
