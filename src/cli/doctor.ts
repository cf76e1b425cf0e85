/** `kleiber doctor`: is everything here that a run needs? Each line says what was looked at and what was found. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Command } from 'commander';
import { calendarOf } from '../agent/meter.ts';
import { gitVersion } from '../git/user-repository.ts';
import { workingFiles } from '../git/working-files.ts';
import { checkBaseUrl, DEFAULT_BASE_URL } from '../model/base-url.ts';
import { BUILT_IN_PRICES, PRICES_CHECKED_ON, requestPrice, withUserRows } from '../model/prices.ts';
import { sdkClaude } from '../model/sdk-claude.ts';
import { probeFolder } from '../record/probe-folder.ts';
import { readProjectText } from '../record/project-text.ts';
import { type ExitCode, gitProblem } from '../report/problem.ts';
import { openSandbox } from '../shell/bubblewrap.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say, sayJson } from './context.ts';
import { openProject, type Project } from './project.ts';
import { modelsOf } from './purse.ts';

interface Finding {
  what: string;
  /** `bad` keeps a run from starting; `note` is worth knowing. */
  state: 'ok' | 'note' | 'bad';
  found: string;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => done(await doctor(flags.json === true, context)));
}

async function doctor(json: boolean, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const findings = await examine(project.value, context);
    if (json) sayJson(context, 'doctor', { findings });
    const glyph = { ok: '✓', note: '·', bad: '✗' };
    for (const { what, state, found } of json ? [] : findings)
      say(context, `  ${glyph[state]} ${what.padEnd(14)} ${found}`);
    return findings.some(finding => finding.state === 'bad') ? 1 : 0;
  } finally {
    project.value.close();
  }
}

async function examine(project: Project, context: Context): Promise<Finding[]> {
  return [
    { what: 'node', state: 'ok', found: process.version },
    await gitFinding(context),
    {
      what: 'repository',
      state: project.facts.head === null ? 'bad' : 'ok',
      found:
        project.facts.head === null
          ? 'no commits yet: git commit first'
          : `${project.facts.root}, on ${project.facts.branch ?? 'no branch'}`,
    },
    { what: 'state', state: 'ok', found: project.places.baton },
    fileSystemFinding(project),
    await sandboxFinding(project, context),
    {
      what: 'configuration',
      state: !project.trusted ? 'bad' : existsSync(join(project.facts.root, 'kleiber.yml')) ? 'ok' : 'note',
      found: configurationFound(project),
    },
    {
      what: 'checks',
      state: project.config.checks.length > 0 ? 'ok' : 'bad',
      found: project.config.checks.map(check => check.command).join(' · ') || 'none that count, so nothing can land',
    },
    ...(await keyFindings(project, context)),
    priceFinding(project),
    ...(await pointerFindings(project, context)),
  ];
}

async function gitFinding(context: Context): Promise<Finding> {
  const version = await gitVersion({ path: context.environment.PATH ?? '', home: context.home });
  return version.ok
    ? { what: 'git', state: 'ok', found: version.value }
    : { what: 'git', state: 'bad', found: gitProblem(version.failure).what };
}

/** Where the log and the store lie, and where worktrees and transcripts do; each is a file system of its own, perhaps. */
function fileSystemFinding({ places }: Project): Finding {
  const probed = [places.state, places.own].map(folder => ({ folder, result: probeFolder(folder) }));
  for (const { folder, result } of probed)
    if (!result.ok) return { what: 'file system', state: 'bad', found: `${folder} cannot ${result.failure}` };
  const tellsCase = probed.every(({ result }) => result.ok && result.value.tellsCase);
  return {
    what: 'file system',
    state: 'ok',
    found: `write, link, rename and flush work${tellsCase ? '' : '; names that differ in case only are one file'}`,
  };
}

function configurationFound(project: Project): string {
  if (!existsSync(join(project.facts.root, 'kleiber.yml'))) return 'there is no kleiber.yml: kleiber init';
  return project.trusted ? 'kleiber.yml and roles are trusted' : 'not trusted, so no checks run: kleiber trust';
}

