/** Work for a run in which processes die: tasks that commute, and a model whose next step follows from what has been done. */
import { taskPath } from '../../src/domain/record-paths.ts';
import { formatTask } from '../../src/record/task-file.ts';
import type { Answer, ScriptedBlock } from '../../src/rehearsal/compose-reply.ts';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { call, run, say, scripted, submit, textOf, write } from './journey-models.ts';
import { taskOf } from './policy-values.ts';

const AGENTS = ['engineer-backend', 'engineer-frontend'] as const;

/** The second in every four waits for the first. */
export function chaosTaskFiles(count: number): Record<string, string> {
  const entries = Array.from({ length: count }, (_, number): [string, string] => {
    const agent = AGENTS[number % AGENTS.length] ?? AGENTS[0];
    const id = idOf(number);
    const depends_on = number % 4 === 1 ? [idOf(number - 1)] : [];
    const files = [`${agent.replace('engineer-', 'src/')}/**`];
    return [taskPath(agent, id), formatTask(taskOf({ id, agent, title: `Build ${id}`, depends_on, files }))];
  });
  return Object.fromEntries(entries);
}

export const idOf = (number: number): string => `part-${String(number).padStart(3, '0')}`;

/** The files that are there in the end, whatever happened on the way. */
export const chaosResults = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [resultPath(number), `${idOf(number)}\n`]));

const resultPath = (number: number): string =>
  `src/${number % AGENTS.length === 0 ? 'backend' : 'frontend'}/${idOf(number)}.txt`;

const review = scripted({ tasks: {} });

/**
 * Looks, writes one file, tries it in the sandbox, hands in. A step is repeated until its result is a good one: a call that
 * a kill interrupted comes back as a failed one. `marker` goes into every command line, so that whoever is left can be found.
 */
export const chaosAnswer =
  (marker: string): Answer =>
  request => {
    if (request.output_config?.format?.schema !== undefined) return review(request);
    const number = Number(/id: part-(\d+)\n/.exec(textOf(request.messages[0]?.content))?.[1] ?? Number.NaN);
    const [id, path] = [idOf(number), resultPath(number)];
    const steps: ScriptedBlock[] = [
      call('list', { path: '.' }),
      write(path, `${id}\n`),
      run(`: ${marker}; sleep 0.03; grep -q ${id} ${path}`),
      submit(`Built ${id}.`),
    ];
    const next = steps[Math.min(goodResults(request), steps.length - 1)] ?? steps[0];
    const isFirst = request.messages.length === 1;
    return { content: [...(isFirst ? [say(`I look first, then write ${path}.`)] : []), next as ScriptedBlock] };
  };

function goodResults({ messages }: MessagesRequest): number {
  const blocks = messages.flatMap(message => (typeof message.content === 'string' ? [] : message.content));
  return blocks.filter(block => block.type === 'tool_result' && block.is_error !== true).length;
}
