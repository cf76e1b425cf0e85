/** Numbers, times and states in the words and glyphs that a person reads. */
import type { CardView } from '../../src/board/view.ts';

const NANO = 1_000_000_000;

export function money(nano: number): string {
  const usd = nano / NANO;
  return `$${usd.toFixed(usd > 0 && usd < 0.01 ? 3 : 2)}`;
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min${minutes < 5 && seconds % 60 > 0 ? ` ${seconds % 60} s` : ''}`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** `20 to 60 min`, in hours where that is shorter. */
export function minutesRange({ low, high }: { low: number; high: number }): string {
  if (high <= 0) return 'any moment now';
  const [unit, per] = high > 120 ? ['h', 60] : ['min', 1];
  const [from, to] = [low, high].map(value => Math.max(value > 0 ? 1 : 0, Math.round(value / (per as number))));
  return from === to ? `about ${to} ${unit}` : `${from} to ${to} ${unit}`;
}

export const clock = (iso: string): string => new Date(iso).toTimeString().slice(0, 8);

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The plan's part of an id is the same for all its tasks, so it is left out where the whole stands in the title. */
export const shortId = ({ id, plan }: Pick<CardView, 'id' | 'plan'>): string =>
  plan !== null && id.startsWith(`${plan}-`) ? id.slice(plan.length + 1) : id;

interface Look {
  glyph: string;
  word: string;
}

const LOOKS: Record<string, Look> = {
  blocked: { glyph: '?', word: 'needs you' },
  running: { glyph: '▶', word: 'working' },
  submitted: { glyph: '⇢', word: 'being proven' },
  in_review: { glyph: '⇢', word: 'in review' },
  queued: { glyph: '⇢', word: 'waits to land' },
  ready: { glyph: '○', word: 'ready' },
  waiting: { glyph: '⋯', word: 'waiting' },
  deferred: { glyph: '‖', word: 'deferred' },
  landed: { glyph: '✓', word: 'landed' },
  cancelled: { glyph: '✗', word: 'cancelled' },
};

export const lookOf = (standing: string): Look =>
  LOOKS[standing] ?? { glyph: '·', word: standing.replaceAll('_', ' ') };

const BLOCKERS: Record<string, string> = {
  unclear_requirements: 'a question',
  human_review: 'your approval',
  merge_conflict: 'a merge conflict',
  dependency: 'a dependency',
  technical: 'a technical problem',
  budget: 'money',
  out_of_zone: 'a path outside its zone',
  refusal: 'the model declined',
};

export const blockerWord = (type: string): string => BLOCKERS[type] ?? type.replaceAll('_', ' ');

/** How what it needs is introduced. */
export const needWord = (type: string): string =>
  ({ unclear_requirements: 'It asks', human_review: 'It waits for your word' })[type] ??
  `It stopped (${blockerWord(type)}) and needs`;

/** Cut where a drawing has no room for more. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;

/** Ids in a sentence without the part that all tasks of a plan have in common. */
export const withShortIds = (text: string, plan: string | null): string =>
  plan === null ? text : text.replaceAll(`${plan}-`, '');

/** Groups in the order of the screen: what needs a person, what moves, what waits. */
export const COLUMNS: { title: string; standings: string[] }[] = [
  { title: 'Needs you', standings: ['blocked'] },
  { title: 'Ready', standings: ['ready'] },
  { title: 'Working', standings: ['running'] },
  { title: 'On its way in', standings: ['submitted', 'in_review', 'queued'] },
  { title: 'Waiting', standings: ['waiting', 'deferred'] },
  { title: 'Landed', standings: ['landed'] },
];

export const inStandings = (tasks: readonly CardView[], standings: readonly string[]): CardView[] =>
  tasks.filter(({ standing }) => standings.includes(standing));

/** Ready tasks as they will be taken; all others stay as they are. */
export const inLine = (tasks: readonly CardView[]): CardView[] =>
  [...tasks].sort((one, other) => (one.place ?? 0) - (other.place ?? 0));
