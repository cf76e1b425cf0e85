/** One task for a person: what it is, what happened, and why it stands where it stands. */

import type { Stored } from '../domain/event.ts';
import { usdText } from '../domain/money.ts';
import type { BoardTask } from '../policy/board.ts';
import type { Routing } from '../policy/route.ts';
import { datedLine, eventLine } from './event-line.ts';

export function taskText(task: BoardTask, events: readonly Stored[]): string {
  const { card, state, standing } = task;
  const cost = (state?.attempts ?? []).reduce((sum, attempt) => sum + (attempt.spend?.cost ?? 0), 0);
  return [
    `${card.id} · ${standing} · ${card.agent} · ${card.phase} · ${card.priority}`,
    `  ${card.title}`,
    `  attempts ${state?.attempts.length ?? 0}, strikes ${state?.strikes ?? 0}, cost $${usdText(cost)}`,
    ...blockerLines(task),
    '',
    ...events.flatMap(stored => eventLine(stored) ?? []).map(line => `  ${datedLine(line, 0)}`),
  ].join('\n');
}

function blockerLines({ state }: BoardTask): string[] {
  if (state?.stage.kind !== 'blocked') return [];
  const { type, problem, need, options } = state.stage.blocker;
  return [
    '',
    `  blocked (${type})`,
    ...problem.split('\n').map(line => `    ${line}`),
    `  needs: ${need}`,
    ...options.map((option, index) => `    ${index + 1}  ${option}`),
    `  ${RETRIED.has(type) ? `kleiber retry ${state.id}` : `kleiber answer ${state.id} "…"`}`,
  ];
}

/** These ask nothing: once a person has mended what is named, the task is put back in line. */
const RETRIED: ReadonlySet<string> = new Set(['budget', 'technical', 'refusal']);

/** Why this model, why waiting, why blocked: every reason with its source. */
export function whyText(task: BoardTask, routing: Routing | null): string {
  const { card, state, standing, waitingFor } = task;
  const model =
    routing === null
      ? []
      : [
          `model: ${routing.tier} at ${routing.effort} effort`,
          ...routing.because.map(reason => `  ${reason}`),
          `  floor: ${routing.floor.tier}${routing.floor.because.length > 0 ? `, ${routing.floor.because.join('; ')}` : ''}`,
        ];
  return [
    `${card.id} is ${standing}`,
    ...standingReasons(task),
    ...(waitingFor.length > 0 ? [`  waits for ${waitingFor.join(', ')}: they have not landed`] : []),
    ...model,
    ...(state?.returns ?? []).map(
      back => `came back (${back.reason.replaceAll('_', ' ')}): ${back.note.split('\n')[0] ?? ''}`,
    ),
  ].join('\n');
}

function standingReasons({ state, critical, card }: BoardTask): string[] {
  const reasons: string[] = [];
  if (critical) reasons.push(`  it is on the critical path of plan ${card.plan}`);
  if (state === null) reasons.push('  its file is there, and nobody has taken it in yet');
  if (state?.stage.kind === 'blocked') reasons.push(`  ${state.stage.blocker.type}: ${state.stage.blocker.need}`);
  if (state?.stage.kind === 'running')
    reasons.push(`  pid ${state.stage.owner.pid} on ${state.stage.owner.host} works on it since ${state.stage.since}`);
  if (state?.stage.kind === 'landed') reasons.push(`  landed as ${state.stage.commit}`);
  if (state?.stage.kind === 'cancelled') reasons.push(`  ${state.stage.by}: ${state.stage.reason}`);
  return reasons;
}
