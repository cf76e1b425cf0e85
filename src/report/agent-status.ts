/** Where one agent stands, answered from the record without asking a model: the status questions of seed 2. */
import type { ChangedFile } from '../domain/blocker.ts';
import { type Board, type BoardTask, nextAgent } from '../policy/board.ts';
import { canonicalAgent } from '../policy/routing-table.ts';

export interface AgentStatus {
  agent: string;
  /** Landed, newest first. */
  completed: { id: string; title: string; at: string; files: ChangedFile[] }[];
  /** Running, or handed in and on its way. */
  current: { id: string; title: string; standing: string }[];
  /** What needs an answer, a decision or a person. */
  blocked: { id: string; type: string; reason: string | null; need: string }[];
  /** What came back or went to a stronger model: templates that did not fit, errors, feedback. */
  feedback: { id: string; about: string; note: string }[];
  /** Ready for it, the next to be taken first. */
  next: { id: string; title: string }[];
  /** Not ready yet, or stopped until others have moved on. */
  waiting: number;
}

/** `ready` are the ready tasks in the order in which workers take them. */
export function agentStatus(agent: string, board: Board, ready: readonly BoardTask[]): AgentStatus {
  const name = canonicalAgent(agent);
  const tasks = [...board.values()].filter(({ card }) => canonicalAgent(card.agent) === name);
  const isInHand = (task: BoardTask): boolean => canonicalAgent(nextAgent(task)) === name;
  return {
    agent,
    completed: tasks.flatMap(completedOf).sort((a, b) => b.at.localeCompare(a.at)),
    current: [...board.values()]
      .filter(task => ON_ITS_WAY.has(task.standing) && isInHand(task))
      .map(({ card, standing }) => ({ id: card.id, title: card.title, standing: standing.replaceAll('_', ' ') })),
    blocked: tasks.flatMap(blockedOf),
    feedback: tasks.flatMap(feedbackOf),
    next: ready.filter(isInHand).map(({ card }) => ({ id: card.id, title: card.title })),
    waiting: tasks.filter(({ standing }) => standing === 'waiting').length,
  };
}

const ON_ITS_WAY: ReadonlySet<string> = new Set(['running', 'submitted', 'in_review', 'queued']);

const completedOf = ({ card, state }: BoardTask): AgentStatus['completed'] =>
  state?.stage.kind === 'landed'
    ? [{ id: card.id, title: card.title, at: state.stage.at, files: state.submission?.files ?? [] }]
    : [];

function blockedOf({ card, state, standing }: BoardTask): AgentStatus['blocked'] {
  if (standing !== 'blocked' || state?.stage.kind !== 'blocked') return [];
  const { type, reason, need } = state.stage.blocker;
  return [{ id: card.id, type, reason: reason ?? null, need }];
}

function feedbackOf({ card, state }: BoardTask): AgentStatus['feedback'] {
  if (state === null) return [];
  const returns = state.returns.map(({ reason, note }) => ({ id: card.id, about: reason, note: firstLine(note) }));
  if (state.raisedTo === null) return returns;
  const { tier, reason, note } = state.raisedTo;
  return [...returns, { id: card.id, about: `${reason}, moved to ${tier}`, note: firstLine(note) }];
}

/** A heading that only announces something brings the line after it along. */
function firstLine(note: string): string {
  const [first = '', second = ''] = note.split('\n').filter(line => line.trim() !== '');
  return first.endsWith(':') ? `${first} ${second}` : first;
}

const MOST_COMPLETED = 10;

/** What the record answers to each status question, by the name of the gap that it fills in the role's text. */
export function statusAnswers(status: AgentStatus): Record<string, string> {
  const { completed, current, blocked, feedback, next, waiting, agent } = status;
  const created = completed.flatMap(({ files }) => files.filter(file => file.status === 'created')).length;
  const older = completed.length > MOST_COMPLETED ? [`… and ${completed.length - MOST_COMPLETED} before`] : [];
  return {
    agent,
    done: String(completed.length),
    created: `${created} ${created === 1 ? 'file' : 'files'}`,
    completed: lines([
      ...completed.slice(0, MOST_COMPLETED).map(task => `✓ ${task.id}  ${task.title} (${pathsOf(task.files)})`),
      ...older,
    ]),
    current: lines(current.map(task => `▶ ${task.id}  ${task.title} (${task.standing})`)),
    blocked: lines(blocked.map(task => `? ${task.id}  ${why(task)}: ${firstLine(task.need)}`)),
    feedback: lines(feedback.map(task => `✗ ${task.id}  ${task.about.replaceAll('_', ' ')}: ${task.note}`)),
    ready: `${next.length}${waiting === 0 ? '' : `, ${waiting} more wait`}`,
    next: lines(next.map(task => `· ${task.id}  ${task.title}`)),
  };
}

const lines = (entries: readonly string[]): string =>
  (entries.length === 0 ? ['nothing'] : entries).map(line => `  ${line}`).join('\n');

const why = ({ type, reason }: AgentStatus['blocked'][number]): string =>
  (reason === null ? type : `${type}, ${reason}`).replaceAll('_', ' ');

const MOST_PATHS = 4;

function pathsOf(files: readonly ChangedFile[]): string {
  const shown = files.slice(0, MOST_PATHS).map(({ path }) => path);
  const rest = files.length - shown.length;
  return files.length === 0 ? 'no files' : `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
