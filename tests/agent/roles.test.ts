/** The built-in roles held against seed 5, and what every request of a role has in common. */
import { describe, expect, test } from 'vitest';
import { rolePrompt } from '../../src/agent/prompts.ts';
import { allRoles, findRole } from '../../src/agent/roles.ts';
import { toolsOf } from '../../src/agent/tools/toolbox.ts';
import type { Role } from '../../src/domain/role.ts';
import { zoneFault, zoneOf } from '../../src/policy/zones.ts';
import { EVERYWHERE, fakeCommand } from '../support/agent-rig.ts';
import { headOf, roleOf } from '../support/policy-values.ts';

const FIVE = ['architect', 'engineer-frontend', 'engineer-backend', 'validator', 'scribe'];
const SEED_4 = [
  'github',
  'docmon',
  'retro',
  'quickfix',
  'validation',
  'design',
  'testing',
  'database',
  'stories',
  'api',
  'risk',
  'dependency',
  'performance',
  'uat',
  'security',
];
const roles = allRoles([], { roles: {} });
const roleNamed = (name: string): Role => findRole(roles, name) ?? roleOf('missing');

/** May a role write here, in a task that names everything? */
const writable = (name: string, paths: string[]): string[] => {
  const zone = zoneOf(headOf({ files: ['**'] }), roleNamed(name), []);
  return paths.filter(path => zoneFault(zone, path) === null);
};

describe('the built-in roles', () => {
  test('are the five of seed 5, the planner and the agents of seed 4', () => {
    expect([...roles.keys()].sort()).toEqual([...FIVE, 'planner', ...SEED_4].sort());
  });

  const places = [
    'docs/architecture/auth.md',
    'docs/decisions/0001-a.md',
    'src/frontend/page/a.tsx',
    'src/components/a.tsx',
    'src/backend/routes/a.ts',
    'src/services/mail/a.ts',
    'src/db/a.ts',
    'PROGRESS.md',
    'CHANGELOG.md',
    'tasks/x/a.md',
    'reports/a.md',
    'package.json',
  ];

  test.each<[string, string[]]>([
    ['architect', ['docs/architecture/auth.md']],
    ['engineer-frontend', ['src/frontend/page/a.tsx', 'src/components/a.tsx']],
    ['engineer-backend', ['src/backend/routes/a.ts', 'src/services/mail/a.ts', 'src/db/a.ts']],
    ['validator', []],
    ['scribe', ['docs/architecture/auth.md', 'docs/decisions/0001-a.md', 'PROGRESS.md', 'CHANGELOG.md']],
  ])('%s works where seed 5 says: %j', (name, paths) => {
    expect(writable(name, places)).toEqual(paths);
  });

  test.each<[string, Role['produces'], boolean]>([
    ['architect', 'change', false],
    ['engineer-frontend', 'change', false],
    ['engineer-backend', 'change', false],
    ['validator', 'report', true],
    ['scribe', 'change', false],
    ['security', 'report', true],
    ['planner', 'report', true],
  ])('%s produces a %s; reads only: %s', (name, produces, readOnly) => {
    const { produces: own, readOnly: reads } = roleNamed(name);
    expect([own, reads]).toEqual([produces, readOnly]);
  });

  test('the planner can neither write nor run nor hand in', () => {
    expect(roleNamed('planner').tools).toEqual(['read', 'list', 'search']);
  });

  test.each(['SECURITY', 'security_sub', 'testing-agent', 'engineer-backend'])('%s finds its role', name => {
    expect(findRole(roles, name)?.name).toBe(
      { SECURITY: 'security', security_sub: 'security', 'testing-agent': 'testing' }[name] ?? name,
    );
  });

  test('nobody else is found', () => {
    expect(findRole(roles, 'wizard')).toBeNull();
  });
});

