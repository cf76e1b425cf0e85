/** What a person has decided for the whole repository, folded from the control events, and what follows from it for a claim. */
import type { Stored } from '../domain/event.ts';
import type { Phase, TableMove, TableRows } from '../domain/tier.ts';
import type { LineMove } from './line-moves.ts';
import { type ProjectTable, rowsOf } from './routing-table.ts';

export interface Said {
  by: string;
  reason: string;
  /** ISO 8601. */
  since: string;
}

export const pauseText = ({ by, reason }: Said): string => `${by} paused all work${reason === '' ? '' : `: ${reason}`}`;

/** A remark for the weekly review (seed 4, failure recovery: document the issue). */
export interface ReviewNote {
  by: string;
  agent: string;
  phase: string;
  text: string;
  at: string;
}

export interface Controls {
  /** Nothing that asks a model is started while this stands (seed 3, pause system). */
  paused: Said | null;
  /** Every row is sonnet while this stands (seed 3, rollback). */
  rolledBack: Said | null;
  /** All of them, oldest first; those after `lastReviewAt` are news. */
  notes: readonly ReviewNote[];
  lastReviewAt: string | null;
  /** Every row that calibration has ever moved, oldest first. */
  moves: readonly TableMove[];
  /** How people have moved ready tasks in their line, oldest first. */
  line: readonly LineMove[];
  /** The moves that are only watched, since when. */
  shadow: { moves: readonly TableMove[]; since: string } | null;
}

export const NO_CONTROLS: Controls = {
  paused: null,
  rolledBack: null,
  notes: [],
  lastReviewAt: null,
  moves: [],
  line: [],
  shadow: null,
};

/** One more event; those of other streams change nothing. */
export function foldControl(controls: Controls, { event, at }: Pick<Stored, 'event' | 'at'>): Controls {
  switch (event.kind) {
    case 'paused':
      return { ...controls, paused: { by: event.by, reason: event.reason, since: at } };
    case 'resumed':
      return { ...controls, paused: null };
    case 'routing_rolled_back':
      return { ...controls, rolledBack: { by: event.by, reason: event.reason, since: at } };
    case 'routing_restored':
      return { ...controls, rolledBack: null };
    case 'noted': {
      const { by, agent, phase, text } = event;
      return { ...controls, notes: [...controls.notes, { by, agent, phase, text, at }] };
    }
    case 'calibrated':
      // What was watched has been decided: a new review begins with a clean sheet.
      return { ...controls, lastReviewAt: at, moves: [...controls.moves, ...(event.moves ?? [])], shadow: null };
    case 'moved': {
      const { task, before, after } = event;
      return { ...controls, line: [...controls.line, { task, before, after }] };
    }
    case 'shadowed':
      return { ...controls, shadow: { moves: event.moves, since: at } };
    default:
      return controls;
  }
}

export const foldControls = (events: readonly Pick<Stored, 'event' | 'at'>[]): Controls =>
  events.reduce(foldControl, NO_CONTROLS);

/** What was decided, and the rows that each plan was made with. */
export interface Decided {
  controls: Controls;
  /** Plan id to the project's own rows of that day. */
  tables: ReadonlyMap<string, TableRows>;
}

/**
 * The table that decides for a task: the one its plan was made with (seed 4: no change in the middle), else today's. A
 * rollback is a person's emergency brake and lies over both, for every attempt that begins while it stands.
 */
export function tableFor(plan: string | null | undefined, today: ProjectTable, decided: Decided): ProjectTable {
  const rows = (plan == null ? undefined : decided.tables.get(plan)) ?? rowsOf(today);
  const { rolledBack } = decided.controls;
  return rolledBack === null ? rows : { ...rows, rolledBack: `${rolledBack.reason}, says ${rolledBack.by}` };
}

/** Why nobody may claim a task now, whatever its standing; null when nothing is in the way. */
export type Hindrance = { reason: 'paused'; said: Said } | { reason: 'no_choice' };

/** `chosen` is whether a person has picked the model; without a pick `routing: manual` lets nothing start. */
export function hindranceOf(controls: Controls, today: ProjectTable, chosen: boolean): Hindrance | null {
  if (controls.paused !== null) return { reason: 'paused', said: controls.paused };
  return today === 'manual' && !chosen ? { reason: 'no_choice' } : null;
}

const DAY_MS = 86_400_000;
export const REVIEW_EVERY_DAYS = 7;

/** Whole days since the review became due; null before that, and where nothing has been tried yet (seed 4, weekly). */
export function reviewOverdueDays(
  lastReviewAt: string | null,
  firstWorkAt: string | null,
  nowMs: number,
): number | null {
  const from = lastReviewAt ?? firstWorkAt;
  if (from === null || firstWorkAt === null) return null;
  const days = Math.floor((nowMs - Date.parse(from)) / DAY_MS);
  return days >= REVIEW_EVERY_DAYS ? days - REVIEW_EVERY_DAYS : null;
}

export const isPhaseNote = (note: ReviewNote, agent: string, phase: Phase): boolean =>
  note.agent === agent && note.phase === phase;
