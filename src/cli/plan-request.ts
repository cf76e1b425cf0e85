/** What a person wants to be planned, or a plan that somebody has already made: from the command line, a file, or standard input. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDraft, tasksOf } from '../conductor/plan/draft.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Task } from '../domain/task.ts';
import { type Problem, problem } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';

const MOST_BYTES = 256 * 1024;

/** A path that exists is read; a dash is standard input; everything else is the request itself. */
export async function requestText(request: string | undefined, context: Context): Promise<Result<string, Problem>> {
  const given = await requestGiven(request ?? '', context);
  if (!given.ok) return given;
  const text = given.value.trim();
  if (text.length > MOST_BYTES)
    return fail(problem(2, `the request has ${text.length} characters; at most ${MOST_BYTES} are read`, [], [HELP]));
  if (text !== '') return ok(text);
  const examples = ['kleiber plan "Add coupons to the checkout"', 'kleiber plan request.md'];
  return fail(problem(2, 'what do you want to be built?', [], examples));
}

const HELP = 'kleiber plan --help';

/** One word that ends like a document or has a slash in it: nobody asks for a feature in these words. */
const FILE_LIKE = /^\S*(?:\/\S*|\.(?:md|txt|markdown|json))$/;

async function requestGiven(request: string, context: Context): Promise<Result<string, Problem>> {
  if (request === '-') return ok(await context.stdin.read());
  const found = request.length < 1_000 ? statSync(join(context.cwd, request), { throwIfNoEntry: false }) : undefined;
  if (request === '' || (found === undefined && !FILE_LIKE.test(request))) return ok(request);
  if (found === undefined)
    return fail(problem(2, `there is no file ${request}`, ['A request in words has more than one of them.'], [HELP]));
  return readWhole(request, context);
}

/** What a planner would write, as tasks of this plan. */
export async function draftFrom(path: string, plan: string, context: Context): Promise<Result<Task[], Problem>> {
  const text = path === '-' ? ok(await context.stdin.read()) : readWhole(path, context);
  if (!text.ok) return text;
  const draft = parseDraft(text.value);
  const name = path === '-' ? 'standard input' : path;
  return draft.ok
    ? ok(tasksOf(draft.value, plan, systemClock.now().toISOString()))
    : fail(problem(2, `${name} is not a plan`, firstLines(draft.failure.detail), [HELP]));
}

const MOST_LINES = 12;

function firstLines(text: string): string[] {
  const lines = text.split('\n');
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
}

/** Also what a shell hands over as a pipe; a folder is no text, and neither is what somebody took for one by mistake. */
function readWhole(path: string, context: Context): Result<string, Problem> {
  const whole = path.startsWith('/') ? path : join(context.cwd, path);
  const found = statSync(whole, { throwIfNoEntry: false });
  if (found === undefined) return fail(problem(2, `${path} does not exist`, [], ['kleiber plan --from plan.json']));
  if (found.isDirectory()) return fail(problem(2, `${path} is a folder; expected a file`, [], [HELP]));
  if (found.size > MOST_BYTES)
    return fail(problem(2, `${path} has ${found.size} bytes; at most ${MOST_BYTES} are read`, [], [HELP]));
  return ok(readFileSync(whole, 'utf8'));
}
