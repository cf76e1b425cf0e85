/** What the models say in a journey, decided from the request alone: the plan, its review, and the turns of each worker. */
import type { Answer, ScriptedBlock } from '../../src/rehearsal/compose-reply.ts';
import type { JsonObject, MessagesRequest } from '../../src/rehearsal/request-shape.ts';

/** One reply of a worker. A function may look at the request, or take its time. */
export type Turn =
  | readonly ScriptedBlock[]
  | ((request: MessagesRequest) => readonly ScriptedBlock[] | Promise<readonly ScriptedBlock[]>);

export interface Script {
  /** What the planner answers. */
  plan?: readonly DraftTask[];
  /** By a phrase that only this task's file has: its title, as a rule. */
  tasks: Readonly<Record<string, readonly Turn[]>>;
}

/** A task as the planner writes it; what a script leaves out is filled in. */
export interface DraftTask {
  key: string;
  agent: string;
  title: string;
  files: readonly string[];
  depends_on?: readonly string[];
  priority?: 'p0' | 'p1' | 'p2';
  complete_feature?: boolean;
  acceptance_criteria?: readonly string[];
}

export const planOf = (tasks: readonly DraftTask[]): { tasks: JsonObject[] } => ({
  tasks: tasks.map(({ key, agent, title, files, ...more }) => ({
    key,
    agent,
    phase: 'EXEC',
    title,
    priority: 'p1',
    depends_on: [],
    files,
    architectural: false,
    complete_feature: true,
    repetitive: false,
    reversible: true,
    minutes: 15,
    risk: [],
    description: `${title}. It is done when the checks say so.`,
    acceptance_criteria: [`${title}: works as described`],
    context: '',
    constraints: '',
    technical_guidance: '',
    escalation_triggers: '',
    template: '',
    pattern: '',
    ...more,
  })),
});

export const say = (text: string): ScriptedBlock => ({ type: 'text', text });
export const call = (name: string, input: JsonObject): ScriptedBlock => ({ type: 'tool_use', name, input });
export const write = (path: string, content: string): ScriptedBlock => call('write', { path, content });
export const run = (command: string): ScriptedBlock => call('run', { command });
export const submit = (summary: string): ScriptedBlock => call('submit', { summary, tests_added: [], decisions: [] });

/** A worker without any trouble: says how, writes its files, runs the checks, hands in. */
export const builds = (files: Readonly<Record<string, string>>, check: string): Turn[] => [
  [say('I will look around first.'), call('list', { path: '.' })],
  [...Object.entries(files).map(([path, content]) => write(path, content)), run(check)],
  request => [submit(`Written and checked: ${lastResult(request).split('\n')[0]}`)],
];

/** What the conductor asks of the scribe after a wave: here a page of its own for each time. */
const SCRIBE: Script['tasks'] = {
  'title: Write down what landed': [
    request => {
      const id = /^id: (\S+)$/m.exec(textOf(request.messages[0]?.content))?.[1] ?? '';
      return [say('I write down what is new.'), write(`docs/decisions/${id}.md`, `# ${id}\n`)];
    },
    [submit('Written down.')],
  ],
};

/** The models of a script. A task that the script does not know is a fault of the script and says so. */
export const scripted =
  ({ plan = [], tasks }: Script): Answer =>
  async request => {
    const schema = request.output_config?.format?.schema;
    if (schema !== undefined && isReview(request))
      return { content: [{ type: 'json', value: approvalOfWork(request) }] };
    if (schema !== undefined)
      return { content: [{ type: 'json', value: isPlan(schema) ? planOf(plan) : approvalOf(schema) }] };
    const opening = textOf(request.messages[0]?.content);
    const [, turns] = Object.entries({ ...tasks, ...SCRIBE }).find(([phrase]) => opening.includes(phrase)) ?? [];
    const turn = turns?.[turnsSoFar(request)];
    if (turn === undefined)
      return { content: [say(`nothing is written for turn ${turnsSoFar(request)} of:\n${opening}`)] };
    return { content: typeof turn === 'function' ? await turn(request) : turn };
  };

export const turnsSoFar = (request: MessagesRequest): number =>
  request.messages.filter(message => message.role === 'assistant').length;

const propertiesOf = (schema: JsonObject): JsonObject => (schema.properties ?? {}) as JsonObject; // a JSON schema of objects

const isPlan = (schema: JsonObject): boolean => 'tasks' in propertiesOf(schema);

const isReview = (request: MessagesRequest): boolean =>
  textOf(request.messages[0]?.content).startsWith('A submission needs your review');

/** A review of work that finds every numbered criterion met. */
function approvalOfWork(request: MessagesRequest): unknown {
  const opening = textOf(request.messages[0]?.content);
  const [, section = ''] = /## Criteria\n\n([\s\S]*?)\n\n## /.exec(opening) ?? [];
  const numbers = [...section.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  const criteria = numbers.map(number => ({ number, met: true, note: 'looked at' }));
  return { decision: 'approve', summary: 'All criteria are met.', criteria, comments: [] };
}

/** A review that finds nothing, whatever its form asks for. */
function approvalOf(schema: JsonObject): unknown {
  const names = Array.isArray(schema.enum) ? schema.enum : [];
  if (names.length > 0) return names.includes('approve') ? 'approve' : names[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(propertiesOf(schema)).map(([name, inner]) => [name, approvalOf(inner as JsonObject)]),
      );
    case 'array':
      return [];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return 1;
    default:
      return 'fine';
  }
}

/** All text of a message, results of tools too. */
export function textOf(content: MessagesRequest['messages'][number]['content'] | undefined): string {
  if (content === undefined || typeof content === 'string') return content ?? '';
  return content
    .map(block => ('text' in block ? block.text : 'content' in block ? textOf(block.content) : ''))
    .join('\n');
}

/** What the last tool call of the turn before gave. */
function lastResult(request: MessagesRequest): string {
  const last = request.messages.at(-1)?.content;
  return typeof last === 'string' || last === undefined ? '' : textOf(last.slice(-1));
}
