/** Why a ready task was not taken, whether that passes by itself, and how a person is told of it once. */
import type { BoardTask } from '../policy/board.ts';
import type { Refused } from './edges.ts';

export type ClaimRefusal =
  | { reason: 'lost' }
  | { reason: 'lane_full' }
  | { reason: 'other_tier' }
  /** A person has paused everything, just now. */
  | { reason: 'paused' }
  /** `routing: manual`, and nobody has chosen a model for it. */
  | { reason: 'no_choice'; detail: string }
  | { reason: 'unfit'; detail: string }
  | { reason: 'no_target'; detail: string }
  /** The conductor has not run the checks on the base yet. */
  | { reason: 'baseline_pending' }
  | { reason: 'baseline_not_green'; detail: string }
  | { reason: 'parked'; detail: string }
  /** Money is too short for it now; it comes back by itself. */
  | { reason: 'deferred' }
  /** The log was lost, but git knows that this work is done. */
  | { reason: 'landed_before'; detail: string };

const PASSING: ReadonlySet<ClaimRefusal['reason']> = new Set(['lost', 'lane_full', 'landed_before', 'paused']);

/** Whether it passes by itself, so that a worker may wait for it. */
export const isPassing = ({ reason }: ClaimRefusal): boolean => PASSING.has(reason);

/** Says why a ready task is not taken, once per reason, and remembers what stood in the way last. */
export function refusalNotes(notice: (text: string) => void) {
  const said = new Set<string>();
  const standing = new Map<string, Refused>();
  const forget = (task: BoardTask): void => {
    standing.delete(task.card.id);
  };
  return {
    forget,
    standing: (): Refused[] => [...standing.values()],
    note: (task: BoardTask, refusal: ClaimRefusal): void => {
      const { reason } = refusal;
      forget(task);
      if (reason === 'unfit' || reason === 'no_target' || reason === 'baseline_not_green' || reason === 'no_choice')
        standing.set(task.card.id, { id: task.card.id, reason });
      if (!('detail' in refusal)) return;
      const text = `${task.card.id} is not started: ${refusal.detail}`;
      if (!said.has(text)) notice(text);
      said.add(text);
    },
  };
}
