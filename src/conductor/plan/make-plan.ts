/**
 * Makes a plan: the planner drafts it on opus, code checks it, the architect reviews it. What code finds goes back to the
 * same conversation, three rounds at most (seed 5: plans are reviewed before work begins).
 */

import { runSession, type SessionResult, type Studio } from '../../agent/session.ts';
import type { AgentOutcome } from '../../agent/spec.ts';
import type { RunCommand } from '../../agent/tools/run.ts';
import { toolsOf } from '../../agent/tools/toolbox.ts';
import type { Workspace } from '../../agent/tools/workspace.ts';
import type { PlanSession } from '../../domain/event.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { Role } from '../../domain/role.ts';
import type { Task } from '../../domain/task.ts';
import {
  type CheckedPlan,
  checkPlan,
  type PlanCheck,
  type PlanFault,
  type RoutingRules,
} from '../../policy/check-plan.ts';
import { formatTask } from '../../record/task-file.ts';
import { draftFormat, parseDraft, planReviewFormat, planReviewSchema, tasksOf } from './draft.ts';
import { faultNews, feedbackNews, planOpening, reviewOpening } from './prompts.ts';

export interface PlanRequest {
  /** The plan's id, also its name in the ledger. */
  plan: string;
  request: string;
  brief: string;
  createdAt: string;
  /** What its tasks are routed by. */
  rules: RoutingRules;
  /** What this plan must keep to besides the rules for every plan; the faults go back to the planner like any other. */
  limits(tasks: readonly Task[]): PlanFault[];
  /** Ids that are taken. */
  existing: ReadonlySet<string>;
  /** A worktree of the branch's tip: what the planner looks at. */
  workspace: Workspace;
  run: RunCommand;
  capUsd: number;
  signal: AbortSignal;
  notice(text: string): void;
}

export interface MadePlan {
  plan: CheckedPlan;
  sessions: PlanSession[];
}

export type PlanFailure =
  | { reason: 'plan_faulty'; faults: PlanFault[]; sessions: PlanSession[] }
  | { reason: 'plan_rejected'; feedback: string[]; sessions: PlanSession[] }
  | { reason: 'planner_stopped'; outcome: AgentOutcome; sessions: PlanSession[] };

const MOST_ROUNDS = 3;
const MOST_TURNS = 25;

export async function makePlan(request: PlanRequest, studio: Studio): Promise<Result<MadePlan, PlanFailure>> {
  const sessions: PlanSession[] = [];
  let news: string | null = null;
  for (let round = 1; ; round++) {
    const drafted: Result<Task[], PlanFailure | { reason: 'not_a_plan'; detail: string }> = await draft(
      request,
      news,
      studio,
      sessions,
    );
    if (!drafted.ok && drafted.failure.reason !== 'not_a_plan') return fail(drafted.failure);
    const checked = drafted.ok
      ? withinLimits(checkPlan(drafted.value, studio.roles, request.existing, request.rules), drafted.value, request)
      : notAPlan(drafted.failure);
    if (!checked.ok) {
      request.notice(
        `round ${round}: ${checked.faults.length} ${checked.faults.length === 1 ? 'fault' : 'faults'} found in the plan`,
      );
      if (round === MOST_ROUNDS) return fail({ reason: 'plan_faulty', faults: checked.faults, sessions });
      news = faultNews(checked.faults);
      continue;
    }
    const feedback = await review(request, checked.plan.tasks, round, studio, sessions);
    if (!feedback.ok) return fail(feedback.failure);
    if (feedback.value.length === 0) return ok({ plan: checked.plan, sessions });
    request.notice(
      `round ${round}: the architect asks for ${feedback.value.length} ${feedback.value.length === 1 ? 'change' : 'changes'}`,
    );
    if (round === MOST_ROUNDS) return fail({ reason: 'plan_rejected', feedback: feedback.value, sessions });
    news = feedbackNews(feedback.value);
  }
}

