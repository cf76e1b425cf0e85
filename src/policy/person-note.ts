/** What a person may say to the model at work, and when: a note is guidance on the way, never a way around a gate. */
import type { BoardTask } from './board.ts';
import { wayOut } from './way-out.ts';

/** More than a person types while they watch; whatever is longer belongs into the task file. */
export const LONGEST_NOTE = 4_000;

/** Null when somebody works on it, else why nobody would hear, with the command that helps instead. */
export function whyNotTold({ card: { id }, state, standing }: BoardTask): { why: string; instead: string } | null {
  switch (standing) {
    case 'running':
      return null;
    case 'blocked':
      return {
        why: `${id} waits for you and nobody works on it`,
        instead: state?.stage.kind === 'blocked' ? wayOut(state.stage.blocker.type, id) : `kleiber show ${id}`,
      };
    case 'waiting':
    case 'ready':
    case 'deferred':
      return {
        why: `${id} has not been started; what it needs to know stands in its file`,
        instead: `kleiber show ${id}`,
      };
    case 'submitted':
    case 'in_review':
    case 'queued':
      return { why: `${id} has handed in, and its conversation is over`, instead: `kleiber show ${id} --why` };
    case 'landed':
    case 'cancelled':
      return { why: `${id} is ${standing}, and its conversation is over`, instead: `kleiber retry ${id} --reason "…"` };
  }
}

/** Null for a note of a size that is sent; else what is wrong with it. */
export function noteFault(text: string): string | null {
  if (text.trim() === '') return 'there is nothing to tell';
  return text.length <= LONGEST_NOTE
    ? null
    : `a note has at most ${LONGEST_NOTE} characters, this one has ${text.length}; put it into a file that the task may read`;
}
