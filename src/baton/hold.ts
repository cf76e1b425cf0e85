/** Holding: something that one process at a time may have, taken from a dead holder and never from a live one. */
import type { HoldEvent, Stored } from '../domain/event.ts';
import type { Liveness, Owner } from '../domain/owner.ts';
import { sameOwner } from '../domain/owner.ts';
import type { Baton } from './baton.ts';

export interface Holder {
  baton: Baton;
  owner: Owner;
  liveness(owner: Owner): Liveness;
  /** ISO 8601. */
  at(): string;
}

/** True when it is ours now. A second hold by the same process is refused like anybody else's. */
export function tryHold(holder: Holder, stream: string): boolean {
  const last = holder.baton.read(stream).at(-1);
  const current = holderOf(last);
  if (current !== null && holder.liveness(current) !== 'dead') return false;
  const event: HoldEvent = { kind: 'held', owner: holder.owner };
  return holder.baton.append({ stream, seq: (last?.seq ?? 0) + 1, event, at: holder.at() }) === 'appended';
}

/** Gives it back; nothing happens when it is not ours any more. */
export function letGo(holder: Holder, stream: string): void {
  const last = holder.baton.read(stream).at(-1);
  const current = holderOf(last);
  if (last === undefined || current === null || !sameOwner(current, holder.owner)) return;
  holder.baton.append({ stream, seq: last.seq + 1, event: { kind: 'let_go', owner: holder.owner }, at: holder.at() });
}

/** Who holds it, dead or alive; null when nobody does. */
export function currentHolder(baton: Baton, stream: string): Owner | null {
  return holderOf(baton.read(stream).at(-1));
}

/** Somebody who lives, as far as can be told, holds it. */
export function isHeld({ baton, liveness }: Holder, stream: string): boolean {
  const current = currentHolder(baton, stream);
  return current !== null && liveness(current) !== 'dead';
}

const holderOf = (last: Stored | undefined): Owner | null => (last?.event.kind === 'held' ? last.event.owner : null);
