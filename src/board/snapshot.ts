/** Everything on the board at one moment, now or in the past, as one JSON value. */
import type { LiveLane } from '../baton/baton.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import { actionsOnAll } from './actions.ts';
import { cardsNow, cardsThen } from './cards.ts';
import type { BoardEdges } from './edges.ts';
import { forecastOf } from './forecast.ts';
import { noticesOf } from './notices.ts';
import { viewAt } from './past.ts';
import { plansAt } from './plans.ts';
import type { BoardSnapshot } from './view.ts';

export async function snapshotNow(edges: BoardEdges): Promise<BoardSnapshot> {
  const view = edges.keeper.look();
  const facts = await edges.facts(view);
  const { config, fault } = edges.settings();
  const tasks = cardsNow(view, edges);
  return {
    position: view.position,
    last: view.position,
    at: edges.clock.now().toISOString(),
    isPast: false,
    project: edges.project,
    branch: facts.branch,
    conducting: facts.conducting,
    notices: noticesOf(facts, fault),
    today: { ...facts.today, open: 0 },
    isPaused: facts.paused !== null,
    person: neutraliseLine(await edges.person()),
    lanes: lanesOf(edges.baton.lanes(), config.lanes),
    forecast: forecastOf(tasks, edges),
    plans: plansAt(view.position, edges.baton),
    tasks,
    actions: actionsOnAll(facts.paused !== null, edges.commands),
  };
}

/** The board after the event at `position`; money and notices of that moment are not kept, so only what tasks cost is shown. */
export function snapshotAt(position: number, edges: BoardEdges): BoardSnapshot {
  const now = edges.keeper.look();
  const past = viewAt(position, now, edges.baton);
  const tasks = cardsThen(past.board, now, edges);
  return {
    position: past.position,
    last: now.position,
    at: past.at ?? edges.clock.now().toISOString(),
    isPast: true,
    project: edges.project,
    branch: null,
    conducting: null,
    notices: [],
    today: { spent: 0, open: 0, cap: 0, zone: 'past' },
    isPaused: false,
    person: '',
    lanes: [],
    forecast: null,
    plans: plansAt(past.position, edges.baton),
    tasks,
    actions: [],
  };
}

const lanesOf = (live: readonly LiveLane[], limits: Readonly<Record<Tier, number>>): BoardSnapshot['lanes'] =>
  TIERS.map(tier => ({ tier, live: live.filter(lane => lane.tier === tier).length, limit: limits[tier] }));
