/**
 * The meter: no request leaves before its worst case is reserved under every cap, and every reply is settled to what it
 * really cost. Each try reserves anew.
 */
import type { Ledger, Purpose, ReserveOutcome } from '../baton/ledger.ts';
import type { Clock } from '../domain/clock.ts';
import type { NanoUsd, Usage } from '../domain/money.ts';
import { addUsage, NO_USAGE, type Spend } from '../domain/money.ts';
import type { Owner } from '../domain/owner.ts';
import type { CapScope } from '../domain/reservation.ts';
import { type Caps, decideReservation, type Kept, openCaps, type RequestPrice } from '../policy/budget.ts';
import { type Raise, raisesOf } from '../policy/raise.ts';

/** Prices a request and a reply; null means nobody knows, which is a refusal and never zero. */
export interface PriceOf {
  worst(model: string, inputTokens: number, cacheLife: '5m' | '1h', day: string): RequestPrice | null;
  cost(model: string, usage: Usage, day: string): NanoUsd | null;
}

export type MeterOutcome =
  | { kind: 'granted'; reservation: string; maxTokens: number }
  | { kind: 'denied'; scope: CapScope }
  | { kind: 'unpriced' }
  | { kind: 'stopped' };

export interface Meter {
  /** Waits while only other open reservations are in the way. */
  reserve(inputTokens: number, cacheLife: '5m' | '1h', signal: AbortSignal): Promise<MeterOutcome>;
  settle(reservation: string, usage: Usage): void;
  /** Nobody knows what was billed, so all of it counts as spent. */
  settleInFull(reservation: string): void;
  spent(): Spend;
  /** The caps that stand in the way of a request with so much output, as things stand now. */
  raises(inputTokens: number, cacheLife: '5m' | '1h', outputTokens: number): Raise[];
}

export interface MeterEdges {
  ledger: Ledger;
  clock: Clock;
  owner: Owner;
  price: PriceOf;
  /** As they are configured, and what of them this session must leave. */
  caps: Caps;
  kept: Kept;
  /** Work that the reserve is kept for (p0, security): when money is short it is served before all others. */
  urgent: boolean;
}

const WAIT_MS = 200;
/** Who stands far behind asks more seldom. */
const MOST_PAUSES = 10;

/** One meter per session. `purpose` says what the money is for. */
export function openMeter(purpose: Purpose, edges: MeterEdges): Meter {
  let spend: Spend = { usage: NO_USAGE, cost: 0 };
  /** A reply costs what its reservation was priced at, also across midnight. */
  const open = new Map<string, { day: string; reserved: NanoUsd }>();
  const caps = openCaps(edges.caps, edges.kept);
  const today = (): { at: string; day: string; week: string } => calendarOf(edges.clock.now());
  const bookInFull = (reservation: string): void => {
    if (edges.ledger.settleInFull(reservation))
      spend = { ...spend, cost: spend.cost + (open.get(reservation)?.reserved ?? 0) };
  };
  return {
    reserve: async (inputTokens, cacheLife, signal) => {
      let ticket: string | null = null;
      while (!signal.aborted) {
        const when = { ...today(), owner: edges.owner };
        const price = edges.price.worst(purpose.model, inputTokens, cacheLife, when.day);
        if (price === null) break;
        const outcome: ReserveOutcome<number> = edges.ledger.reserve(
          purpose,
          when,
          { ticket, urgent: edges.urgent },
          standings => decideReservation(standings, caps, price, inputTokens),
        );
        if (outcome.kind === 'granted') {
          const reserved = price.input + outcome.grant * price.perOutputToken;
          open.set(outcome.reservation, { day: when.day, reserved });
          return { kind: 'granted', reservation: outcome.reservation, maxTokens: outcome.grant };
        }
        if (outcome.kind === 'denied') return outcome;
        ticket = outcome.ticket;
        await edges.clock.sleep(WAIT_MS * Math.min(1 + outcome.ahead, MOST_PAUSES), signal);
      }
      if (ticket !== null) edges.ledger.leave(ticket);
      return signal.aborted ? { kind: 'stopped' } : { kind: 'unpriced' };
    },
    settle: (reservation, usage) => {
      const cost = edges.price.cost(purpose.model, usage, open.get(reservation)?.day ?? today().day);
      if (cost === null) bookInFull(reservation);
      else if (edges.ledger.settle(reservation, usage, cost))
        spend = { usage: addUsage(spend.usage, usage), cost: spend.cost + cost };
    },
    settleInFull: bookInFull,
    spent: () => spend,
    raises: (inputTokens, cacheLife, outputTokens) => {
      const { day, week } = today();
      const price = edges.price.worst(purpose.model, inputTokens, cacheLife, day);
      if (price === null) return [];
      const standings = edges.ledger.standings({ ...purpose, day, week });
      return raisesOf({
        standings,
        caps: edges.caps,
        kept: edges.kept,
        price,
        inputTokens,
        outputTokens,
        tier: purpose.tier,
      });
    },
  };
}

/** The user's calendar: the local day, and the ISO week it belongs to. */
export function calendarOf(now: Date): { at: string; day: string; week: string } {
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  const thursday = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - yearStart) / 86_400_000 + 1) / 7);
  return { at: now.toISOString(), day, week: `${thursday.getUTCFullYear()}-W${pad(week)}` };
}
