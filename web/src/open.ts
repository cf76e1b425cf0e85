/** The first script of the page, and small: it lets the person in and asks for the board while the others are still being read. */
import { askAhead, useToken } from './source.ts';

async function open(): Promise<void> {
  await useToken();
  if (!/[?&]at=/.test(location.hash)) askAhead('/api/board');
}

/** Nothing may be asked for before. */
export const opened = open();
