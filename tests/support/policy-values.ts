/** Whole sample values for the tests of policy: task heads, events in their places, and states folded from them. */
import fc from 'fast-check';
import type { CheckResult, Validation } from '../../src/domain/check.ts';
import type { Stored, Target, TaskEvent } from '../../src/domain/event.ts';
import { NO_USAGE, type Spend } from '../../src/domain/money.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { Role } from '../../src/domain/role.ts';
import type { Task, TaskHead } from '../../src/domain/task.ts';
import type { Route, Tier } from '../../src/domain/tier.ts';
import type { Decision } from '../../src/domain/verdict.ts';
import type { OwnRules } from '../../src/policy/evidence.ts';
import { foldStream } from '../../src/policy/fold.ts';
import type { TaskState } from '../../src/policy/task-state.ts';

/** A project without risks and words of its own. */
export const NO_RULES: OwnRules = { risks: {}, escalate_when: {} };

export const TARGET: Target = { checkout: '/home/ada/shop', branch: 'main' };
export const OWNER: Owner = { host: 'desk', bootId: 'boot-1', pidNamespace: 'pid-1', pid: 4711, startedAt: '99' };
export const ROUTE: Route = { tier: 'sonnet', effort: 'medium', because: ['the table says so'] };
export const SPEND: Spend = { usage: { ...NO_USAGE, input: 900, output: 100 }, cost: 4_200_000 };

/** Minute `n` of a day, as events carry it. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString();

export const headOf = (changes: Partial<TaskHead> = {}): TaskHead => ({
  id: 'shop-1-01-basket',
  agent: 'engineer-backend',
  phase: 'EXEC',
  title: 'Add a basket',
  priority: 'p1',
  created: at(0),
  depends_on: [],
  after: [],
  files: ['src/backend/**'],
  traits: {},
  risk: [],
  ...changes,
});

export const taskOf = (head: Partial<TaskHead> = {}, body: Partial<Task['body']> = {}): Task => ({
  head: headOf(head),
  body: {
    description: 'A basket that keeps its items.',
    acceptanceCriteria: [{ text: 'items stay', checked: false }],
    context: '',
    constraints: '',
    technicalGuidance: '',
    escalationTriggers: '',
    template: '',
    pattern: '',
    ...body,
  },
});

export const roleOf = (name: string, changes: Partial<Role> = {}): Role => ({
  name,
  purpose: 'a role of the tests',
  paths: null,
  produces: 'change',
  readOnly: false,
  tools: ['read', 'submit'],
  instructions: `You are ${name}.`,
  source: 'built-in',
  ...changes,
});

export const validationOf = (result: CheckResult, output = ''): Validation => ({
  tree: 'tree-1',
  result,
  runs: [{ name: 'test', command: 'npm test', result, exitCode: result === 'red' ? 1 : 0, durationMs: 5, output }],
});

export const created = (changes: Partial<Extract<TaskEvent, { kind: 'created' }>> = {}): TaskEvent => ({
  kind: 'created',
  target: TARGET,
  agent: 'engineer-backend',
  file: 'tasks/engineer-backend/shop-1-01-basket.md',
  fileHash: 'hash-1',
  plan: 'shop-1',
  ...changes,
});

export const claimed = (attempt = 1): TaskEvent => ({
  kind: 'claimed',
  attempt,
  owner: OWNER,
  route: ROUTE,
  base: `base-${attempt}`,
  worktree: 'engineer-backend',
  session: `session-${attempt}`,
});

export const submitted = (attempt = 1): TaskEvent => ({
  kind: 'submitted',
  attempt,
  commit: `commit-${attempt}`,
  tree: `tree-${attempt}`,
  base: `base-${attempt}`,
  files: [{ path: 'src/backend/basket.ts', status: 'created', mode: '100644' }],
  report: { summary: 'built it', testsAdded: [], decisions: [] },
  model: 'claude-sonnet',
  spend: SPEND,
});

export const blocked = (
  attempt: number,
  changes: Partial<Extract<TaskEvent, { kind: 'blocked' }>> = {},
): TaskEvent => ({
  kind: 'blocked',
  attempt,
  blocker: { type: 'unclear_requirements', problem: 'which currency?', tried: [], need: 'a currency', options: [] },
  checkpoint: null,
  spend: SPEND,
  resumable: true,
  ...changes,
});

export const humanReview = (attempt: number): TaskEvent =>
  blocked(attempt, {
    blocker: { type: 'human_review', problem: 'it touches payment', tried: [], need: 'approve it', options: [] },
    resumable: false,
  });

export const ended = (attempt: number, changes: Partial<Extract<TaskEvent, { kind: 'ended' }>> = {}): TaskEvent => ({
  kind: 'ended',
  attempt,
  end: { reason: 'interrupted' },
  strike: false,
  checkpoint: null,
  spend: SPEND,
  ...changes,
});

export const proven = (attempt = 1): TaskEvent => ({ kind: 'proven', attempt, commit: `commit-${attempt}` });

export const validated = (attempt: number, result: CheckResult, baseResult: CheckResult | null = null): TaskEvent => ({
  kind: 'validated',
  attempt,
  commit: `commit-${attempt}`,
  validation: validationOf(result),
  baseResult,
});

export const intended = (attempt = 1): TaskEvent => ({
  kind: 'merge_intended',
  attempt,
  base: 'tip-1',
  candidate: 'merge-1',
  validation: { ...validationOf('green'), tree: 'merged-tree' },
});

export const landed = (attempt = 1): TaskEvent => ({ kind: 'landed', attempt, commit: 'merge-1', tree: 'merged-tree' });

export const returned = (
  attempt: number,
  changes: Partial<Extract<TaskEvent, { kind: 'returned' }>> = {},
): TaskEvent => ({
  kind: 'returned',
  attempt,
  reason: 'red',
  note: 'the checks are red',
  strike: true,
  draft: null,
  ...changes,
});

/** Judges the one criterion of the sample task; what does not approve has a comment. */
export const reviewed = (decision: Decision, tier: Tier, commit = 'commit-1', attempt = 1): TaskEvent => {
  const met = decision === 'approve';
  return {
    kind: 'reviewed',
    attempt,
    verdict: {
      commit,
      decision,
      summary: met ? 'As asked.' : 'Not yet.',
      criteria: [{ number: 1, text: 'items stay', met, note: met ? 'tested' : 'one is lost' }],
      comments: met ? [] : [{ file: 'src/backend/basket.ts', line: 4, text: 'it loses an item' }],
    },
    reviewer: { agent: 'reviewer', tier, model: `claude-${tier}` },
    spend: SPEND,
  };
};

