/** A plan as the planner writes it: the structured answer, and how it becomes tasks. */
import * as z from 'zod';
import { fail, ok, type Result } from '../../domain/result.ts';
import { RISKS, type Task } from '../../domain/task.ts';
import { PHASES, PRIORITIES } from '../../domain/tier.ts';

/** Every field is required and text may be empty: the grammar of structured answers knows few optional fields and no lengths. */
const draftTask = z.strictObject({
  key: z.string().describe('short kebab-case name, unique in the plan'),
  agent: z.string(),
  phase: z.enum(PHASES),
  title: z.string(),
  priority: z.enum(PRIORITIES),
  depends_on: z.array(z.string()).describe('keys that must land first'),
  after: z
    .array(z.string())
    .default([])
    .describe('keys that should land first; without them it goes on with marked stand-ins'),
  files: z.array(z.string()).describe('globs it may write: literals, * and **'),
  architectural: z.boolean(),
  complete_feature: z.boolean(),
  repetitive: z.boolean(),
  reversible: z.boolean(),
  minutes: z.number().int(),
  risk: z.array(z.enum(RISKS)),
  description: z.string(),
  acceptance_criteria: z.array(z.string()),
  context: z.string(),
  constraints: z.string(),
  technical_guidance: z.string(),
  escalation_triggers: z.string(),
  template: z.string().describe('exact example to follow; needed for repetitive work'),
  pattern: z.string(),
});

/** Dependencies go by key, so two tasks of one key could not be told apart. */
const draftTasks = z.array(draftTask).superRefine((tasks, context) => {
  const seen = new Set<string>();
  for (const [index, { key }] of tasks.entries()) {
    if (seen.has(key))
      context.addIssue({ code: 'custom', path: [index, 'key'], message: `the key ${key} is used twice` });
    seen.add(key);
  }
});

export const draftSchema = z.strictObject({ tasks: draftTasks });
export type Draft = z.infer<typeof draftSchema>;

/** The schema as the API wants it: no keyword that its grammar does not enforce. */
export const draftFormat = (): Record<string, unknown> => plainSchema(z.toJSONSchema(draftSchema, { io: 'input' }));

/** What the architect answers about a plan. */
export const planReviewSchema = z.strictObject({
  verdict: z.enum(['approve', 'request_changes']),
  feedback: z.array(z.string()),
});

export const planReviewFormat = (): Record<string, unknown> =>
  plainSchema(z.toJSONSchema(planReviewSchema, { io: 'input' }));

const NOT_ENFORCED = new Set([
  '$schema',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'exclusiveMinimum',
  'exclusiveMaximum',
]);

/** The API wants a schema without the keywords that its grammar does not enforce. */
export function plainSchema(schema: unknown): Record<string, unknown> {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => (NOT_ENFORCED.has(key) ? [] : [[key, strip(inner)]])),
    );
  };
  return strip(schema) as Record<string, unknown>; // an object went in, so an object comes out
}

export function parseDraft(text: string): Result<Draft, { reason: 'not_a_plan'; detail: string }> {
  try {
    const parsed = draftSchema.safeParse(JSON.parse(text));
    return parsed.success ? ok(parsed.data) : fail({ reason: 'not_a_plan', detail: z.prettifyError(parsed.error) });
  } catch (error) {
    return fail({ reason: 'not_a_plan', detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Ids are `<plan>-<nn>-<key>`: the plan's random part keeps two branches from taking the same one. */
export function tasksOf(draft: Draft, plan: string, createdAt: string): Task[] {
  const ids = new Map(draft.tasks.map((task, index) => [task.key, idOf(plan, index, task.key)]));
  return draft.tasks.map((task, index) => toTask(task, plan, index, ids, createdAt));
}

function idOf(plan: string, index: number, key: string): string {
  const slug = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 36)
    .replace(/^-+|-+$/g, '');
  return `${plan}-${String(index + 1).padStart(2, '0')}${slug === '' ? '' : `-${slug}`}`;
}

function toTask(
  task: Draft['tasks'][number],
  plan: string,
  index: number,
  ids: ReadonlyMap<string, string>,
  createdAt: string,
): Task {
  const { architectural, complete_feature, repetitive, reversible } = task;
  return {
    head: {
      id: idOf(plan, index, task.key),
      agent: task.agent,
      phase: task.phase,
      title: task.title.slice(0, 120),
      priority: task.priority,
      created: createdAt,
      depends_on: task.depends_on.map(key => ids.get(key) ?? key),
      after: task.after.map(key => ids.get(key) ?? key),
      files: task.files,
      traits: {
        architectural,
        complete_feature,
        repetitive,
        reversible,
        minutes: Math.min(600, Math.max(1, task.minutes)),
      },
      risk: task.risk,
      plan,
    },
    body: {
      description: task.description,
      acceptanceCriteria: task.acceptance_criteria.map(text => ({ text, checked: false })),
      context: task.context,
      constraints: task.constraints,
      technicalGuidance: task.technical_guidance,
      escalationTriggers: task.escalation_triggers,
      template: task.template,
      pattern: task.pattern,
    },
  };
}
