/** A task: the front matter and the sections of `tasks/<agent>/<id>.md` (seed 5). */
import * as z from 'zod';
import { AGENT_PATTERN, ID_PATTERN, RISKS } from './names.ts';
import { PHASES, PRIORITIES, TIERS } from './tier.ts';

export { AGENT_PATTERN, ID_PATTERN, RISKS, type Risk } from './names.ts';

const id = z.string().regex(ID_PATTERN, 'lower-case letters, digits and hyphens, 1 to 64 long');
const agentName = z.string().regex(AGENT_PATTERN, 'a lower-case agent name such as engineer-backend');

/** What the planner says about the kind of work; the decision tree of seed 1 reads it. */
export const traitsSchema = z.strictObject({
  architectural: z.boolean().optional(),
  complete_feature: z.boolean().optional(),
  repetitive: z.boolean().optional(),
  reversible: z.boolean().optional(),
  minutes: z.number().int().min(1).max(600).optional(),
  doc: z.enum(['draft', 'polish', 'internal']).optional(),
});
export type Traits = z.infer<typeof traitsSchema>;

export const taskHeadSchema = z.strictObject({
  id,
  agent: agentName,
  phase: z.enum(PHASES).default('EXEC'),
  title: z.string().min(1).max(120),
  priority: z.enum(PRIORITIES).default('p1'),
  created: z.iso.datetime({ offset: true }),
  depends_on: z.array(id).default([]),
  after: z.array(id).default([]),
  files: z.array(z.string().min(1).max(256)).default([]),
  traits: traitsSchema.default({}),
  risk: z.array(z.enum(RISKS)).default([]),
  budget_usd: z.number().positive().max(10_000).optional(),
  model: z.enum(TIERS).optional(),
  override_reason: z.string().min(1).max(500).optional(),
  review: z.enum(['human']).optional(),
  plan: id.optional(),
});
export type TaskHead = z.infer<typeof taskHeadSchema>;

export interface Criterion {
  text: string;
  checked: boolean;
}

/** The sections of the body, named as in seeds 1 and 5. Empty text means the section is absent. */
export interface TaskBody {
  description: string;
  acceptanceCriteria: Criterion[];
  context: string;
  constraints: string;
  /** Hand-over sections of seed 1, by work given by opus and by work given to haiku. */
  technicalGuidance: string;
  escalationTriggers: string;
  template: string;
  pattern: string;
}

export interface Task {
  head: TaskHead;
  body: TaskBody;
}
