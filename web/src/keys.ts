/** Everything by keyboard: which key does what and where, in one table that the help and the foot of the page are made of. */
import { signal } from '@preact/signals';
import { actionKey, openAction, run, sayWhyNot } from './act.tsx';
import { goTo, place, VIEWS, type ViewName } from './route.ts';
import { source } from './source.ts';
import { board } from './state.ts';
import { nextTheme } from './theme.ts';

/** The dialog that is open, if any. */
export const dialog = signal<'palette' | 'help' | null>(null);

interface Key {
  keys: string;
  does: string;
  /** For the foot of the page, where there is room for a word or two. */
  short: string;
  /** The views in which it does something; everywhere without them. */
  on?: ViewName[];
}

export const KEYS: readonly Key[] = [
  { keys: 'a', does: 'answer, or the first thing that can be done', short: 'answer', on: ['now', 'task'] },
  { keys: 'r', does: 'review: the difference of what waits for your word', short: 'review', on: ['now', 'board'] },
  { keys: 'J', does: 'move the ready task behind the next', short: 'move down', on: ['board'] },
  { keys: 'K', does: 'move the ready task before the one above', short: 'move up', on: ['board'] },
  { keys: 'd', does: 'the diff of this task', short: 'diff', on: ['now', 'board', 'graph', 'task'] },
  { keys: 't', does: 'the transcript, and a word to the model at work', short: 'transcript', on: ['task'] },
  { keys: 'y', does: 'copy the id of this task', short: 'copy id', on: ['now', 'board', 'graph', 'task'] },
  { keys: '/', does: 'find in this view', short: 'find here', on: ['board', 'log'] },
  {
    keys: '[ ]',
    does: 'one event back or forward in time',
    short: 'through time',
    on: ['log', 'board', 'graph', 'now'],
  },
  { keys: '0', does: 'back to now', short: 'now', on: ['log', 'board', 'graph', 'now'] },
  { keys: 'j k', does: 'next and previous task or line', short: 'next, previous' },
  { keys: 'Enter', does: 'open it', short: 'open' },
  { keys: 'Ctrl K', does: 'find a task, a view, an action or a command', short: 'find' },
  ...VIEWS.map(({ key, label }) => ({ keys: `g ${key}`, does: `go to ${label}`, short: label })),
  { keys: 'c', does: 'light, dark, or as the system has it', short: 'theme' },
  { keys: '?', does: 'this help', short: 'help' },
];

/** Those of the present view first. */
export function keysHere(): Key[] {
  const { view } = place.value;
  const own = KEYS.filter(({ on }) => on?.includes(view));
  return [...own, ...KEYS.filter(({ on }) => on === undefined)];
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)));

/** The first key of a pair, while its second is waited for. */
let pending = '';

export function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    dialog.value = dialog.value === 'palette' ? null : 'palette';
    return;
  }
  if (dialog.value !== null || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const wasPending = pending;
  pending = '';
  if (wasPending === 'g') {
    const view = VIEWS.find(({ key }) => key === event.key);
    if (view !== undefined) goTo({ view: view.name });
    return;
  }
  const action = ACTIONS[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

const ACTIONS: Record<string, () => void> = {
  g: () => {
    pending = 'g';
  },
  j: () => step(1),
  k: () => step(-1),
  J: () => moveCurrent('down'),
  K: () => moveCurrent('up'),
  a: () => {
    const button = nearest<HTMLButtonElement>('main button[data-action]');
    if (button !== null) button.click();
    else if (place.value.view === 'task') sayWhyNot();
  },
  r: review,
  d: () => {
    const task = currentTask();
    if (task !== null) goTo({ view: 'task', task, tab: 'diff' });
  },
  t: () => {
    const task = currentTask();
    if (task !== null) goTo({ view: 'task', task, tab: 'transcript' });
  },
  y: () => {
    const task = currentTask();
    if (task !== null) navigator.clipboard?.writeText(task);
  },
  '[': () => travel(-1),
  ']': () => travel(1),
  '0': () => goTo({ ...place.value, at: null }),
  '/': () => document.querySelector<HTMLInputElement>('[data-find]')?.focus(),
  c: nextTheme,
  '?': () => {
    dialog.value = 'help';
  },
};

/** In the item that has the focus, else anywhere. */
const nearest = <Found extends Element>(selector: string): Found | null =>
  document.activeElement?.closest('[data-task]')?.querySelector<Found>(selector) ??
  document.querySelector<Found>(selector);

const currentTask = (): string | null =>
  document.activeElement?.closest<HTMLElement>('[data-task]')?.dataset.task ??
  (place.value.view === 'task' ? place.value.task : null);

function step(by: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>('main [data-item]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = at === -1 ? (by === 1 ? 0 : items.length - 1) : at + by;
  items[next]?.focus();
}

function travel(by: 1 | -1): void {
  const now = board.value;
  if (now === null) return;
  const next = now.position + by;
  goTo({ ...place.value, at: next >= now.last ? null : Math.max(1, next) });
}

/** Of the task that has the focus, else of the first that waits for a person's word. */
function review(): void {
  const waits = board.value?.tasks.filter(({ blocker }) => blocker?.type === 'human_review') ?? [];
  const task = waits.find(({ id }) => id === currentTask()) ?? waits[0];
  if (task === undefined) return;
  openAction.value = actionKey(task.id, 'approve');
  goTo({ view: 'task', task: task.id, tab: 'diff' });
}

/** A key that cannot do anything says why, as the command does. */
function moveCurrent(way: 'up' | 'down'): void {
  const task = currentTask();
  if (task === null || !source.isLive || board.value?.isPast !== false) return;
  run({ name: 'move', task, text: way, widen: '', commit: '' });
}
