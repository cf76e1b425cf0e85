/** What stands in the frame: the first view is here, and the others come in a script of their own once it is drawn. */
import { effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { BoardSnapshot } from '../../src/board/view.ts';
import { Empty } from './parts.tsx';
import { place } from './route.ts';
import { board } from './state.ts';
import { Now } from './views/now.tsx';
import type { OTHERS } from './views/others.ts';

/** The drawing of the first view is not to share the processor with the reading of the others. */
const FIRST_DRAWN_MS = 100;

const others = signal<typeof OTHERS | 'coming' | 'missing'>('coming');

export function Contents({ board }: { board: BoardSnapshot }): JSX.Element {
  const { view } = place.value;
  if (view === 'now') return <Now board={board} />;
  if (others.value === 'coming') return <Empty>Reading …</Empty>;
  if (others.value === 'missing') return <Empty>This part of the page did not come. Load the page again.</Empty>;
  const Other = others.value[view];
  return <Other board={board} />;
}

async function readOthers(): Promise<void> {
  others.value = await import('./views/others.ts').then(
    ({ OTHERS }) => OTHERS,
    () => 'missing' as const,
  );
}

/** At once where one of them is wanted. */
export function startContents(): void {
  let isAsked = false;
  effect(() => {
    const isFirst = place.value.view === 'now';
    if (isAsked || (isFirst && board.value === null)) return;
    isAsked = true;
    setTimeout(readOthers, isFirst ? FIRST_DRAWN_MS : 0);
  });
}
