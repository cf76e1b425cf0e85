import { describe, expect, it } from 'vitest';
import { countOptional, findMismatch, findUnsupported } from '../../src/rehearsal/schema-check.ts';

const object = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const plan = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object({ tasks: { type: 'array', minItems: 1, items: { $ref: '#/$defs/task' } } }),
  $defs: {
    task: object(
      {
        id: { type: 'string', pattern: '^[a-z]+$' },
        tier: { enum: ['haiku', 'sonnet', 'opus'] },
        minutes: { type: ['integer', 'null'] },
        after: { anyOf: [{ type: 'string' }, { const: false }] },
      },
      ['id', 'tier'],
    ),
  },
};

describe('the schema of a structured answer', () => {
  it('may use references, choices and annotations', () => {
    expect(findUnsupported(plan, 'schema')).toBeNull();
  });

  it.each([
    ['an open object', { type: 'object', properties: {} }, /additionalProperties/],
    ['a number range', { type: 'integer', minimum: 1 }, /'minimum' is not supported/],
    ['a longest text', object({ a: { type: 'string', maxLength: 9 } }), /properties\.a.*'maxLength'/],
    ['two items at least', { type: 'array', items: { type: 'string' }, minItems: 2 }, /minItems/],
    ['one of', { oneOf: [{ type: 'string' }] }, /oneOf/],
    ['an unknown type', { type: 'date' }, /unknown type/],
    ['objects in an enum', { enum: [{}] }, /plain values/],
    ['a list as a schema', object({ a: [] }), /must be an object/],
    ['a reference elsewhere', { $ref: 'https://example.com/a.json' }, /cannot resolve/],
    [
      'recursion',
      { ...object({ a: { $ref: '#/$defs/a' } }), $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } } },
      /recursive/,
    ],
  ])('may not have %s', (_name, schema, complaint) => {
    expect(findUnsupported(schema, 'schema')).toMatch(complaint);
  });

  it('has as many optional parameters as properties that may be absent, at every depth', () => {
    expect(countOptional(plan)).toBe(2);
  });
});

describe('a structured answer', () => {
  const task = { id: 'a', tier: 'opus' };

  it.each([
    ['in its short form', { tasks: [task] }],
    ['with its optional parts', { tasks: [{ ...task, minutes: null, after: false }] }],
  ])('matches %s', (_name, value) => {
    expect(findMismatch(plan, value)).toBeNull();
  });

  it.each([
    ['nothing required', {}, '$: lacks "tasks"'],
    ['no item', { tasks: [] }, '$.tasks: must not be empty'],
    ['another type', { tasks: 'none' }, '$.tasks: must be array'],
    [
      'a value outside the enum',
      { tasks: [{ ...task, tier: 'best' }] },
      '$.tasks[0].tier: must be one of ["haiku","sonnet","opus"]',
    ],
    ['a fraction', { tasks: [{ ...task, minutes: 1.5 }] }, '$.tasks[0].minutes: must be integer or null'],
    ['an unknown key', { tasks: [{ ...task, toString: 1 }] }, '$.tasks[0]: has the unknown "toString"'],
    ['a text outside the pattern', { tasks: [{ ...task, id: 'A1' }] }, '$.tasks[0].id: must match ^[a-z]+$'],
    [
      'no alternative',
      { tasks: [{ ...task, after: true }] },
      '$.tasks[0].after: matches no alternative ($.tasks[0].after: must be string; $.tasks[0].after: must be false)',
    ],
  ])('does not match with %s', (_name, value, complaint) => {
    expect(findMismatch(plan, value)).toBe(complaint);
  });
});
