/** `kleiber show`: one task, its story, its reasons, its prompt, its difference. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { redactSecrets } from '../agent/redact.ts';
import { readConversation } from '../agent/transcript.ts';
import { taskStream } from '../domain/event.ts';
import { openStore } from '../git/store.ts';
import type { BoardTask } from '../policy/board.ts';
import { asPrompt } from '../report/as-prompt.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { type ExitCode, gitProblem, problem } from '../report/problem.ts';
import { taskText } from '../report/task-text.ts';
import { whyJsonOfTask, whyOfTask } from './around.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say, sayJson } from './context.ts';
import { findTask } from './find-task.ts';
import { paged } from './paged.ts';
import { openProject, type Project } from './project.ts';

interface ShowFlags {
  why?: boolean;
  prompt?: boolean;
  diff?: boolean;
  asPrompt?: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<id>', 'the task')
    .option('--why', 'why this model, why waiting, why blocked')
    .option('--prompt', 'exactly what the worker was sent')
    .option('--diff', 'what was handed in')
    .option('--as-prompt', 'task, what failed and difference, to paste into a conversation')
    .option('--json', 'task and events as JSON, or with --why the reasons')
    .action(async (id: string, flags: ShowFlags) => done(await paged(context, shown => show(id, flags, shown))));
}

async function show(id: string, flags: ShowFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const view = project.value.keeper.look();
    const task = findTask(view, id);
    if (!task.ok) return complain(context, task.failure);
    if (flags.diff) return await showDifference(task.value, project.value, context);
    if (flags.asPrompt) return await showAsPrompt(task.value, view, project.value, context);
    if (flags.prompt) return showPrompt(task.value, view, project.value, context);
    const events = project.value.baton.read(taskStream(task.value.card.id));
    if (flags.why) {
      if (flags.json) sayJson(context, 'why', whyJsonOfTask(task.value, view, project.value));
      else say(context, whyOfTask(task.value, view, project.value));
      return 0;
    }
    if (flags.json) sayJson(context, 'task', { task: task.value, events });
    else say(context, taskText(task.value, events));
    return 0;
  } finally {
    project.value.close();
  }
}

/** What was sent, from the transcript; before the first attempt that is the task file. */
function showPrompt(task: BoardTask, view: BoardView, project: Project, context: Context): ExitCode {
  const attempt = task.state?.attempts.length ?? 0;
  for (let number = attempt; number > 0; number--) {
    const conversation = readConversation(join(project.places.transcripts, `${task.card.id}-a${number}.jsonl`));
    if (conversation === null) continue;
    for (const block of conversation.preamble.system) say(context, block.text);
    const first = conversation.messages[0]?.content;
    say(
      context,
      `\n${typeof first === 'string' ? first : (first ?? []).map(block => (block.type === 'text' ? block.text : '')).join('\n')}`,
    );
    return 0;
  }
  const file = view.tasks.get(task.card.id);
  if (file === undefined)
    return complain(context, problem(1, `the file of ${task.card.id} is gone`, [], ['kleiber check']));
  say(context, readFileSync(join(project.facts.root, file.path), 'utf8'));
  return 0;
}

/** Without secrets, because it is made to be taken elsewhere. */
async function showAsPrompt(task: BoardTask, view: BoardView, project: Project, context: Context): Promise<ExitCode> {
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
  const text = await asPrompt(task, view.tasks.get(task.card.id), store.ok ? store.value : null);
  say(context, redactSecrets(text, [context.environment.ANTHROPIC_API_KEY ?? '']));
  return 0;
}

const MOST_DIFF_BYTES = 4_000_000;

async function showDifference(task: BoardTask, project: Project, context: Context): Promise<ExitCode> {
  const submission = task.state?.submission;
  if (submission == null)
    return complain(
      context,
      problem(1, `${task.card.id} has handed nothing in yet`, [], [`kleiber show ${task.card.id}`]),
    );
  const environment = { path: context.environment.PATH ?? '', home: context.home };
  const store = await openStore({ checkout: project.facts.root, environment, clock: systemClock });
  if (!store.ok) return complain(context, gitProblem(store.failure));
  say(context, await store.value.diff(submission.base, submission.commit, MOST_DIFF_BYTES));
  return 0;
}
