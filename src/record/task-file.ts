/** The assignment, `tasks/<agent>/<id>.md`: front matter and sections, or the plain form of the blueprint (seed 5). */
import * as z from 'zod';
import { neutraliseLine } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { AGENT_PATTERN, ID_PATTERN, type Task, type TaskHead, taskHeadSchema } from '../domain/task.ts';
import { PRIORITIES, TIERS } from '../domain/tier.ts';
import { byLine, fault, refused } from './fault.ts';
import { decodeText, type FrontMatter, readFrontMatter, startsWithFrontMatter } from './front-matter.ts';
import { readHeader } from './header.ts';
import { readOrdinaryTask } from './ordinary-task.ts';
import type { FileFault } from './record.ts';
import { type Examples, schemaFaults } from './schema-faults.ts';
import {
  firstSentence,
  missingParts,
  type ReadTaskBody,
  readTaskBody,
  withPreamble,
  writeTaskBody,
} from './task-body.ts';
import { writeFrontMatter } from './write-front-matter.ts';

/** A task as read, and which of the two forms its file has; `kleiber check --fix` rewrites the plain one. */
export interface ParsedTask {
  task: Task;
  form: 'front_matter' | 'plain';
}

const EXAMPLES: Examples = {
  id: 'id: feat-001',
  agent: 'agent: engineer-backend',
  phase: 'phase: EXEC',
  title: 'title: Add coupons to the checkout',
  priority: 'priority: p1',
  created: 'created: 2025-01-09T14:30:00Z',
  depends_on: 'depends_on: [feat-001]',
  after: 'after: [feat-001]',
  files: 'files: [src/cart/**, tests/cart/**]',
  traits: 'traits: { complete_feature: true, minutes: 20 }',
  risk: 'risk: [payment]',
  budget_usd: 'budget_usd: 1.5',
  model: 'model: opus',
  override_reason: 'override_reason: the pattern is trivial here',
  review: 'review: human',
  plan: 'plan: shop-7f3a',
};

const plainFields = z.strictObject({
  Agent: z.string().regex(AGENT_PATTERN, 'a lower-case agent name such as engineer-backend'),
  Model: z.enum(TIERS).optional(),
  Priority: z.enum(PRIORITIES).default('p1'),
  Created: z.iso.datetime({ offset: true }),
});

const PLAIN_EXAMPLES: Examples = {
  Agent: 'Agent: engineer-backend',
  Model: 'Model: sonnet',
  Priority: 'Priority: p1',
  Created: 'Created: 2025-01-09T14:30:00Z',
};

const PLACE = /^tasks\/([^/]+)\/([^/]+)\.md$/;

/** Folder and file name are the agent and the id, so that a task has one name everywhere. */
function placeFaults(
  path: string,
  head: { id?: unknown; agent?: unknown },
  lineOf: (key: 'id' | 'agent') => number,
): FileFault[] {
  const [, agent = '', id = ''] = PLACE.exec(path) ?? [];
  if (!AGENT_PATTERN.test(agent) || !ID_PATTERN.test(id)) {
    return [fault(path, 1, 'the file is not at tasks/<agent>/<id>.md', 'tasks/engineer-backend/feat-001.md')];
  }
  const faults = [];
  if (typeof head.id === 'string' && head.id !== id) {
    faults.push(fault(path, lineOf('id'), `id is "${head.id}" but the file is named ${id}.md`, `id: ${id}`));
  }
  if (typeof head.agent === 'string' && head.agent !== agent) {
    faults.push(
      fault(path, lineOf('agent'), `agent is "${head.agent}" but the folder is tasks/${agent}`, `agent: ${agent}`),
    );
  }
  return faults;
}

function readHead(path: string, { data, ...locator }: FrontMatter): Result<TaskHead, FileFault[]> {
  const parsed = taskHeadSchema.safeParse(data);
  const misplaced = placeFaults(path, data, key => locator.lineOf([key]));
  if (parsed.success && misplaced.length === 0) return ok(parsed.data);
  const wrong = parsed.success
    ? []
    : schemaFaults(parsed.error, { path, schema: taskHeadSchema, data, locator, examples: EXAMPLES });
  return fail([...wrong, ...misplaced]);
}

