/** What the page knows, as signals: the board, whether it is fresh, and what each view has asked for. */
import { effect, signal } from '@preact/signals';
import type { BoardSnapshot } from '../../src/board/view.ts';
import { place } from './route.ts';
import { NotLetIn, source } from './source.ts';

export const board = signal<BoardSnapshot | null>(null);

/** `fresh`: the stream is open. `stale`: nothing was heard for a while. `locked`: the token is missing. */
export const connection = signal<'opening' | 'fresh' | 'stale' | 'locked'>('opening');

/** Counts up whenever something has moved, so that what a view has read besides the board is read again. */
export const moved = signal(0);

/** The clock of the page, for ages; a second is fine enough. */
export const nowMs = signal(Date.now());

/** The width of the page, for drawings that fill it. */
export const pageWidth = signal(Math.min(innerWidth, 1440));
addEventListener('resize', () => {
  pageWidth.value = Math.min(innerWidth, 1440);
});

/** Where the frame ends, for what stays in view below it. */
export const topHeight = signal(0);

const STALE_MS = 5_000;
const REST_MS = 250;
const SETTLED_MS = 500;
export const FIRST_ANSWER_MS = 1_000;

let heardMs = Date.now();
let reading: Promise<void> | null = null;
let isAskedAgain = false;

const boardPath = (): string => (place.value.at === null ? '/api/board' : `/api/board?at=${place.value.at}`);

/** One reading at a time; whatever is asked for meanwhile is one more reading after it. */
export function refresh(): void {
  if (reading !== null) {
    isAskedAgain = true;
    return;
  }
  reading = read().finally(() => {
    reading = null;
    if (isAskedAgain) setTimeout(refresh, REST_MS);
    isAskedAgain = false;
  });
}

function take(value: BoardSnapshot | null): void {
  if (value !== null) board.value = value;
  moved.value += 1;
  if (connection.value === 'locked') connection.value = 'fresh';
}

async function read(): Promise<void> {
  try {
    const path = boardPath();
    const value = await source.get<BoardSnapshot>(path);
    take(path === boardPath() ? value : null);
  } catch (error) {
    if (error instanceof NotLetIn) connection.value = 'locked';
  }
}

function listen(): void {
  const stream = new EventSource('/api/feed');
  const hear = (): void => {
    heardMs = Date.now();
    if (connection.value !== 'locked') connection.value = 'fresh';
  };
  let isFirst = true;
  stream.addEventListener('moved', ({ data }) => {
    hear();
    // The first tells what was just read, and to read it again at once would only keep it from being drawn.
    const isKnown = isFirst && JSON.parse(data).position === board.value?.position;
    isFirst = false;
    if (isKnown) setTimeout(refresh, SETTLED_MS);
    else refresh();
  });
  stream.addEventListener('pulse', () => {
    hear();
    // What a model does at this moment is no event.
    if (board.value?.tasks.some(({ standing }) => standing === 'running')) refresh();
  });
  stream.addEventListener('error', () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    // The browser gives up after a refusal; a board that is started again is found again.
    stream.close();
    setTimeout(() => {
      refresh();
      listen();
    }, 1_000);
  });
}

/** Ends with the first answer, be it a refusal, and without one after `mostMs`. */
export const answered = (mostMs: number): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, mostMs);
    effect(() => {
      if (moved.value > 0 || connection.value === 'locked') resolve();
    });
  });

/** `first` is the board of now where it has come already. */
export function start(first: BoardSnapshot | null): void {
  let isFirst = first !== null && place.value.at === null;
  if (isFirst) take(first);
  effect(() => {
    boardPath();
    if (!isFirst) refresh();
    isFirst = false;
  });
  if (!source.isLive) {
    connection.value = 'fresh';
    return;
  }
  // What is to be drawn first has the machine to itself.
  void answered(FIRST_ANSWER_MS).then(listen);
  setInterval(() => {
    nowMs.value = Date.now();
    if (connection.value === 'fresh' && Date.now() - heardMs > STALE_MS) connection.value = 'stale';
  }, 1_000);
}
