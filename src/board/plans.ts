/** The plans that were made, read from the log once: it only grows. */
import type { Baton } from '../baton/baton.ts';
import { neutralise } from '../domain/plain-text.ts';
import type { PlanView } from './view.ts';

interface Known {
  position: number;
  plans: { at: number; plan: PlanView }[];
}

const known = new WeakMap<Baton, Known>();
const PLAN_PREFIX = 'plan/';

/** Those that were there at a position of the log. */
export function plansAt(position: number, baton: Baton): PlanView[] {
  const read = known.get(baton) ?? { position: 0, plans: [] };
  known.set(baton, read);
  for (const { position: at, stream, event } of baton.after(read.position)) {
    read.position = at;
    if (event.kind !== 'planned') continue;
    const { request, tasks } = event;
    read.plans.push({ at, plan: { id: stream.slice(PLAN_PREFIX.length), request: neutralise(request), tasks } });
  }
  return read.plans.filter(({ at }) => at <= position).map(({ plan }) => plan);
}
