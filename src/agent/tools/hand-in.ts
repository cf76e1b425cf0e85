/** The two ways out of a conversation: submit the work, or say what blocks it. Neither writes a record file. */
import * as z from 'zod';
import { type Blocker, ESCALATION_REASONS } from '../../domain/blocker.ts';
import { ID_PATTERN } from '../../domain/names.ts';
import { globFault } from '../../policy/glob.ts';
import { defineTool, refuse, type Tool } from './tool.ts';

const line = z.string().min(1).max(500);

const submitInput = z.strictObject({
  summary: z.string().min(1).max(4000).describe('what was built, for somebody who was not there'),
  tests_added: z.array(line).max(50).default([]),
  decisions: z.array(line).max(50).default([]).describe('chose X over Y because Z'),
});

export const submitTool = (): Tool =>
  defineTool(
    'submit',
    'Hand in: every acceptance criterion is met and the checks pass. Ends your work.',
    submitInput,
    async input => ({
      text: 'handed in',
      isError: false,
      ends: {
        kind: 'submit',
        report: { summary: input.summary, testsAdded: input.tests_added, decisions: input.decisions },
      },
    }),
  );

/** Ids of tasks, as far as a model can be trusted to copy them; what does not exist is found when it is looked for. */
const taskId = z.string().regex(ID_PATTERN, 'a task id such as p1ab2-03-prices');

const blockInput = z.strictObject({
  type: z.enum(['dependency', 'unclear_requirements', 'technical', 'out_of_zone']),
  problem: z.string().min(1).max(4000),
  tried: z.array(line).max(20).default([]),
  reason: z
    .enum(ESCALATION_REASONS)
    .optional()
    .describe('only when a stronger model, or for business matters a person, should take over or advise'),
  need: z.string().min(1).max(2000).describe('the one question or decision you need'),
  options: z.array(line).max(4).default([]).describe('answers to choose from'),
  recommendation: z.string().max(2000).default('').describe('what you would choose, if anything'),
  waits_for: z.array(taskId).max(10).default([]).describe('dependency: ids of the tasks that must land first'),
  paths: z.array(z.string().max(256)).max(20).default([]).describe('out_of_zone: globs you need to write'),
});

export const blockTool = (): Tool =>
  defineTool(
    'block',
    'Stop and ask: something outside your reach must be decided first. Ends your work for now.',
    blockInput,
    async input => {
      const bad = input.paths.find(path => globFault(path) !== null);
      if (bad !== undefined) return refuse(`"${bad}" is not a glob of literals, * and **`);
      const need = input.paths.length > 0 ? `${input.need}\n\nPaths: ${input.paths.join(', ')}` : input.need;
      const { type, problem, tried, options } = input;
      const blocker: Blocker = { type, problem, tried, need, options, ...askedFor(input) };
      return { text: 'noted', isError: false, ends: { kind: 'block', blocker } };
    },
  );

/** What was not said has no key. */
const askedFor = ({ reason, recommendation, waits_for: waitsFor }: z.output<typeof blockInput>): Partial<Blocker> => ({
  ...(reason === undefined ? {} : { reason }),
  ...(recommendation === '' ? {} : { recommendation }),
  ...(waitsFor.length === 0 ? {} : { waitsFor }),
});