async function sandboxFinding(project: Project, context: Context): Promise<Finding> {
  const pathEntries = (context.environment.PATH ?? '').split(delimiter).filter(entry => entry.startsWith('/'));
  const bwrapPath = pathEntries.map(entry => join(entry, 'bwrap')).find(path => existsSync(path)) ?? '/usr/bin/bwrap';
  const opened = await openSandbox({
    bwrapPath,
    home: context.home,
    pathEntries,
    environment: context.environment,
    repositoryRoots: [project.facts.root],
    hidden: [],
    clock: systemClock,
  });
  return opened.ok
    ? { what: 'sandbox', state: 'ok', found: 'bubblewrap works' }
    : {
        what: 'sandbox',
        state: 'bad',
        found: `${opened.failure.reason.replaceAll('_', ' ')}: ${opened.failure.detail} (apt-get install bubblewrap)`,
      };
}

/** The models list is asked for only with a key, and its absence stops nothing. */
async function keyFindings(project: Project, context: Context): Promise<Finding[]> {
  const apiKey = context.environment.ANTHROPIC_API_KEY ?? '';
  if (apiKey === '')
    return [{ what: 'key', state: 'bad', found: 'ANTHROPIC_API_KEY is not set; kleiber rehearse needs none' }];
  const baseUrl = checkBaseUrl(context.environment.ANTHROPIC_BASE_URL ?? DEFAULT_BASE_URL);
  if (!baseUrl.ok)
    return [{ what: 'key', state: 'bad', found: 'ANTHROPIC_BASE_URL is neither HTTPS nor this machine' }];
  const claude = await sdkClaude({ apiKey, baseUrl: baseUrl.value, clock: systemClock });
  const listed = await claude.models();
  if (!listed.ok)
    return [
      {
        what: 'key',
        state: listed.failure.reason === 'unauthorized' ? 'bad' : 'note',
        found: `set; the API answered: ${listed.failure.reason.replaceAll('_', ' ')}`,
      },
    ];
  const known = new Map(listed.value.map(model => [model.id, model.lifecycle]));
  const models = Object.entries(modelsOf(project)).map(([tier, id]): Finding => {
    const lifecycle = known.get(id);
    return {
      what: tier,
      state: lifecycle === undefined ? 'bad' : lifecycle === 'active' ? 'ok' : 'note',
      found: `${id}, ${lifecycle ?? 'unknown to the API'}`,
    };
  });
  return [{ what: 'key', state: 'ok', found: 'the API accepts it' }, ...models];
}

function priceFinding(project: Project): Finding {
  const prices = withUserRows(BUILT_IN_PRICES, project.config.prices);
  const { day } = calendarOf(systemClock.now());
  const unpriced = Object.values(modelsOf(project)).filter(model => requestPrice(prices, model, 1, day, '5m') === null);
  return unpriced.length === 0
    ? { what: 'prices', state: 'ok', found: `built in, checked on ${PRICES_CHECKED_ON}` }
    : { what: 'prices', state: 'bad', found: `unknown for ${unpriced.join(', ')}: add rows under prices:` };
}

/** Large files and submodules reach worktrees as pointers only. */
async function pointerFindings(project: Project, context: Context): Promise<Finding[]> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const { root } = project.facts;
  const files = await workingFiles(root, environment);
  if (!files.ok) return [];
  const hasLargeFiles = files.value.some(path => /(?:^|\/)\.gitattributes$/.test(path) && namesLfs(root, path));
  return [
    ...(files.value.includes('.gitmodules')
      ? [{ what: 'submodules', state: 'note' as const, found: 'they arrive in worktrees as empty folders' }]
      : []),
    ...(hasLargeFiles
      ? [{ what: 'large files', state: 'note' as const, found: 'files of Git LFS arrive in worktrees as pointers' }]
      : []),
  ];
}

function namesLfs(root: string, path: string): boolean {
  const text = readProjectText(root, path);
  return text.ok && /\bfilter=lfs\b/.test(text.value ?? '');
}
