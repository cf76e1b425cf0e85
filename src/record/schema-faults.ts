/** What a schema found wrong, said for the person who typed it: expected, what stands there, and a right example. */
import * as z from 'zod';
import { didYouMean, nearestWord } from '../domain/nearest.ts';
import { fault } from './fault.ts';
import type { FileFault } from './record.ts';
import type { KeyPath, Locator } from './strict-yaml.ts';

/** Right examples by dotted path without list positions: `'depends_on'`, `'budget.task_usd'`. */
export type Examples = Readonly<Record<string, string>>;

interface Context {
  path: string;
  schema: z.ZodType;
  data: unknown;
  locator: Locator;
  examples: Examples;
}

/** Where a word or keys may stand, keys are what has more to be said about. */
const keysOf = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodUnion
    ? (schema.def.options.find(option => option instanceof z.ZodRecord || option instanceof z.ZodObject) ?? schema)
    : schema;

/** The schema under optional, default and prefault. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodNullable
  ) {
    current = current.def.innerType;
  }
  return keysOf(current);
}

function schemaAt(schema: z.core.$ZodType, path: KeyPath): z.core.$ZodType | undefined {
  let current: z.core.$ZodType | undefined = bare(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = current.def.shape[String(step)];
    else if (current instanceof z.ZodArray) current = current.def.element;
    else if (current instanceof z.ZodRecord) current = current.def.valueType;
    else return undefined;
    if (current === undefined) return undefined;
    current = bare(current);
  }
  return current;
}

/** The keys that may stand at a place: those of an object, or of a record over an enum. */
function knownKeys(schema: z.core.$ZodType, path: KeyPath): string[] {
  const found = schemaAt(schema, path);
  if (found instanceof z.ZodObject) return Object.keys(found.def.shape);
  if (!(found instanceof z.ZodRecord)) return [];
  const { keyType } = found.def;
  return keyType instanceof z.ZodEnum ? keyType.options.map(String) : [];
}

const nameOf = (path: KeyPath): string =>
  path
    .map((step, index) => (typeof step === 'number' ? ` entry ${step + 1}` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');

/** The example of a path, or of the closest thing around it that has one. */
function exampleOf(examples: Examples, path: KeyPath): string {
  const steps = path.filter(step => typeof step !== 'number').map(String);
  for (let length = steps.length; length > 0; length--) {
    const example = examples[steps.slice(0, length).join('.')];
    if (example !== undefined) return example;
  }
  return Object.values(examples)[0] ?? 'key: value';
}

function valueAt(data: unknown, path: KeyPath): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === String(step))?.[1];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'empty';
  return typeof value === 'object' ? 'a group of keys' : '';
}

/** `is missing`, `is the number 12`, `is "bild"`: what stands there, as typed where that says more. */
function standing({ data, locator }: Context, path: KeyPath): string {
  const value = valueAt(data, path);
  if (value === undefined) return 'is missing';
  if (typeof value === 'string') return `is ${JSON.stringify(value.slice(0, 80))}`;
  if (typeof value === 'number') return `is the number ${locator.sourceOf(path) ?? value}`;
  if (typeof value === 'boolean') return `is the switch ${value}`;
  return `is ${kindOf(value)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'an ISO time with zone, such as 2025-01-09T14:30:00Z',
  date: 'an ISO day, such as 2025-01-09',
};

function sizeRule(
  origin: string,
  relation: 'at least' | 'at most',
  limit: number | bigint,
  inclusive: boolean,
): string {
  if (origin === 'string') return `${relation} ${limit} characters`;
  if (origin === 'array') return `${relation} ${limit} entries`;
  return inclusive ? `${relation} ${limit}` : `${relation === 'at least' ? 'more' : 'less'} than ${limit}`;
}

function expectation(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const looksOtherwise = issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
      return (EXPECTED[issue.expected] ?? issue.expected) + (looksOtherwise ? ', in quotes if it looks like this' : '');
    }
    case 'invalid_value': {
      const known = issue.values.map(String);
      const choice = known.length > 1 ? `one of ${known.join(', ')}` : known.join();
      return choice + (typeof value === 'string' ? didYouMean(value, known) : '');
    }
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.message;
    case 'too_small':
      return sizeRule(issue.origin, 'at least', issue.minimum, issue.inclusive ?? true);
    case 'too_big':
      return sizeRule(issue.origin, 'at most', issue.maximum, issue.inclusive ?? true);
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function unknownKey(context: Context, parent: KeyPath, key: string): FileFault {
  const known = knownKeys(context.schema, parent);
  const nearest = nearestWord(key, known);
  const place = parent.length > 0 ? ` in ${nameOf(parent)}` : '';
  const help = nearest === null ? `; known are ${known.join(', ')}` : `; did you mean "${nearest}"?`;
  const example = exampleOf(context.examples, nearest === null ? parent : [...parent, nearest]);
  return fault(context.path, context.locator.lineOf([...parent, key]), `unknown key "${key}"${place}${help}`, example);
}

function faultsOfIssue(context: Context, issue: z.core.$ZodIssue): FileFault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(context, path, key));
  const value = valueAt(context.data, path);
  const stands = issue.code === 'invalid_key' ? 'is no right key' : standing(context, path);
  const name = nameOf(path) || 'the file';
  const problem = `${name} ${stands}; expected ${expectation(issue, value)}`;
  return [fault(context.path, context.locator.lineOf(path), problem, exampleOf(context.examples, path))];
}

/** Of a choice between shapes, the faults of the one that the value has. */
function withinChoice(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const near = issue.errors.find(errors =>
    errors.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return near?.map(inner => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

/** All faults that a failed parse of `data` found, with lines from the locator; unknown keys with did-you-mean. */
export function schemaFaults(error: z.ZodError, context: Context): FileFault[] {
  return error.issues.flatMap(withinChoice).flatMap(issue => faultsOfIssue(context, issue));
}
