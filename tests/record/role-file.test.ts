import { describe, expect, it } from 'vitest';
import { TOOL_NAMES } from '../../src/domain/role.ts';
import { parseRole } from '../../src/record/role-file.ts';
import { bytesOf } from '../support/record-values.ts';

const PATH = '.claude/agents/reviewer.md';

const parse = (keys: string, body = '\nRead closely.\n'): unknown => {
  const read = parseRole(PATH, bytesOf(`---\n${keys}---\n${body}`));
  return read.ok ? read.value : read.failure.map(({ line, problem, example }) => `${line}: ${problem} | ${example}`);
};

const BASE = 'name: reviewer\ndescription: Reads changes\n';
const ROLE = {
  name: 'reviewer',
  purpose: 'Reads changes',
  paths: null,
  produces: 'change',
  readOnly: false,
  tools: TOOL_NAMES,
  instructions: 'Read closely.',
  source: PATH,
};

describe("Claude Code's own keys", () => {
  it('need a name and a description and leave everything else open', () => {
    expect(parse(BASE)).toEqual(ROLE);
    expect(parse(`${BASE}model: inherit\ncolor: red\nhooks: { Stop: [{ command: x }] }\nfuture: 1\n`)).toEqual(ROLE);
    expect(parse('nmae: x\n')).toEqual([
      '1: name is missing; expected text | name: engineer-backend',
      '1: description is missing; expected text | description: Server-side implementation',
    ]);
  });

  it.each([
    ['tools: Read, Grep, Glob', ['read', 'list', 'search', 'submit', 'block']],
    ['tools: [Read, MultiEdit, Bash(npm test:*), WebFetch, mcp__x__y]', ['read', 'edit', 'run', 'submit', 'block']],
    ['tools: "*"', TOOL_NAMES],
    ['tools: []', ['submit', 'block']],
    ['disallowedTools: Bash, Write, Edit', ['read', 'list', 'search', 'submit', 'block']],
    ['tools: Read, Bash\ndisallowedTools: [Bash(rm *)]', ['read', 'run', 'submit', 'block']],
  ])('narrow the tools: %s', (keys, tools) => {
    expect(parse(`${BASE}${keys}\n`)).toEqual({ ...ROLE, tools });
  });

  it('may hold a description that YAML would refuse', () => {
    const description = 'Use after changes. Examples: <example>user: "hi" # not a comment</example>';
    expect(parse(`name: reviewer\ndescription: ${description}\n`)).toEqual({ ...ROLE, purpose: description });
    expect(parse('name: reviewer\ndescription: a: b\nother: [\n')).toEqual([
      expect.stringMatching(/^3: not YAML/),
      expect.stringMatching(/^5: not YAML/),
    ]);
  });
});

describe('the key kleiber', () => {
  it('sets paths, product and tools', () => {
    expect(
      parse(`${BASE}tools: Read\nkleiber:\n  paths: [src/**]\n  produces: report\n  tools: [read, run, write]\n`),
    ).toEqual({
      ...ROLE,
      paths: ['src/**'],
      produces: 'report',
      readOnly: true,
      tools: ['read', 'run', 'submit', 'block'],
    });
    expect(parse(`${BASE}kleiber: { produces: report, read_only: false }\n`)).toEqual({ ...ROLE, produces: 'report' });
  });

  it('is strict', () => {
    expect(parse(`${BASE}kleiber:\n  pahts: [src/**]\n  produces: reports\n  tools: [bash]\n`)).toEqual([
      '5: unknown key "pahts" in kleiber; did you mean "paths"? | paths: [src/server/**]',
      '6: kleiber.produces is "reports"; expected one of change, report; did you mean "report"? | produces: report',
      `7: kleiber.tools entry 1 is "bash"; expected one of ${TOOL_NAMES.join(', ')} | tools: [read, search]`,
    ]);
  });

  it('cannot want to write and be read-only', () => {
    expect(parse(`${BASE}kleiber: { read_only: true, tools: [read, edit] }\n`)).toEqual([
      '4: kleiber.tools has "edit" although kleiber.read_only is true | tools: [read, list, search, run]',
    ]);
  });
});

it('neutralises what a stranger wrote for the terminal', () => {
  expect(parse('name: reviewer\ndescription: "a\\e[2J\\nb"\n')).toEqual({ ...ROLE, purpose: 'a\\u{1b}[2J b' });
});
