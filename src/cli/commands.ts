/** The commands: their names, what they say of themselves, and where each one lives. Help is made from this table alone. */
import type { Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import type { Context } from './context.ts';

/** A command module declares its options on `command`; the action it sets gives an exit code through `done`. */
export interface CommandModule {
  define(command: Command, context: Context, done: (code: ExitCode) => void): void;
}

export interface CommandEntry {
  name: string;
  usage: string;
  summary: string;
  group: 'Start' | 'Every day' | 'Look' | 'Maintain';
  examples: [string, string];
  load(): Promise<CommandModule>;
}

export const COMMANDS: readonly CommandEntry[] = [
  entry(
    'Start',
    'rehearse',
    '[options]',
    'see it work: no key, no network, no money',
    ['kleiber rehearse', 'kleiber rehearse --keep --dir /tmp/rehearsal'],
    () => import('./rehearse.ts'),
  ),
  entry(
    'Start',
    'init',
    '[options]',
    'set up this repository; shows everything first',
    ['kleiber init', 'kleiber init --dry-run'],
    () => import('./init-command.ts'),
  ),
  entry(
    'Every day',
    'plan',
    '<request>',
    'break a feature request into task files',
    ['kleiber plan "Add coupons to the checkout"', 'kleiber plan request.md --dry-run'],
    () => import('./plan.ts'),
  ),
  entry(
    'Every day',
    'work',
    '--agent <name>',
    'pick up ready tasks and build them',
    ['kleiber work --agent engineer-frontend', 'kleiber work --all --until-idle'],
    () => import('./work.ts'),
  ),
  entry(
    'Every day',
    'conduct',
    '[options]',
    'prove, test, merge and land; runs workers too',
    ['kleiber conduct', 'kleiber conduct --once --no-workers'],
    () => import('./conduct.ts'),
  ),
  entry(
    'Every day',
    'answer',
    '<id> [text]',
    'answer a question, and let the task go on',
    ['kleiber answer p1ab2-03 "per order"', 'kleiber answer p1ab2-03 approve'],
    () => import('./answer.ts'),
  ),
  entry(
    'Every day',
    'review',
    '[id] [word] [text]',
    'what waits for your approval; read it, judge it',
    ['kleiber review p1ab2-03', 'kleiber review p1ab2-03 changes "round once per order"'],
    () => import('./review.ts'),
  ),
  entry(
    'Every day',
    'retry',
    '<id>',
    'put a task that stopped back in line',
    ['kleiber retry p1ab2-03', 'kleiber retry p1ab2-03 --reason "the key is there now"'],
    () => import('./retry.ts'),
  ),
  entry(
    'Every day',
    'override',
    '<id>',
    "choose a task's model yourself, with a reason",
    [
      'kleiber override p1ab2-03 --model opus --reason "novel pattern"',
      'kleiber override p1ab2-03 --model haiku --reason "a template is there" --dry-run',
    ],
    () => import('./override.ts'),
  ),
  entry(
    'Every day',
    'pause',
    '[reason]',
    'start nothing new, in any process',
    ['kleiber pause', 'kleiber pause "the release goes out first"'],
    () => import('./pause.ts'),
  ),
  entry(
    'Every day',
    'resume',
    '',
    'end a pause',
    ['kleiber resume', 'kleiber resume && kleiber conduct'],
    () => import('./resume.ts'),
  ),
  entry(
    'Every day',
    'validate',
    '[options]',
    'run the checks on the branch and write a report',
    ['kleiber validate', 'kleiber validate --json'],
    () => import('./validate.ts'),
  ),
  entry(
    'Look',
    'status',
    '[options]',
    'where everything stands, what needs you first',
    ['kleiber status', 'kleiber status --json'],
    () => import('./status.ts'),
  ),
  entry(
    'Look',
    'board',
    '[options]',
    'the run in your browser, and your answers',
    ['kleiber board', 'kleiber board --port 4711 --no-open'],
    () => import('./board.ts'),
  ),
  entry(
    'Look',
    'report',
    '[options]',
    'a run to send: one page, or Markdown',
    ['kleiber report --md', 'kleiber report --html run.html'],
    () => import('./report.ts'),
  ),
  entry(
    'Look',
    'show',
    '<id>',
    'one task: its story, its prompt, its difference',
    ['kleiber show p1ab2-03 --why', 'kleiber show p1ab2-03 --diff'],
    () => import('./show.ts'),
  ),
  entry(
    'Look',
    'log',
    '[options]',
    'what happened, in order',
    ['kleiber log', 'kleiber log --json'],
    () => import('./log.ts'),
  ),
  entry(
    'Look',
    'budget',
    '[options]',
    'what is left, where it went, what came of it',
    ['kleiber budget', 'kleiber budget --week --json'],
    () => import('./budget.ts'),
  ),
  entry(
    'Look',
    'next',
    '[options]',
    'the task to take now, its model, go or defer',
    ['kleiber next', 'kleiber next --agent engineer-backend --json'],
    () => import('./next.ts'),
  ),
  entry(
    'Look',
    'route',
    '[task]',
    'which model a task gets, and every reason',
    ['kleiber route p1ab2-03', 'kleiber route --table'],
    () => import('./route.ts'),
  ),
  entry(
    'Look',
    'metrics',
    '[options]',
    'is it going well? shares against their targets',
    ['kleiber metrics', 'kleiber metrics --json'],
    () => import('./metrics.ts'),
  ),
  entry(
    'Maintain',
    'calibrate',
    '[options]',
    'the weekly review: does each row of the table hold?',
    ['kleiber calibrate', 'kleiber calibrate --apply'],
    () => import('./calibrate.ts'),
  ),
  entry(
    'Maintain',
    'note',
    '<agent> <phase> <text>',
    'remark on a row for the next review',
    ['kleiber note testing EXEC "selectors break"', 'kleiber note scribe EXEC "decisions lack their reasons"'],
    () => import('./note.ts'),
  ),
  entry(
    'Maintain',
    'check',
    '[options]',
    'find what is wrong in the record files, offline',
    ['kleiber check', 'kleiber check --fix'],
    () => import('./check.ts'),
  ),
  entry(
    'Maintain',
    'doctor',
    '[options]',
    'is everything here that a run needs?',
    ['kleiber doctor', 'kleiber doctor --json'],
    () => import('./doctor.ts'),
  ),
  entry(
    'Maintain',
    'trust',
    '[options]',
    'see and accept kleiber.yml and the roles',
    ['kleiber trust', 'kleiber trust --yes'],
    () => import('./trust.ts'),
  ),
  entry(
    'Maintain',
    'branch',
    '<id>',
    'bring the result branch of a task over',
    ['kleiber branch p1ab2-03', 'kleiber branch p1ab2-03 --as review/prices'],
    () => import('./branch.ts'),
  ),
  entry(
    'Maintain',
    'clean',
    '[options]',
    'remove idle worktrees; never what is unlanded',
    ['kleiber clean --dry-run', 'kleiber clean'],
    () => import('./clean.ts'),
  ),
];

function entry(
  group: CommandEntry['group'],
  name: string,
  usage: string,
  summary: string,
  examples: [string, string],
  load: CommandEntry['load'],
): CommandEntry {
  return { name, usage, summary, group, examples, load };
}

/** What `kleiber` alone and `kleiber --help` print. */
export function helpText(): string {
  const groups = [...new Set(COMMANDS.map(command => command.group))];
  const sections = groups.map(group => {
    const lines = COMMANDS.filter(command => command.group === group).map(
      command => `  ${command.name.padEnd(10)} ${command.summary}`,
    );
    return `${group}\n${lines.join('\n')}`;
  });
  return `kleiber: several Claude models build one feature in parallel, under one budget that holds, all of it in git.

  kleiber rehearse                   see it work (no key, 30 s)
  kleiber init                       set up this repository
  kleiber plan "what you want"       turn a request into task files
  kleiber conduct                    build, test and land them

${sections.join('\n\n')}

kleiber <command> --help shows options and examples. Exit codes: 0 done, 1 failed, 2 wrong use or a broken file,
3 stopped and resumable, 4 no key, 130 interrupted.
`;
}