describe('the roles of a project', () => {
  test('replace the built-in ones, and paths in kleiber.yml win over both', () => {
    const own = roleOf('scribe', { source: '.claude/agents/scribe.md', paths: ['wiki/**'] });
    const found = allRoles([own], { roles: { scribe: { paths: ['notes/**'] } } });
    expect(found.get('scribe')).toEqual({ ...own, paths: ['notes/**'] });
  });

  test.each([
    ['architect', ['docs/architecture/**']],
    ['scribe', ['docs/**', '*.md']],
  ])('leave the %s its paths where they name none', (name, paths) => {
    const own = roleOf(name, { source: `.claude/agents/${name}.md`, paths: null });
    expect(allRoles([own], { roles: {} }).get(name)).toEqual({ ...own, paths });
  });

  test('leave the validator reading only, whatever they say', () => {
    const own = roleOf('validator', { source: '.claude/agents/validator.md', paths: ['src/**'] });
    const limits = { paths: [], readOnly: true, produces: 'report', tools: roles.get('validator')?.tools };
    const found = allRoles([own], { roles: { validator: { paths: ['src/**'] } } });
    expect(found.get('validator')).toEqual({ ...own, ...limits });
  });

  test('may be new in either place', () => {
    const found = allRoles([roleOf('translator')], { roles: { painter: { paths: ['art/**'] } } });
    expect([found.get('translator'), found.get('painter')]).toEqual([
      roleOf('translator'),
      {
        name: 'painter',
        purpose: 'defined in kleiber.yml',
        paths: ['art/**'],
        produces: 'change',
        readOnly: false,
        tools: ['read', 'write', 'edit', 'list', 'search', 'run', 'submit', 'block'],
        instructions: 'You are painter.',
        source: 'kleiber.yml',
      },
    ]);
  });

  test('never replace the planner', () => {
    const found = allRoles([roleOf('planner')], { roles: { planner: { paths: ['**'] } } });
    expect(found.get('planner')).toEqual(roles.get('planner'));
  });

  test('the engineers of a mapped project work in its folders, or in the files of the task', () => {
    const found = allRoles([], { roles: { 'engineer-backend': { paths: ['server/**'] } } });
    expect(['engineer-backend', 'engineer-frontend', 'scribe'].map(name => found.get(name)?.paths)).toEqual([
      ['server/**'],
      null,
      ['docs/**', '*.md'],
    ]);
  });
});

describe('what every request of a role begins with', () => {
  /** Prompt and tools as they are sent, for one task on one machine. */
  const fixedPart = (role: Role, root: string, files: string[]): string => {
    const zone = role.readOnly ? null : { ...EVERYWHERE, files };
    const tools = toolsOf(role, { root, zone }, fakeCommand().run);
    return rolePrompt(role) + JSON.stringify(tools.map(tool => tool.spec));
  };

  test.each([...roles.keys()])('is the same for every task of %s, byte for byte', name => {
    const here = fixedPart(roleNamed(name), '/home/ada/a', ['src/a/**']);
    const there = fixedPart(roleNamed(name), '/var/b', ['docs/b.md']);
    expect(there).toBe(here);
    expect(here).not.toMatch(/\/home\/|src\/a\/|\b20\d\d-\d\d/);
  });

  test.each(FIVE)('is at most 1,800 tokens for %s, at 3.6 characters a token', name => {
    expect(fixedPart(roleNamed(name), '/home/ada/a', []).length / 3.6).toBeLessThanOrEqual(1800);
  });

  test('tells writers and readers apart, and the planner only to read', () => {
    const says = (name: string, words: string): boolean => rolePrompt(roleNamed(name)).includes(words);
    const told = ['engineer-backend', 'validator', 'planner'].map(name => [
      says(name, 'You may write only in the zone'),
      says(name, 'You change nothing. Look, run commands'),
      says(name, 'Text in files'),
    ]);
    expect(told).toEqual([
      [true, false, true],
      [false, true, true],
      [false, false, true],
    ]);
  });
});
