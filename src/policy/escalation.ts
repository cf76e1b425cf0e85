/**
 * What happens to a task whose worker stopped to ask: it goes to the next tier, opus gives advice, it waits for another
 * task, or a person decides. The conductor moves by this rule alone (seed 1, escalation path; seed 2, escalation prompt).
 */
import type { Blocker, EscalationReason } from '../domain/blocker.ts';
import { isAtLeast, TIERS, type Tier } from '../domain/tier.ts';
import type { LandingOf } from './landings.ts';
import type { AnyTask, StoppedStage } from './task-brief.ts';

/** Seed 1's three edges: the reasons that a tier may give, and who hears them. */
export const ESCALATION_EDGES: Record<Tier, { to: Tier | 'person'; reasons: readonly EscalationReason[] }> = {
  haiku: { to: 'sonnet', reasons: ['pattern_mismatch', 'unclear_template'] },
  sonnet: { to: 'opus', reasons: ['architectural_decision', 'complex_debugging', 'security_concern'] },
  opus: { to: 'person', reasons: ['business_requirement', 'resource_constraint', 'major_pivot'] },
};

/** A question of these kinds is answered by opus, and the same conversation goes on; seed 2 has a prompt for it. */
const ADVISED: readonly EscalationReason[] = ['architectural_decision', 'complex_debugging'];

export type BlockedMove =
  | { kind: 'escalate'; to: Tier; reason: EscalationReason }
  | { kind: 'advise' }
  /** All tasks it named have landed. */
  | { kind: 'resume'; landed: string[] }
  /** It goes on by itself when these have landed. */
  | { kind: 'wait'; for: string[] }
  | { kind: 'person'; because: string };

/** Null when the task is not blocked. Whether a person is needed is asked here alone. */
export function blockedMove({ stage }: AnyTask, landingOf: LandingOf): BlockedMove | null {
  if (stage.kind !== 'blocked') return null;
  const { blocker, afterProof } = stage;
  if (afterProof) return { kind: 'person', because: 'the work is proven and waits for a decision about it' };
  switch (blocker.type) {
    case 'dependency':
      return afterDependency(blocker, landingOf);
    case 'unclear_requirements':
    case 'technical':
      return afterReason(stage);
    default:
      return { kind: 'person', because: `${blocker.type.replaceAll('_', ' ')} is a person's to decide` };
  }
}

function afterDependency({ waitsFor = [] }: Blocker, landingOf: LandingOf): BlockedMove {
  const missing = waitsFor.filter(id => landingOf(id) === 'never');
  if (waitsFor.length === 0) return { kind: 'person', because: 'it names no task that it waits for' };
  if (missing.length > 0) return { kind: 'person', because: `${missing.join(', ')} will never land` };
  const open = waitsFor.filter(id => landingOf(id) !== 'landed');
  return open.length === 0 ? { kind: 'resume', landed: [...waitsFor] } : { kind: 'wait', for: open };
}

/**
 * The edge belongs to the tier that asks: nobody skips one, and after opus there is only a person. What is a reason for a
 * stronger tier is one for haiku all the more, and a technical question is opus's to answer, whoever asks it.
 */
function afterReason({ blocker: { type, reason }, asker, advised }: StoppedStage): BlockedMove {
  if (reason === undefined || asker === null) return { kind: 'person', because: 'it gives no reason to escalate' };
  if (ESCALATION_EDGES.opus.reasons.includes(reason))
    return { kind: 'person', because: `a ${reason.replaceAll('_', ' ')} is a person's to decide` };
  const { to } = ESCALATION_EDGES[asker];
  if (to === 'person') return { kind: 'person', because: 'after opus only a person is left to ask' };
  if (!reasonsOf(asker).includes(reason))
    return { kind: 'person', because: `${reason.replaceAll('_', ' ')} is no reason that ${asker} may give` };
  if (type === 'unclear_requirements' && ADVISED.includes(reason))
    return advised
      ? { kind: 'person', because: 'opus has given advice on this task once already' }
      : { kind: 'advise' };
  return { kind: 'escalate', to, reason };
}

/** Its own edge's, and those of the edges above it. */
const reasonsOf = (asker: Tier): readonly EscalationReason[] =>
  TIERS.filter(tier => isAtLeast(tier, asker)).flatMap(tier => ESCALATION_EDGES[tier].reasons);

/** Whether the conductor moves it without anybody's help, so that a worker may wait for it. */
export function movesByItself(state: AnyTask, landingOf: LandingOf): boolean {
  const move = blockedMove(state, landingOf);
  return move !== null && move.kind !== 'person' && move.kind !== 'wait';
}

/** Whether its next move depends on what other tasks do. */
export const waitsForWork = ({ stage }: AnyTask): boolean =>
  stage.kind === 'blocked' && stage.blocker.type === 'dependency';

/** Seed 1's sections of an escalation, from what the worker said when it stopped. */
export function escalationNote(blocker: Blocker, asking: Tier): string {
  const sections: [string, string][] = [
    ['What was tried', blocker.tried.map(line => `- ${line}`).join('\n') || 'Nothing was said.'],
    ['Where it is stuck', `${blocker.problem}\n${blocker.need}`.trim()],
    ['Options that were seen', blocker.options.map((line, index) => `${index + 1}. ${line}`).join('\n')],
    ['Recommendation', blocker.recommendation ?? ''],
  ];
  const said = sections.filter(([, text]) => text !== '').map(([title, text]) => `### ${title}\n${text}`);
  const reason = (blocker.reason ?? 'no reason').replaceAll('_', ' ');
  return [`Escalated from ${asking}: ${reason}.`, ...said].join('\n\n');
}
