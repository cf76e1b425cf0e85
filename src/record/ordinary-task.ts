/**
 * Reads a task file in the form in which kleiber writes it, without the packages that read every form: ten thousand
 * files are then a second's work, and a status that meets one new file loads nothing for it. A file that is odd in any way,
 * right or wrong, is left to `parseTaskFile`; where this one answers, both answer the same.
 */
import { isUtf8 } from 'node:buffer';
import { AGENT_PATTERN, ID_PATTERN, RISKS } from '../domain/names.ts';
import type { Task, TaskHead, Traits } from '../domain/task.ts';
import { PHASES, PRIORITIES, TIERS } from '../domain/tier.ts';
import { FILE_LIMIT_BYTES, FRONT_MATTER_LIMIT_BYTES, FRONT_MATTER_LIMIT_LINES } from './limits.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { missingParts, readTaskBody, withPreamble } from './task-body.ts';

type Check = (value: unknown) => boolean;

const isText =
  (most: number): Check =>
  value =>
    typeof value === 'string' && value.length >= 1 && value.length <= most;
const isLike =
  (pattern: RegExp): Check =>
  value =>
    typeof value === 'string' && pattern.test(value);
const isOneOf =
  (known: readonly string[]): Check =>
  value =>
    typeof value === 'string' && known.includes(value);
const isListOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check);
const isFlag: Check = value => typeof value === 'boolean';

const DAY = '(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)';
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const TIME = new RegExp(`^\\d{4}-${DAY}T${CLOCK}:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-]${CLOCK})$`);

const TRAIT_CHECKS: Readonly<Record<keyof Traits, Check>> = {
  architectural: isFlag,
  complete_feature: isFlag,
  repetitive: isFlag,
  reversible: isFlag,
  minutes: value => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 600,
  doc: isOneOf(['draft', 'polish', 'internal']),
};

const HEAD_CHECKS: Readonly<Record<keyof TaskHead, Check>> = {
  id: isLike(ID_PATTERN),
  agent: isLike(AGENT_PATTERN),
  phase: isOneOf(PHASES),
  title: isText(120),
  priority: isOneOf(PRIORITIES),
  created: isLike(TIME),
  depends_on: isListOf(isLike(ID_PATTERN)),
  after: isListOf(isLike(ID_PATTERN)),
  files: isListOf(isText(256)),
  traits: value => typeof value === 'object' && value !== null && !Array.isArray(value) && fits(value, TRAIT_CHECKS),
  risk: isListOf(isOneOf(RISKS)),
  budget_usd: value => typeof value === 'number' && value > 0 && value <= 10_000,
  model: isOneOf(TIERS),
  override_reason: isText(500),
  review: isOneOf(['human']),
  plan: isLike(ID_PATTERN),
};

const REQUIRED: readonly (keyof TaskHead)[] = ['id', 'agent', 'title', 'created'];

/** Every key is known and its value right. */
const fits = (value: object, checks: Readonly<Record<string, Check>>): boolean =>
  Object.entries(value).every(([key, entry]) => Object.hasOwn(checks, key) && checks[key]?.(entry) === true);

const DEFAULTS = (): Pick<TaskHead, 'phase' | 'priority' | 'depends_on' | 'after' | 'files' | 'traits' | 'risk'> => ({
  phase: 'EXEC',
  priority: 'p1',
  depends_on: [],
  after: [],
  files: [],
  traits: {},
  risk: [],
});

function headOf(data: Record<string, unknown>): TaskHead | null {
  if (!fits(data, HEAD_CHECKS) || !REQUIRED.every(key => Object.hasOwn(data, key))) return null;
  // The table above has every key of a head, and a check of its type for each.
  return { ...DEFAULTS(), ...data } as TaskHead;
}

/** The text between the two lines `---`, and the one behind them. */
function split(text: string): { source: string; body: string; bodyLine: number } | null {
  if (!text.startsWith('---\n')) return null;
  const close = text.indexOf('\n---', 3);
  if (close < 4 || text[close + 4] !== '\n' || close > FRONT_MATTER_LIMIT_BYTES / 2) return null;
  const source = text.slice(4, close);
  const lines = source.split('\n').length;
  return lines > FRONT_MATTER_LIMIT_LINES / 2 ? null : { source, body: text.slice(close + 5), bodyLine: lines + 3 };
}

/** The text of well-formed bytes in which nothing is hidden. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > FILE_LIMIT_BYTES || !isUtf8(bytes)) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.includes('\0') || text.includes('\r') ? null : text;
}

/** The task at `tasks/<agent>/<id>.md`, or null when only `parseTaskFile` can say what the file is. */
export function readOrdinaryTask(path: string, bytes: Uint8Array): Task | null {
  const text = textOf(bytes);
  const parts = text === null ? null : split(text);
  const data = parts === null ? null : readPlainYaml(parts.source);
  const head = data === null ? null : headOf(data);
  if (parts === null || head === null || path !== `tasks/${head.agent}/${head.id}.md`) return null;
  const read = readTaskBody(path, parts.body, parts.bodyLine);
  const isRight = read.faults.length === 0;
  const body = withPreamble(read.body, read.preamble);
  return isRight && missingParts(path, body, parts.bodyLine).length === 0 ? { head, body } : null;
}
