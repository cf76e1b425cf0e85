/** What only some views need comes once the first is drawn, so that nobody waits for it who does not look at it. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Libraries } from './libraries.ts';
import { Empty } from './parts.tsx';
import { answered, FIRST_ANSWER_MS } from './state.ts';

/** The drawing of the first view is not to share the processor with the reading of the libraries. */
const FIRST_DRAWN_MS = 300;
const SCRIPT = '/libraries.js';

const arrived = signal<Libraries | 'coming' | 'missing'>(globalThis.kleiberLibraries ?? 'coming');
let isAsked = false;

async function read(): Promise<void> {
  if (isAsked || arrived.value !== 'coming') return;
  isAsked = true;
  await import(/* @vite-ignore */ SCRIPT).catch(() => undefined);
  arrived.value = globalThis.kleiberLibraries ?? 'missing';
}

/** What `draw` makes of the libraries, or a word of why it is not there yet. */
export function WithLibraries({ draw }: { draw(libraries: Libraries): JSX.Element }): JSX.Element {
  const found = arrived.value;
  if (found === 'missing') return <Empty>This part of the page did not come. Load the page again.</Empty>;
  if (found !== 'coming') return draw(found);
  void read();
  return <Empty>Reading …</Empty>;
}

/** What grows when they arrive is to be scrolled again. */
export const hasLibraries = (): boolean => arrived.value !== 'coming';

export const startLazy = (): void => void answered(FIRST_ANSWER_MS).then(() => setTimeout(read, FIRST_DRAWN_MS));