export const reviewAsked = (tier: Tier, attempt = 1): TaskEvent => ({
  kind: 'review_asked',
  attempt,
  commit: `commit-${attempt}`,
  tier,
  because: ['all haiku work is reviewed by sonnet'],
});

export const reviewFailed = (scope: string | null = null, attempt = 1): TaskEvent => ({
  kind: 'review_failed',
  attempt,
  commit: `commit-${attempt}`,
  reviewer: { agent: 'reviewer', tier: 'sonnet', model: 'claude-sonnet' },
  detail: 'no verdict',
  scope,
  spend: SPEND,
});

export const approved = (commit = 'commit-1'): TaskEvent => ({ kind: 'approved', commit, by: 'ada' });
export const answered = (text = 'euro', widen: string[] = []): TaskEvent => ({
  kind: 'answered',
  by: 'ada',
  text,
  widen,
});
export const requeued = (reason = 'try again'): TaskEvent => ({ kind: 'requeued', by: 'ada', reason });
export const cancelled = (by = 'ada'): TaskEvent => ({ kind: 'cancelled', by, reason: 'not needed' });
export const imported: TaskEvent = { kind: 'imported', commit: 'merge-9', model: 'claude-sonnet', costUsd: '0.10' };

/** Events in their places: the n-th happened in minute n. */
export const logOf = (id: string, events: readonly TaskEvent[]): Stored[] =>
  events.map((event, index) => ({
    position: index + 1,
    stream: `task/${id}`,
    seq: index + 1,
    at: at(index + 1),
    event,
  }));

export function stateAfter(events: readonly TaskEvent[], id = 'shop-1-01-basket'): TaskState {
  const state = foldStream(id, logOf(id, events));
  if (state === null) throw new Error('the stream does not begin with created');
  return state;
}

const attempt = fc.integer({ min: 0, max: 4 });
const result = fc.constantFrom<CheckResult>('green', 'red', 'could_not_run');
const flag = fc.boolean();

/** Any event of a task, in any order: most of them are not allowed where they come. */
export const anyTaskEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constant(created()),
  attempt.map(claimed),
  attempt.map((number): TaskEvent => ({ kind: 'approach', attempt: number, text: 'like this' })),
  attempt.map((number): TaskEvent => ({ kind: 'checkpoint', attempt: number, commit: `saved-${number}` })),
  attempt.map(submitted),
  fc.tuple(attempt, flag).map(([number, resumable]) => blocked(number, { resumable })),
  attempt.map(humanReview),
  fc.tuple(attempt, flag).map(([number, strike]) => ended(number, { strike })),
  fc.tuple(attempt, flag).map(([number, strike]) => ended(number, { end: { reason: 'stuck', detail: 'x' }, strike })),
  attempt.map(proven),
  fc.tuple(attempt, result, fc.option(result)).map(([number, own, base]) => validated(number, own, base)),
  attempt.map(intended),
  attempt.map(landed),
  fc.tuple(attempt, flag).map(([number, strike]) => returned(number, { strike })),
  attempt.map(number => approved(`commit-${number}`)),
  attempt.map(number => reviewAsked('opus', number)),
  attempt.map(number => reviewed('approve', 'opus', `commit-${number}`, number)),
  attempt.map(number => reviewed('reject', 'opus', `commit-${number}`, number)),
  attempt.map(number => reviewFailed(null, number)),
  fc.constant(answered('yes', ['docs/**'])),
  fc.constant(requeued()),
  fc.constant(cancelled()),
  fc.constant(imported),
);
