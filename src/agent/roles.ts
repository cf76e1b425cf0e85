/** The built-in roles: the five of seed 5, the conductor's planner, and the sub-agents of seed 4. */
import type { Config } from '../domain/config.ts';
import { type Role, TOOL_NAMES, type ToolName } from '../domain/role.ts';
import { writesDocumentsOnly } from '../policy/documents.ts';
import { canonicalAgent, KNOWN_AGENTS } from '../policy/routing-table.ts';

const ALL_TOOLS: readonly ToolName[] = TOOL_NAMES;
const READ_TOOLS: readonly ToolName[] = ['read', 'list', 'search', 'run', 'submit', 'block'];

const role = (name: string, purpose: string, rest: Partial<Role> & { instructions: string }): Role => ({
  name,
  purpose,
  paths: null,
  produces: 'change',
  readOnly: false,
  tools: ALL_TOOLS,
  source: 'built-in',
  ...rest,
});

const FIVE: readonly Role[] = [
  role('architect', 'designs modules and interfaces, reviews plans; never writes code', {
    paths: ['docs/architecture/**'],
    instructions: `You are the architect. You define module boundaries and interfaces and validate designs, security ones above all.
You write design documents only, never code. Decide, give a brief rationale, name the patterns to follow.`,
  }),
  role('engineer-frontend', 'builds the user interface', {
    paths: ['src/frontend/**', 'src/components/**'],
    instructions: `You are the front-end engineer: components, styling, state, form validation, error handling, accessibility (WCAG 2.1).
Strict types pass, the console shows no errors, and every view works at 375 px. You do not touch back-end code.`,
  }),
  role('engineer-backend', 'builds the server side', {
    paths: ['src/backend/**', 'src/services/**', 'src/db/**'],
    instructions: `You are the back-end engineer: routes, queries, business logic, input validation, error handling, logging.
All tests pass, no N+1 queries, and a user's mistake is never answered with a server error. You do not touch front-end code.`,
  }),
  role('validator', 'runs the checks and reports; reads only', {
    paths: [],
    produces: 'report',
    readOnly: true,
    tools: READ_TOOLS,
    instructions: `You are the validator. You run tests, lint and type checks and report what you saw, command by command. You change nothing.`,
  }),
  role('scribe', 'keeps the documents and the change log', {
    paths: ['docs/**', '*.md'],
    instructions: `You are the scribe. You keep documents, decision records and the change log current. You never touch source code,
and in logs you only append: what stands there stays.`,
  }),
];

const PLANNER = role('planner', 'breaks a feature request into tasks', {
  paths: [],
  produces: 'report',
  readOnly: true,
  tools: ['read', 'list', 'search'],
  instructions: `You are the planner. You break a feature request into tasks that different agents can build at the same time.`,
});

/** Seed 4 names these agents and what they reason about; a project gives them paths when it needs them to write. */
const SUB_AGENT_PURPOSE: Record<string, string> = {
  github: 'pull requests and CI status; deterministic operations',
  docmon: 'compliance of documents with their templates',
  retro: 'patterns and lessons out of what happened',
  quickfix: 'trivial edits under 50 lines',
  validation: 'critical gate: duplicate work and quality',
  design: 'component architecture and choice of patterns',
  testing: 'test strategy, edge cases and end-to-end tests',
  database: 'schemas, constraints and migrations',
  stories: 'user stories',
  api: 'API design and contracts',
  risk: 'risks and their mitigation',
  dependency: 'dependencies and known vulnerabilities',
  performance: 'finding and planning optimisations',
  uat: 'acceptance tests from the user side',
  security: 'threats, vulnerabilities, data protection',
};

/** What these find is a report, and others build from it. */
const REPORTING: ReadonlySet<string> = new Set(['security']);
const REPORT_ONLY: Partial<Role> = { produces: 'report', readOnly: true, tools: READ_TOOLS };

const subAgent = (name: string): Role => {
  const purpose = SUB_AGENT_PURPOSE[name] ?? 'work of its own kind';
  const instructions = `You are the ${name} agent: ${purpose}.`;
  return role(name, purpose, REPORTING.has(name) ? { ...REPORT_ONLY, instructions } : { instructions });
};

const BUILT_IN: readonly Role[] = [
  ...FIVE,
  PLANNER,
  ...KNOWN_AGENTS.filter(name => name in SUB_AGENT_PURPOSE).map(subAgent),
];

/** The built-in paths of these are one layout among many; where `init` has mapped a project, its word counts alone. */
const MAPPED_BY_INIT: ReadonlySet<string> = new Set(['engineer-frontend', 'engineer-backend']);

const unmapped = (role: Role): Role => (MAPPED_BY_INIT.has(role.name) ? { ...role, paths: null } : role);

/** What seed 5 makes of these roles no file of a project takes away: who only reads goes on reading, documents stay documents. */
function withLimits(own: Role): Role {
  const known = FIVE.find(({ name }) => name === canonicalAgent(own.name));
  if (known?.name === 'validator') return { ...own, paths: known.paths, ...REPORT_ONLY };
  return known !== undefined && writesDocumentsOnly(own.name) ? { ...own, paths: own.paths ?? known.paths } : own;
}

/**
 * A role of the project replaces the built-in one within its limits; paths in kleiber.yml win over both. The planner is never
 * replaced, only its hand-over texts. An engineer that a mapped project does not name works in the files of its task.
 */
export function allRoles(projectRoles: readonly Role[], config: Pick<Config, 'roles'>): Map<string, Role> {
  const isMapped = Object.keys(config.roles).length > 0;
  const roles = new Map(BUILT_IN.map(known => [known.name, isMapped ? unmapped(known) : known]));
  for (const own of projectRoles)
    roles.set(own.name, own.name === PLANNER.name ? withTexts(PLANNER, own) : withLimits(own));
  for (const [name, { paths }] of Object.entries(config.roles)) {
    const known =
      roles.get(name) ??
      role(name, 'defined in kleiber.yml', { instructions: `You are ${name}.`, source: 'kleiber.yml' });
    if (name !== PLANNER.name) roles.set(name, withLimits({ ...known, paths }));
  }
  return roles;
}

const withTexts = (known: Role, { texts }: Role): Role => (texts === undefined ? known : { ...known, texts });

/** Seed names in other spellings find their role too. */
export const findRole = (roles: ReadonlyMap<string, Role>, agent: string): Role | null =>
  roles.get(agent) ?? roles.get(canonicalAgent(agent)) ?? null;
