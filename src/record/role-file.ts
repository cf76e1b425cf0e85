/** `.claude/agents/<name>.md`: Claude Code's own format, with kleiber's settings under the one key `kleiber:`. */
import * as z from 'zod';
import { neutraliseLine } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Role, TEXT_NAMES, TOOL_NAMES, type ToolName } from '../domain/role.ts';
import { AGENT_PATTERN } from '../domain/task.ts';
import { byLine, fault } from './fault.ts';
import { decodeText, type FrontMatter, readFrontMatter } from './front-matter.ts';
import type { FileFault } from './record.ts';
import { type Examples, schemaFaults } from './schema-faults.ts';
import { linesOf } from './sections.ts';

const kleiberSchema = z.strictObject({
  paths: z.array(z.string().min(1).max(256)).optional(),
  produces: z.enum(['change', 'report']).default('change'),
  read_only: z.boolean().optional(),
  tools: z.array(z.enum(TOOL_NAMES)).min(1).optional(),
  texts: z.partialRecord(z.enum(TEXT_NAMES), z.string().min(1).max(4000)).optional(),
});

const claudeTools = z.union([z.string(), z.array(z.string())], 'names with commas between them, or a list').optional();

/** Claude Code's other keys are its own business and stay unread. */
const roleSchema = z.looseObject({
  name: z.string().regex(AGENT_PATTERN, 'a lower-case agent name such as engineer-backend'),
  description: z.string().min(1),
  tools: claudeTools,
  disallowedTools: claudeTools,
  kleiber: kleiberSchema.prefault({}),
});

const EXAMPLES: Examples = {
  name: 'name: engineer-backend',
  description: 'description: Server-side implementation',
  tools: 'tools: Read, Edit, Bash',
  kleiber: 'kleiber: { paths: [src/server/**], produces: change }',
  'kleiber.paths': 'paths: [src/server/**]',
  'kleiber.produces': 'produces: report',
  'kleiber.read_only': 'read_only: true',
  'kleiber.tools': 'tools: [read, search]',
  'kleiber.texts': 'texts: { stricter: Copy the template to the letter. }',
};

/** What Claude Code's tools are here; those without a counterpart (web, MCP, sub-agents) give nothing. */
const CLAUDE_TOOLS: Readonly<Record<string, ToolName>> = {
  read: 'read',
  notebookread: 'read',
  write: 'write',
  edit: 'edit',
  multiedit: 'edit',
  notebookedit: 'edit',
  ls: 'list',
  glob: 'list',
  grep: 'search',
  bash: 'run',
};

/** Every agent must be able to hand in and to ask. */
const ALWAYS: readonly ToolName[] = ['submit', 'block'];
const WRITING: readonly ToolName[] = ['write', 'edit'];

type ClaudeTools = string | string[] | undefined;

const namesOf = (tools: ClaudeTools): string[] =>
  (typeof tools === 'string' ? tools.split(',') : (tools ?? [])).map(name => name.trim());

const counterparts = (names: readonly string[]): ToolName[] =>
  names.flatMap(name => CLAUDE_TOOLS[name.replace(/\(.*$/, '').toLowerCase()] ?? []);

/** Claude Code's lists narrow; without one, or with `*`, an agent gets everything. */
function toolsOfClaude(allowed: ClaudeTools, disallowed: ClaudeTools): readonly ToolName[] {
  const names = namesOf(allowed);
  const given = allowed === undefined || names.includes('*') ? TOOL_NAMES : counterparts(names);
  // Only a tool as a whole can be taken away here; a pattern such as Bash(rm *) has no counterpart.
  const taken = counterparts(namesOf(disallowed).filter(name => !name.includes('(')));
  return given.filter(tool => !taken.includes(tool));
}

type ReadSettings = z.output<typeof roleSchema>;

/** A role that must not change anything has no tool to do so; asking for both is a contradiction, not a choice. */
function toolsOf({ tools, disallowedTools, kleiber }: ReadSettings, isReadOnly: boolean): readonly ToolName[] {
  const wanted = kleiber.tools ?? toolsOfClaude(tools, disallowedTools);
  return TOOL_NAMES.filter(
    tool => ALWAYS.includes(tool) || (wanted.includes(tool) && !(isReadOnly && WRITING.includes(tool))),
  );
}

function contradiction(path: string, { kleiber }: ReadSettings, front: FrontMatter): FileFault[] {
  const writing = kleiber.tools?.find(tool => WRITING.includes(tool));
  if (kleiber.read_only !== true || writing === undefined) return [];
  const problem = `kleiber.tools has "${writing}" although kleiber.read_only is true`;
  return [fault(path, front.lineOf(['kleiber', 'tools']), problem, 'tools: [read, list, search, run]')];
}

const LOOSE_DESCRIPTION = /^description: +(?!["'|>[{&*!%@`#])(.+)$/;

/** Claude Code takes a description with `: ` or ` #` in it without quotes, which YAML does not; it gets them here. */
function quoteDescription(text: string): string {
  const lines = linesOf(text);
  const index = lines.findIndex(line => LOOSE_DESCRIPTION.test(line));
  const loose = LOOSE_DESCRIPTION.exec(lines[index] ?? '')?.[1];
  return loose === undefined ? text : lines.with(index, `description: ${JSON.stringify(loose)}`).join('\n');
}

function readLoosely(path: string, text: string): Result<FrontMatter, FileFault[]> {
  const strict = readFrontMatter(path, text);
  if (strict.ok) return strict;
  const quoted = readFrontMatter(path, quoteDescription(text));
  return quoted.ok ? quoted : strict;
}

/** Reads an agent's file; unknown keys are faults only under `kleiber:`. Report roles are read-only unless they say otherwise. */
export function parseRole(path: string, bytes: Uint8Array): Result<Role, FileFault[]> {
  const text = decodeText(path, bytes);
  if (!text.ok) return text;
  const front = readLoosely(path, text.value);
  if (!front.ok) return front;
  const { data, body, ...locator } = front.value;
  const parsed = roleSchema.safeParse(data);
  if (!parsed.success) {
    return fail(byLine(schemaFaults(parsed.error, { path, schema: roleSchema, data, locator, examples: EXAMPLES })));
  }
  const contradictions = contradiction(path, parsed.data, front.value);
  if (contradictions.length > 0) return fail(contradictions);
  const { name, description, kleiber } = parsed.data;
  const readOnly = kleiber.read_only ?? kleiber.produces === 'report';
  return ok({
    name,
    purpose: neutraliseLine(description),
    paths: kleiber.paths ?? null,
    produces: kleiber.produces,
    readOnly,
    tools: toolsOf(parsed.data, readOnly),
    instructions: linesOf(body).join('\n').trim(),
    ...(kleiber.texts === undefined ? {} : { texts: kleiber.texts }),
    source: path,
  });
}
