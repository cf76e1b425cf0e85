/** Every screen is a link: view, task, tab and moment all stand in the address. */
import { computed, signal } from '@preact/signals';

/** Each with the key that follows `g`, and the command that says the same in words. */
export const VIEWS = [
  { name: 'now', label: 'Now', key: 'n', line: 'kleiber status' },
  { name: 'board', label: 'Board', key: 'b', line: 'kleiber status --json' },
  { name: 'graph', label: 'Graph', key: 'g', line: 'kleiber report --md' },
  { name: 'timeline', label: 'Timeline', key: 't', line: 'kleiber report --md' },
  { name: 'budget', label: 'Budget', key: '$', line: 'kleiber budget --week' },
  { name: 'calibration', label: 'Calibration', key: 'c', line: 'kleiber calibrate' },
  { name: 'log', label: 'Log', key: 'l', line: 'kleiber log' },
] as const;

export type ViewName = (typeof VIEWS)[number]['name'] | 'task';

export interface Place {
  view: ViewName;
  task: string;
  tab: string;
  /** A position of the log: the board as it was then. Null is now. */
  at: number | null;
  find: string;
  /** A file of the difference that is open. */
  file: string;
}

function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view = '', task = '', tab = ''] = path.split('/').map(decodeURIComponent);
  const words = new URLSearchParams(query);
  const at = words.get('at');
  const isView = view === 'task' || VIEWS.some(({ name }) => name === view);
  return {
    view: isView ? (view as ViewName) : 'now',
    task,
    tab,
    at: at !== null && /^\d+$/.test(at) ? Number(at) : null,
    find: words.get('find') ?? '',
    file: words.get('file') ?? '',
  };
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const place = computed(() => placeOf(hash.value));

/** The moment stays while a person walks from view to view. */
export function hrefOf(change: Partial<Place>): string {
  const { view, task, tab, at, find, file } = { ...place.value, task: '', tab: '', find: '', file: '', ...change };
  const path = [view, task, tab].filter(part => part !== '').map(encodeURIComponent);
  const words = new URLSearchParams();
  if (at !== null) words.set('at', String(at));
  if (find !== '') words.set('find', find);
  if (file !== '') words.set('file', file);
  const query = words.toString();
  return `#/${path.join('/')}${query === '' ? '' : `?${query}`}`;
}

export const taskHref = (id: string, tab = ''): string => hrefOf({ view: 'task', task: id, tab });

export function goTo(change: Partial<Place>): void {
  location.hash = hrefOf(change);
}

/** Changes the address without a step in the history, as while a slider is drawn. */
export function slideTo(change: Partial<Place>): void {
  history.replaceState(null, '', hrefOf(change));
  hash.value = location.hash;
}