/** A plan that breaks a limit of its own is as faulty as one that breaks a common rule; both are told at once, for rounds cost money. */
export function withinLimits(
  checked: PlanCheck,
  tasks: readonly Task[],
  { limits }: Pick<PlanRequest, 'limits'>,
): PlanCheck {
  const own = limits(tasks);
  if (own.length === 0) return checked;
  return { ok: false, faults: [...(checked.ok ? [] : checked.faults), ...own] };
}

const notAPlan = (failure: { reason: string; detail?: string }) => ({
  ok: false as const,
  faults: [{ task: '', problem: `the answer is not a plan: ${failure.detail ?? failure.reason}` }],
});

type Drafted = Result<Task[], PlanFailure | { reason: 'not_a_plan'; detail: string }>;

async function draft(
  request: PlanRequest,
  news: string | null,
  studio: Studio,
  sessions: PlanSession[],
): Promise<Drafted> {
  const roles = [...studio.roles.values()].filter(role => role.name !== 'planner');
  const opening = planOpening(
    request.request,
    roles,
    request.brief,
    studio.config.checks.map(check => check.command),
    studio.roles.get('planner') ?? null,
  );
  const result = await converse('planner', `${request.plan}-plan`, opening, news, draftFormat(), request, studio);
  if (result === null) return fail({ reason: 'not_a_plan', detail: 'there is no planner' });
  sessions.push(sessionOf('planner', result, studio));
  if (result.outcome.kind !== 'answered') return fail({ reason: 'planner_stopped', outcome: result.outcome, sessions });
  const parsed = parseDraft(result.outcome.text);
  return parsed.ok ? ok(tasksOf(parsed.value, request.plan, request.createdAt)) : parsed;
}

/** The architect's feedback; empty means approved. */
async function review(
  request: PlanRequest,
  tasks: readonly Task[],
  round: number,
  studio: Studio,
  sessions: PlanSession[],
): Promise<Result<string[], PlanFailure>> {
  const opening = reviewOpening(request.request, tasks.map(formatTask).join('\n\n'));
  const result = await converse(
    'architect',
    `${request.plan}-review-${round}`,
    opening,
    null,
    planReviewFormat(),
    request,
    studio,
  );
  if (result === null) return ok([]);
  sessions.push(sessionOf('architect', result, studio));
  if (result.outcome.kind !== 'answered') return fail({ reason: 'planner_stopped', outcome: result.outcome, sessions });
  const verdict = parseVerdict(result.outcome.text);
  if (verdict === null) return ok(['the review could not be read; look at the plan once more']);
  if (verdict.verdict === 'approve') return ok([]);
  const said = verdict.feedback.filter(line => line.trim() !== '');
  return ok(said.length > 0 ? said : ['changes are asked for and none is named; look at the whole plan once more']);
}

function parseVerdict(text: string) {
  try {
    return planReviewSchema.parse(JSON.parse(text));
  } catch {
    return null; // an answer that is no verdict approves nothing
  }
}

/** Both look at the repository with the same reading tools; neither can write or end by a tool. */
async function converse(
  roleName: string,
  session: string,
  opening: string,
  news: string | null,
  format: Record<string, unknown>,
  request: PlanRequest,
  studio: Studio,
): Promise<SessionResult | null> {
  const known = studio.roles.get(roleName);
  if (known === undefined) return null;
  const role: Role = { ...known, readOnly: true, tools: ['read', 'list', 'search'] };
  return await runSession(
    {
      session,
      task: request.plan,
      plan: request.plan,
      attempt: 1,
      phase: 'PLAN',
      role,
      tier: 'opus',
      effort: 'medium',
      tools: toolsOf(role, request.workspace, request.run),
      opening,
      resume: news !== null,
      news: news ?? '',
      format,
      endsBy: 'answer',
      turns: MOST_TURNS,
      taskCapUsd: request.capUsd,
      cacheLife: '5m',
      afterTurn: async () => !request.signal.aborted,
      signal: request.signal,
      watch: event => {
        if (event.type === 'waiting') request.notice(`waiting: ${event.why.replaceAll('_', ' ')}`);
      },
    },
    studio,
  );
}

const sessionOf = (agent: string, result: SessionResult, studio: Studio): PlanSession => ({
  agent,
  tier: 'opus',
  endedAt: studio.clock.now().toISOString(),
  spend: result.spend,
});
