/** `kleiber status --json id,state`: of each task only what was asked for. */
import { nearestWord } from '../domain/nearest.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type StatusJson, TASK_FIELDS, type TaskField } from '../report/status-text.ts';
import { type Context, complain, say, sayJson } from './context.ts';

export function sayFields(given: string, { tasks }: StatusJson, context: Context): ExitCode {
  const names = given.split(',').map(name => name.trim());
  const strange = names.find(name => !isField(name));
  if (strange !== undefined) {
    const nearest = TASK_FIELDS.find(field => field.startsWith(`${strange}_`)) ?? nearestWord(strange, TASK_FIELDS);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    const known = [`A task has: ${TASK_FIELDS.join(', ')}`];
    return complain(
      context,
      problem(2, `no field is named ${strange}${hint}`, known, [`kleiber status --json ${FIRST}`]),
    );
  }
  const wanted = names.filter(isField);
  sayJson(context, 'status', {
    tasks: tasks.map(task => Object.fromEntries(wanted.map(field => [field, task[field]]))),
  });
  return 0;
}

/** For grep, awk and models: a task per line, whatever the width of the terminal. */
export function sayPlain({ tasks }: StatusJson, context: Context): void {
  for (const task of tasks) say(context, PLAIN.map(field => String(task[field] ?? '').replace(/\s+/g, ' ')).join('\t'));
}

const PLAIN: readonly TaskField[] = ['id', 'state', 'agent', 'cost_usd', 'title'];

const FIRST = TASK_FIELDS.slice(0, 2).join(',');

const isField = (name: string): name is TaskField => TASK_FIELDS.some(field => field === name);