/** Puts a head and a body together, or everything that is wrong with both. */
function join(
  path: string,
  head: Result<TaskHead, FileFault[]>,
  read: ReadTaskBody,
  bodyLine: number,
): Result<Task, FileFault[]> {
  const faults = [...(head.ok ? [] : head.failure), ...read.faults, ...missingParts(path, read.body, bodyLine)];
  return head.ok && faults.length === 0 ? ok({ head: head.value, body: read.body }) : fail(byLine(faults));
}

/** With broken front matter the body is still judged, so that one round of corrections is enough. */
function bodyBehindBroken(text: string): { body: string; bodyLine: number } {
  const close = /\n---[^\n]*\n/.exec(text);
  const end = close ? close.index + close[0].length : text.length;
  return { body: text.slice(end), bodyLine: text.slice(0, end).split('\n').length };
}

function parseWithFrontMatter(path: string, text: string): Result<Task, FileFault[]> {
  const front = readFrontMatter(path, text);
  const { body, bodyLine } = front.ok ? front.value : bodyBehindBroken(text);
  const read = readTaskBody(path, body, bodyLine);
  const whole = { ...read, body: withPreamble(read.body, read.preamble) };
  return join(path, front.ok ? readHead(path, front.value) : front, whole, bodyLine);
}

function parsePlain(path: string, text: string): Result<Task, FileFault[]> {
  const read = readTaskBody(path, text, 1);
  const header = readHeader(path, read.preamble, 1, { word: 'Task', fields: plainFields, examples: PLAIN_EXAMPLES });
  if (!header.ok) return join(path, header, read, 1);
  const { id, fields } = header.value;
  const data = {
    id,
    agent: fields.Agent,
    title: firstSentence(read.body.description) || id,
    priority: fields.Priority,
    created: fields.Created,
    ...(fields.Model ? { model: fields.Model } : {}),
  };
  const locator = { lineOf: () => read.preamble.findIndex(line => line.trim() !== '') + 1, sourceOf: () => null };
  return join(path, readHead(path, { data, ...locator, body: '', bodyLine: 1 }), read, 1);
}

/**
 * Reads a task file, given its path from the repository root. All faults come at once, by line: size and bytes, front
 * matter, keys, place, sections. The plain form is seed 5's task assignment.
 */
export function parseTaskFile(path: string, bytes: Uint8Array): Result<ParsedTask, FileFault[]> {
  const ordinary = readOrdinaryTask(path, bytes);
  if (ordinary !== null) return ok({ task: ordinary, form: 'front_matter' });
  return parseAnyTask(path, bytes);
}

/** The same with the packages that read every form, and say of a wrong one what is wrong. */
export function parseAnyTask(path: string, bytes: Uint8Array): Result<ParsedTask, FileFault[]> {
  const text = decodeText(path, bytes);
  if (!text.ok) return text;
  const form = startsWithFrontMatter(text.value) ? 'front_matter' : 'plain';
  if (form === 'plain' && !/^\s*# *Task:/i.test(text.value)) {
    return refused(
      path,
      1,
      'expected front matter (a first line ---) or the heading "# Task: <id>"',
      '# Task: feat-001',
    );
  }
  const task = form === 'plain' ? parsePlain(path, text.value) : parseWithFrontMatter(path, text.value);
  return task.ok ? ok({ task: task.value, form }) : task;
}

/** Writes the front-matter form: keys in a fixed order, only those that are set, criteria as numbered check boxes. */
export function formatTask({ head, body }: Task): string {
  const { title, override_reason } = head;
  const safe = {
    ...head,
    title: neutraliseLine(title),
    override_reason: override_reason && neutraliseLine(override_reason),
  };
  const ordered = Object.fromEntries(Object.keys(taskHeadSchema.shape).map(key => [key, Reflect.get(safe, key)]));
  return `${writeFrontMatter(ordered)}\n${writeTaskBody(body)}`;
}
