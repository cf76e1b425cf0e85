/** One task for a person: what it is, what happened, and why it stands where it stands. */

import type { Stored } from '../domain/event.ts';
import { usdText } from '../domain/money.ts';
import type { BoardTask } from '../policy/board.ts';
import type { Reason } from '../policy/reason.ts';
import type { Routing } from '../policy/route.ts';
import { wayOut } from '../policy/way-out.ts';
import { datedLine, eventLine, gist } from './event-line.ts';
import { type LineOf, routeSteps, withLines } from './routing-text.ts';

export function taskText(task: BoardTask, events: readonly Stored[]): string {
  const { card, state, standing } = task;
  const cost = (state?.attempts ?? []).reduce((sum, attempt) => sum + (attempt.spend?.cost ?? 0), 0);
  return [
    `${card.id} · ${standing} · ${card.agent} · ${card.phase} · ${card.priority}`,
    `  ${card.title}`,
    `  attempts ${state?.attempts.length ?? 0}, strikes ${state?.strikes.length ?? 0}, cost $${usdText(cost)}`,
    ...blockerLines(task),
    '',
    ...events.flatMap(stored => eventLine(stored) ?? []).map(line => `  ${datedLine(line, 0)}`),
  ].join('\n');
}

function blockerLines({ state, standing }: BoardTask): string[] {
  if (state?.stage.kind !== 'blocked') return [];
  const { type, problem, need, options } = state.stage.blocker;
  return [
    '',
    `  ${standing === 'blocked' ? 'blocked' : 'stopped'} (${type})`,
    ...problem.split('\n').map(line => `    ${line}`),
    `  needs: ${need}`,
    ...options.map((option, index) => `    ${index + 1}  ${option}`),
    `  ${standing === 'blocked' ? wayOut(type, state.id) : 'it goes on without you'}`,
  ];
}

/** Why it stands where it stands, why this model, and what happened before: every reason with its source. */
export function whyText(task: BoardTask, reasons: readonly Reason[], routing: Routing | null, lineOf: LineOf): string {
  return [
    `${task.card.id} is ${task.standing.replaceAll('_', ' ')}`,
    ...reasons.map(({ text, source }) => `  ${text} (${withLines(source, lineOf)})`),
    ...modelLines(task, routing, lineOf),
    ...historyLines(task),
  ].join('\n');
}

/** Landed and cancelled work gets no model any more; it had one. */
function modelLines({ standing, state }: BoardTask, routing: Routing | null, lineOf: LineOf): string[] {
  const isOver = standing === 'landed' || standing === 'cancelled';
  if (routing === null || (isOver && (state?.attempts ?? []).length > 0)) return [];
  const next = standing === 'running' || standing === 'submitted' ? 'a next attempt would run on' : 'model:';
  return [`${next} ${routing.tier} at ${routing.effort} effort`, ...routeSteps(routing, lineOf)];
}

/** Each attempt with the reasons of its own day, how it ended, and why it came back. */
function historyLines({ state }: BoardTask): string[] {
  if (state === null) return [];
  return state.attempts.flatMap(({ attempt, route, outcome }) => {
    const back = state.returns.find(found => found.attempt === attempt);
    const end = outcome === null ? '' : `; ${outcome.replaceAll('_', ' ')}`;
    const came = back === undefined ? '' : `, came back (${back.reason.replaceAll('_', ' ')}): ${gist(back.note)}`;
    return [`attempt ${attempt} on ${route.tier} at ${route.effort} effort: ${route.because.join('; ')}${end}${came}`];
  });
}

/** The same for programs; a line of kleiber.yml is told apart from the words around it. */
export const whyJson = (
  task: BoardTask,
  reasons: readonly Reason[],
  routing: Routing | null,
  lineOf: LineOf,
): Record<string, unknown> => ({
  id: task.card.id,
  standing: task.standing,
  reasons: reasons.map(({ text, source }) => ({ text, source: withLines(source, lineOf) })),
  model:
    routing === null
      ? null
      : {
          tier: routing.tier,
          effort: routing.effort,
          because: routing.because.map(reason => withLines(reason, lineOf)),
          floor: routing.floor,
        },
  attempts: (task.state?.attempts ?? []).map(({ attempt, route, outcome }) => ({ attempt, ...route, outcome })),
  returns: task.state?.returns ?? [],
});
