/** The subset of JSON Schema that structured outputs accept: is a schema inside it, and does a value match one. */
import { isObject, type JsonObject, listOf, objectOf } from './request-shape.ts';

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

/** Annotations say something to the model and constrain nothing. */
const ALLOWED = new Set(
  ['$schema', 'title', 'description', 'default', 'examples'].concat(
    ['type', 'enum', 'const', 'anyOf', 'allOf', '$ref', '$defs', 'definitions'],
    ['properties', 'required', 'additionalProperties', 'items', 'minItems', 'format', 'pattern'],
  ),
);

/** What the API would not accept in this schema, with its address; null when it is inside the subset. */
export function findUnsupported(schema: JsonObject, path: string): string | null {
  return findIn(schema, path) ?? findCycle(schema, schema, [], path);
}

function findIn(schema: JsonObject, path: string): string | null {
  return findKeywordFault(schema, path) ?? findInAll(childrenOf(schema), path);
}

function findInAll(children: readonly Child[], path: string): string | null {
  for (const { at, schema } of children) {
    const fault = isObject(schema) ? findIn(schema, `${path}.${at}`) : `${path}.${at}: a schema must be an object`;
    if (fault !== null) return fault;
  }
  return null;
}

function findKeywordFault(schema: JsonObject, path: string): string | null {
  const { type, minItems, additionalProperties } = schema;
  const stranger = Object.keys(schema).find(key => !ALLOWED.has(key));
  if (stranger !== undefined) return `${path}: for '${String(type)}' type, property '${stranger}' is not supported`;
  if (minItems !== undefined && minItems !== 0 && minItems !== 1)
    return `${path}: for 'array' type, 'minItems' values other than 0 or 1 are not supported`;
  if (type !== undefined && !typesOf(schema).every(name => TYPES.includes(name))) return `${path}.type: unknown type`;
  if (typesOf(schema).includes('object') && additionalProperties !== false)
    return `${path}: for 'object' type, 'additionalProperties' must be explicitly set to false`;
  return listOf(schema.enum).some(isComposite) ? `${path}.enum: only plain values are supported` : null;
}

const isComposite = (value: unknown): boolean => typeof value === 'object' && value !== null;

const typesOf = (schema: JsonObject): string[] =>
  (Array.isArray(schema.type) ? schema.type : [schema.type]).map(String);

interface Child {
  readonly at: string;
  readonly schema: unknown;
}

function childrenOf(schema: JsonObject): Child[] {
  const named = ['properties', '$defs', 'definitions'].flatMap(key =>
    Object.entries(objectOf(schema[key])).map(([name, child]) => ({ at: `${key}.${name}`, schema: child })),
  );
  const listed = ['anyOf', 'allOf'].flatMap(key =>
    listOf(schema[key]).map((child, index) => ({ at: `${key}.${index}`, schema: child })),
  );
  return [...named, ...listed, ...(schema.items === undefined ? [] : [{ at: 'items', schema: schema.items }])];
}

/** Recursive schemas and references outside the document cannot be compiled. */
function findCycle(root: JsonObject, schema: JsonObject, seen: readonly string[], path: string): string | null {
  const reference = schema.$ref;
  if (typeof reference === 'string') {
    const target = resolve(root, reference);
    if (target === null) return `${path}: cannot resolve reference '${reference}'`;
    if (seen.includes(reference)) return `${path}: recursive schemas are not supported ('${reference}')`;
    return findCycle(root, target, [...seen, reference], path);
  }
  for (const { at, schema: child } of childrenOf(schema)) {
    const fault =
      at.startsWith('$defs') || at.startsWith('definitions') ? null : findCycle(root, objectOf(child), seen, path);
    if (fault !== null) return fault;
  }
  return null;
}

function resolve(root: JsonObject, reference: string): JsonObject | null {
  const [, home = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(reference) ?? [];
  const target = objectOf(root[home])[name];
  return isObject(target) ? target : null;
}

/** Properties that may be absent; the API limits their number over all schemas of a request. */
export function countOptional(schema: unknown): number {
  const here = objectOf(schema);
  const required = new Set(listOf(here.required));
  const own = Object.keys(objectOf(here.properties)).filter(name => !required.has(name)).length;
  return childrenOf(here).reduce((sum, child) => sum + countOptional(child.schema), own);
}

/** Why the value does not match a supported schema, with the address in the value; null when it does. */
export function findMismatch(schema: JsonObject, value: unknown, root: JsonObject = schema, path = '$'): string | null {
  if (typeof schema.$ref === 'string') {
    return findMismatch(resolve(root, schema.$ref) ?? {}, value, root, path);
  }
  return (
    literalMismatch(schema, value, path) ??
    typeMismatch(schema, value, path) ??
    choiceMismatch(schema, value, root, path) ??
    (isObject(value) ? objectMismatch(schema, value, root, path) : null) ??
    (Array.isArray(value) ? arrayMismatch(schema, value, root, path) : null)
  );
}

function literalMismatch(schema: JsonObject, value: unknown, path: string): string | null {
  if ('const' in schema && value !== schema.const) return `${path}: must be ${JSON.stringify(schema.const)}`;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return `${path}: must be one of ${JSON.stringify(schema.enum)}`;
  }
  if (typeof schema.pattern !== 'string' || typeof value !== 'string') return null;
  return new RegExp(schema.pattern, 'u').test(value) ? null : `${path}: must match ${schema.pattern}`;
}

function typeMismatch(schema: JsonObject, value: unknown, path: string): string | null {
  if (schema.type === undefined || typesOf(schema).some(type => isOfType(type, value))) return null;
  return `${path}: must be ${typesOf(schema).join(' or ')}`;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function choiceMismatch(schema: JsonObject, value: unknown, root: JsonObject, path: string): string | null {
  const faults = (key: string) => listOf(schema[key]).map(option => findMismatch(objectOf(option), value, root, path));
  const all = faults('allOf').find(fault => fault !== null);
  if (all !== undefined) return all;
  const any = faults('anyOf');
  return any.length > 0 && !any.includes(null) ? `${path}: matches no alternative (${any.join('; ')})` : null;
}

function objectMismatch(schema: JsonObject, value: JsonObject, root: JsonObject, path: string): string | null {
  const properties = objectOf(schema.properties);
  const missing = listOf(schema.required).find(name => !Object.hasOwn(value, String(name)));
  if (missing !== undefined) return `${path}: lacks "${String(missing)}"`;
  for (const [name, part] of Object.entries(value)) {
    const rule = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (rule === undefined && schema.additionalProperties === false) return `${path}: has the unknown "${name}"`;
    const fault = isObject(rule) ? findMismatch(rule, part, root, `${path}.${name}`) : null;
    if (fault !== null) return fault;
  }
  return null;
}

function arrayMismatch(schema: JsonObject, value: unknown[], root: JsonObject, path: string): string | null {
  if (value.length < Number(schema.minItems ?? 0)) return `${path}: must not be empty`;
  const items = objectOf(schema.items);
  const faults = value.map((part, index) => findMismatch(items, part, root, `${path}[${index}]`));
  return faults.find(fault => fault !== null) ?? null;
}
