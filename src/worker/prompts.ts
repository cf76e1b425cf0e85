/** Words for the model about one task: the task file itself, and what it cannot know. */
import { handOverText } from '../agent/hand-over-texts.ts';
import type { Note } from '../agent/spec.ts';
import type { Role } from '../domain/role.ts';
import type { Tier } from '../domain/tier.ts';
import { ESCALATION_EDGES } from '../policy/escalation.ts';
import { STUB_MARK } from '../policy/stubs.ts';
import type { PersonNote, TaskState } from '../policy/task-state.ts';
import type { Zone } from '../policy/zones.ts';

export interface Dependency {
  id: string;
  summary: string;
  files: string[];
}

/** The first message: the task file as it stands is the prompt; the rest is what changed around it. */
export function taskOpening(
  taskText: string,
  dependencies: readonly Dependency[],
  zone: Zone,
  checks: readonly string[],
  notes: readonly string[],
  protocol = '',
  notReady = '',
  rules: readonly string[] = [],
): string {
  return [
    taskText.trim(),
    section('Your zone', zoneText(zone)),
    section('Checks that must pass', checks.map(check => `- \`${check}\``).join('\n')),
    section('Rules that code will check', rules.map(rule => `- ${rule}`).join('\n')),
    section('Landed before you', dependencies.map(dependencyText).join('\n\n')),
    section('Not there yet', notReady),
    section('How to ask and to report', protocol),
    section('What happened to this task so far', notes.map(note => fence(note)).join('\n\n')),
  ]
    .filter(text => text !== '')
    .join('\n\n');
}

/** How a tier reports and escalates (seed 1, communication protocols), in the role's own words where it has some. */
export function protocolOf(role: Role, tier: Tier): string {
  const { to, reasons } = ESCALATION_EDGES[tier];
  const gaps = { tier, reasons: `${reasons.join(', ')} (to ${to === 'person' ? 'a person' : to})` };
  const texts = [...(tier === 'haiku' ? [handOverText(role, 'report')] : []), handOverText(role, 'escalate', gaps)];
  return role.readOnly ? '' : texts.join('\n\n');
}

/** What a worker does about tasks of its `after:` that have not landed (seed 2, dependency not ready). */
export function notReadyText(role: Role, waiting: readonly { id: string; files: readonly string[] }[]): string {
  if (waiting.length === 0) return '';
  const tasks = waiting
    .map(
      ({ id, files }) => `- ${id}${files.length === 0 ? '' : `, which writes ${files.join(', ')}`}: ${STUB_MARK} ${id}`,
    )
    .join('\n');
  return handOverText(role, 'not_ready', { tasks });
}

const section = (title: string, body: string): string => (body === '' ? '' : `## ${title}\n\n${body}`);

function zoneText(zone: Zone): string {
  const role = zone.rolePaths === null ? '' : `\nof these only what lies in: ${zone.rolePaths.join(', ')}`;
  const widened = zone.widened.length > 0 ? `\nallowed for this task as well: ${zone.widened.join(', ')}` : '';
  return `You may write: ${zone.files.join(', ') || 'nothing'}${role}${widened}`;
}

const dependencyText = ({ id, summary, files }: Dependency): string =>
  `${id}: ${summary}${files.length > 0 ? `\nfiles: ${files.join(', ')}` : ''}`;

/** Notes carry output of commands and words of others: fenced, so that they read as material. */
const fence = (note: string): string => `~~~text\n${note.replaceAll('~~~', '~ ~ ~').slice(-12_000)}\n~~~`;

/** What a person says to the model at work: it is heard, and it allows nothing. */
export const noteText = ({ seq, text }: PersonNote): Note => ({
  id: seq,
  text: `A person who watches your work says:\n\n${fence(text)}\n\nTake it into account and go on. Zone, criteria and checks stay as they are.`,
});

/** The notes of the hand-over, newest last, and where the work so far is. */
export function handoverNotes(state: TaskState, diff: string): string[] {
  const notes = state.handovers.map(handover => handover.note);
  if (state.work === null || diff === '') return notes;
  return [...notes, `The worktree already holds the work so far. Its difference:\n${diff}`];
}

/**
 * What a resumed conversation hears: only what is new since it stopped. A worker that died with an answer in its hands
 * may not have told it, so interruptions since then are looked through.
 */
export function resumeNews(state: TaskState): string {
  const ended = state.attempts.filter(attempt => attempt.outcome !== null);
  const interrupted = ended.length - 1 - ended.findLastIndex(attempt => attempt.outcome !== 'interrupted');
  const last = state.handovers.at(-1 - interrupted);
  return last == null || last.session === null ? '' : `Answer to your question:\n\n${fence(last.note)}\n\nGo on.`;
}
