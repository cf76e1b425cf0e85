/** `kleiber check`: lints every record file, offline and free. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { LOG_FILE } from '../domain/record-paths.ts';
import { RIGHT, taskFaults } from '../policy/check-plan.ts';
import { findCycle } from '../policy/graph.ts';
import { parseBlocked } from '../record/blocked-file.ts';
import { parseDone } from '../record/done-file.ts';
import { LOG_LIMIT_BYTES, parseLog } from '../record/log-file.ts';
import type { FileFault } from '../record/record.ts';
import { faultOfFailure, readRecordFile, writeRecordFile } from '../record/record-disk.ts';
import { parseReview } from '../record/review-file.ts';
import { parseStarted } from '../record/started-file.ts';
import { formatTask, parseTaskFile } from '../record/task-file.ts';
import { parseValidation } from '../record/validation-file.ts';
import type { BoardView, TaskFile } from '../report/board-keeper.ts';
import { type ExitCode, faultsProblem } from '../report/problem.ts';
import { capJudge } from './cap-faults.ts';
import { type Context, complain, note, say, sayJson } from './context.ts';
import { openProject, type Project } from './project.ts';
import { strangeReviews } from './strange-reviews.ts';

interface CheckFlags {
  fix?: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--fix', "rewrite task files in the blueprint's plain form")
    .option('--json', 'as JSON')
    .action(async (flags: CheckFlags) => done(await check(flags, context)));
}

async function check(flags: CheckFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const { root } = project.value.facts;
    const rewritten = flags.fix ? await rewritePlain(project.value) : [];
    const view = project.value.keeper.look();
    const faults = [
      ...view.faults,
      ...planFaults(view, project.value),
      ...recordFaults(root),
      ...strangeReviews(root, view),
    ];
    if (!project.value.trusted)
      note(context, 'kleiber.yml is not trusted, so paths are judged by the built-in roles: kleiber trust');
    if (flags.json) sayJson(context, 'check', { faults, rewritten });
    for (const path of flags.json ? [] : rewritten) say(context, `rewrote ${path}`);
    if (faults.length > 0)
      return flags.json ? 2 : complain(context, faultsProblem(faults, 'the tasks they are about are not started'));
    if (!flags.json) say(context, `${view.tasks.size} task files and their records are fine`);
    return 0;
  } finally {
    project.value.close();
  }
}

/** The blueprint's plain form is read everywhere; `--fix` gives it front matter. */
async function rewritePlain(project: Project): Promise<string[]> {
  const rewritten: string[] = [];
  for (const file of project.keeper.look().tasks.values()) {
    const bytes = new TextEncoder().encode(file.text);
    const parsed = parseTaskFile(file.path, bytes);
    if (!parsed.ok || parsed.value.form !== 'plain') continue;
    const written = await writeRecordFile(project.facts.root, file.path, formatTask(parsed.value.task), bytes);
    if (written.ok) rewritten.push(file.path);
  }
  return rewritten;
}

/** What only all files together show: agents, dependencies, zones, circles. Landed tasks are history and not judged. */
function planFaults(view: BoardView, project: Project): FileFault[] {
  const open = [...view.tasks.values()].filter(file => view.board.get(file.task.head.id)?.standing !== 'landed');
  const faults = open.flatMap(file =>
    taskFaults(file.task, [], project.roles, view.board).map(({ problem, key = 'description' }) =>
      faultAt(file, key, problem, RIGHT[key]),
    ),
  );
  const capFault = capJudge(project);
  for (const file of open) {
    const fault = capFault(file.task);
    if (fault !== null) faults.push(faultAt(file, 'budget_usd', fault, 'budget_usd: 5'));
  }
  const cycle = findCycle(open.map(({ task }) => ({ id: task.head.id, dependsOn: task.head.depends_on, minutes: 1 })));
  const first = view.tasks.get(cycle?.[0] ?? '');
  if (cycle === null || first === undefined) return faults;
  return [...faults, faultAt(first, 'depends_on', `depends on itself: ${cycle.join(' → ')}`, RIGHT.depends_on)];
}

/** On the line of its key, in either form of a task file; on the first where the key is not there. */
function faultAt({ path, text }: TaskFile, key: string, problem: string, example: string): FileFault {
  const heading = new RegExp(`^${key}\\s*:`, 'i');
  const line = text.split('\n').findIndex(one => heading.test(one)) + 1;
  return { path, line: Math.max(1, line), problem, example };
}

type Parser = (path: string, bytes: Uint8Array) => { ok: true } | { ok: false; failure: FileFault[] };

const PARSERS: readonly [folder: string, ending: string, parse: Parser][] = [
  ['progress', '-started.md', parseStarted],
  ['complete', '-done.md', parseDone],
  ['blocked', '-conflict.md', parseBlocked],
];

function recordFaults(root: string): FileFault[] {
  const perAgent = PARSERS.flatMap(([folder, ending, parse]) =>
    filesBelow(root, folder, ending).flatMap(path => faultsIn(root, path, parse)),
  );
  const reports = filesIn(root, 'reports', '-validation.md').flatMap(path => faultsIn(root, path, parseValidation));
  const reviews = filesIn(root, 'reports', '-review.md').flatMap(path => faultsIn(root, path, parseReview));
  return [...perAgent, ...reports, ...reviews, ...logFaults(root)];
}

function faultsIn(root: string, path: string, parse: Parser): FileFault[] {
  const bytes = readRecordFile(root, path);
  if (!bytes.ok) return [faultOfFailure(bytes.failure)];
  const parsed = parse(path, bytes.value);
  return parsed.ok ? [] : parsed.failure;
}

function logFaults(root: string): FileFault[] {
  const bytes = readRecordFile(root, LOG_FILE, LOG_LIMIT_BYTES);
  if (!bytes.ok) return bytes.failure.reason === 'absent' ? [] : [faultOfFailure(bytes.failure)];
  const parsed = parseLog(bytes.value.toString('utf8'));
  return parsed.ok ? [] : parsed.failure;
}

const filesBelow = (root: string, folder: string, ending: string): string[] =>
  entries(root, folder)
    .filter(entry => entry.isDirectory())
    .flatMap(entry => filesIn(root, `${folder}/${entry.name}`, ending));

const filesIn = (root: string, folder: string, ending: string): string[] =>
  entries(root, folder)
    .filter(entry => entry.name.endsWith(ending))
    .map(entry => `${folder}/${entry.name}`);

function entries(root: string, folder: string) {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return []; // the folder is not there, so nothing in it can be wrong
  }
}
