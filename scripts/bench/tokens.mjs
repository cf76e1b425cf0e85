/** What a task costs in tokens beside its work: the fixed beginning of every request, and how much comes from the cache. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolePrompt } from '../../src/agent/prompts.ts';
import { allRoles } from '../../src/agent/roles.ts';
import { toolsOf } from '../../src/agent/tools/toolbox.ts';
import { countPromptTokens } from '../../src/rehearsal/prefix-cache.ts';
import { kleiber, startCommand } from './measure.mjs';
import { rehearsedPlace, taskOf } from './rehearsed.mjs';

const TURNS = 25;
const TASKS = 2;
const AGENT = 'engineer-backend';

export async function* benchTokens() {
  yield largestPrefix();
  const place = await rehearsedPlace('tokens', longWork, root => {
    mkdirSync(join(root, 'src'));
    for (let number = 0; number < TURNS; number++)
      writeFileSync(join(root, `src/file-${number}.js`), `export const value${number} = ${number};\n`.repeat(25));
  });
  try {
    mkdirSync(join(place.repository, 'tasks', AGENT), { recursive: true });
    for (let number = 0; number < TASKS; number++)
      writeFileSync(join(place.repository, `tasks/${AGENT}/task-${number}.md`), taskOf(`task-${number}`, AGENT));
    const worker = startCommand(kleiber('work', '--agent', AGENT, '--until-idle', ...place.sandbox), place);
    await worker.ended;
    yield* judge(place.server, worker.said());
  } finally {
    await place.server.close();
  }
}

/** The built-in role with the longest beginning, by the simulator's count. */
function largestPrefix() {
  const sizes = [...allRoles([], { roles: {} }).values()].map(role => {
    const tools = toolsOf(role, {}, () => undefined).map(tool => tool.spec);
    const system = [{ type: 'text', text: rolePrompt(role) }];
    return { role: role.name, tokens: countPromptTokens({ model: 'claude-sonnet-5', tools, system, messages: [] }) };
  });
  const largest = sizes.reduce((a, b) => (b.tokens > a.tokens ? b : a));
  const name = `system prompt and tools, largest of ${sizes.length} roles`;
  return { name, value: largest.tokens, unit: 'tok', limit: 1_800, note: largest.role };
}

/** Reads a file a turn, writes one, and hands in. */
function longWork(request) {
  const turn = request.messages.filter(message => message.role === 'assistant').length;
  const id = /id: (task-\d+)/.exec(JSON.stringify(request.messages[0]))?.[1] ?? 'unknown';
  if (turn === TURNS - 1)
    return { content: [{ type: 'tool_use', name: 'submit', input: { summary: `Wrote ${id}.` } }] };
  const write = { type: 'tool_use', name: 'write', input: { path: `src/${id}.js`, content: `// ${id}\n` } };
  const read = { type: 'tool_use', name: 'read', input: { path: `src/file-${turn}.js` } };
  return {
    content: [{ type: 'text', text: `Step ${turn}: I look at the next file.` }, turn === TURNS - 2 ? write : read],
  };
}

function* judge(server, said) {
  const exchanges = server.exchanges().filter(exchange => exchange.endpoint === 'messages' && exchange.status === 200);
  const usage = Object.values(server.billed().byModel)[0];
  if (usage === undefined) throw new Error(`no model was called: ${said}`);
  const whole = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  yield {
    name: `input of ${TURNS}-turn tasks read from the cache`,
    value: usage.cacheRead / whole,
    unit: '',
    least: 0.9,
  };
  const prefixes = new Set(exchanges.map(({ body }) => JSON.stringify([body.system, body.tools])));
  yield { name: 'different beginnings over the tasks of a role', value: prefixes.size, unit: '', limit: 1 };
  const extra = exchanges.length - TASKS * TURNS;
  yield { name: 'model calls beside the turns of the work', value: extra, unit: '', limit: 0 };
}
