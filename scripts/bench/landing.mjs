/** From claim to landed with the model's and the checks' time taken out, and how many commits the record takes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeManyFiles } from './git.mjs';
import { kleiber, median, pause, startCommand, until } from './measure.mjs';
import { logOf, must, rehearsedPlace, taskOf } from './rehearsed.mjs';

const TASKS = 8;
const AGENT = 'engineer-backend';
const MANY = 20;

/** Writes one file, then hands in. */
const writeAndSubmit = request => {
  const opening = JSON.stringify(request.messages[0]);
  const id = /id: (task-\d+)/.exec(opening)?.[1] ?? 'unknown';
  const isFirst = !request.messages.some(message => message.role === 'assistant');
  return {
    content: isFirst
      ? [
          { type: 'text', text: 'I write the file.' },
          { type: 'tool_use', name: 'write', input: { path: `src/${id}.js`, content: `// ${id}\n` } },
        ]
      : [{ type: 'tool_use', name: 'submit', input: { summary: `Wrote ${id}.` } }],
  };
};

export async function* benchLanding() {
  const place = await rehearsedPlace('landing', writeAndSubmit, writeManyFiles);
  try {
    const durations = await landOneByOne(place);
    // The first one also makes the worktrees.
    const value = median(durations.slice(1)) / 1000;
    yield { name: 'claimed to landed without model and checks, 20000 files', value, unit: 's', limit: 0.5 };
    yield await recordCommits(place);
  } finally {
    await place.server.close();
  }
}

/** A task at a time, so that none waits for another. */
async function landOneByOne(place) {
  const folder = join(place.repository, 'tasks', AGENT);
  mkdirSync(folder, { recursive: true });
  const worker = startCommand(kleiber('work', '--agent', AGENT, ...place.sandbox), place);
  const baton = logOf(place);
  try {
    const durations = [];
    for (let number = 0; number < TASKS; number++) {
      const id = `task-${number}`;
      writeFileSync(join(folder, `${id}.md`), taskOf(id, AGENT));
      await until(() => eventOf(baton, id, 'landed'), `${id} did not land: ${worker.said()}`);
      durations.push(durationOf(baton, id));
      // What follows a landing, its record and its delivery, is not to be in the next one's time.
      await pause(1_500);
    }
    return durations;
  } finally {
    baton.close();
    await worker.stop();
  }
}

const eventOf = (baton, id, kind) => baton.read(`task/${id}`).find(stored => stored.event.kind === kind);

/** In milliseconds by the log's own times; the scripted model answers at once, so only the checks are taken out. */
function durationOf(baton, id) {
  const runs = baton.read(`task/${id}`).flatMap(({ event }) => ('validation' in event ? event.validation.runs : []));
  // A validation that was remembered stands in several events and ran once.
  const checks = new Map(runs.map(run => [JSON.stringify(run), run.durationMs]));
  const between = Date.parse(eventOf(baton, id, 'landed').at) - Date.parse(eventOf(baton, id, 'claimed').at);
  return between - [...checks.values()].reduce((sum, ms) => sum + ms, 0);
}

/** Twenty tasks change their state at once; the next tick writes all of it into one commit. */
async function recordCommits(place) {
  const baton = logOf(place);
  const target = { checkout: place.repository, branch: 'main' };
  const at = new Date().toISOString();
  for (let number = 0; number < MANY; number++) {
    const [stream, file] = [`task/many-${number}`, `tasks/${AGENT}/many-${number}.md`];
    writeFileSync(join(place.repository, file), taskOf(`many-${number}`, AGENT));
    baton.append({
      stream,
      seq: 1,
      at,
      event: { kind: 'created', target, agent: AGENT, file, fileHash: 'x', plan: null },
    });
    baton.append({ stream, seq: 2, at, event: { kind: 'cancelled', by: 'Bench', reason: 'measured' } });
  }
  const count = () => baton.read('target/main').filter(stored => stored.event.kind === 'recorded').length;
  const before = count();
  must(place, 'conduct', '--once', '--no-workers', ...place.sandbox);
  const value = count() - before;
  baton.close();
  return { name: `record commits for ${MANY} tasks in one tick`, value, unit: '', limit: 1 };
}
