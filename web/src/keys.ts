/** Everything by keyboard: which key does what, in one table that the help and the foot of the page are made of. */
import { signal } from '@preact/signals';
import { sayWhyNot } from './act.tsx';
import { goTo, place, VIEWS } from './route.ts';
import { board } from './state.ts';
import { nextTheme } from './theme.ts';

/** The dialog that is open, if any. */
export const dialog = signal<'palette' | 'help' | null>(null);

interface Key {
  keys: string;
  does: string;
}

export const KEYS: readonly Key[] = [
  { keys: 'Ctrl K', does: 'find a task, a view or an action' },
  ...VIEWS.map(({ key, label }) => ({ keys: `g ${key}`, does: `go to ${label}` })),
  { keys: 'j k', does: 'next and previous task or line' },
  { keys: 'Enter', does: 'open it' },
  { keys: 'a', does: 'answer, or the first thing that can be done' },
  { keys: 'd', does: 'the diff of this task' },
  { keys: 'y', does: 'copy the id of this task' },
  { keys: '[ ]', does: 'one event back or forward in time' },
  { keys: '0', does: 'back to now' },
  { keys: '/', does: 'find in this view' },
  { keys: 'c', does: 'light, dark, or as the system has it' },
  { keys: '?', does: 'this help' },
];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

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
  a: () => {
    const button = nearest<HTMLButtonElement>('main button[data-action]');
    if (button !== null) button.click();
    else if (place.value.view === 'task') sayWhyNot();
  },
  d: () => {
    const task = currentTask();
    if (task !== null) goTo({ view: 'task', task, tab: 'diff' });
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
