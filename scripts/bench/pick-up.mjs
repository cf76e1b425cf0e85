/** From a task file appearing to its claim by an idle worker, in a tree with ten thousand old files. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { watchRecord } from '../../src/record/watch.ts';
import { kleiber, median, pause, percentile, startCommand, until } from './measure.mjs';
import { logOf, must, rehearsedPlace, taskOf } from './rehearsed.mjs';
import { writeTasks } from './tasks.mjs';

const OLD = 10_000;
const DROPS = 60;
const AGENT = 'engineer-backend';

const blockAtOnce = () => ({
  content: [
    { type: 'text', text: 'I stop here.' },
    {
      type: 'tool_use',
      name: 'block',
      input: { type: 'technical', problem: 'It is a measurement.', need: 'Nothing.' },
    },
  ],
});

export async function* benchPickUp() {
  const place = await rehearsedPlace('pick-up', blockAtOnce, root => writeTasks(root, OLD));
  try {
    retireOld(place);
    const bare = await bareEvents(place);
    const claims = await claimDelays(place);
    // A ring of chokidar's is as good as instant here, and was 30 ms where this limit comes from; so twice that is meant.
    const note = `a bare chokidar event: ${median(bare).toFixed(1)} ms`;
    yield { name: `dropped to claimed, p50, ${OLD} old files`, value: median(claims), unit: 'ms', limit: 60, note };
    yield { name: 'dropped to claimed, p99', value: percentile(claims, 0.99), unit: 'ms', limit: 200 };
  } finally {
    await place.server.close();
  }
}

/** What is done or taken back is what makes a tree old. */
function retireOld(place) {
  const baton = logOf({ repository: prepared(place) });
  const target = { checkout: place.repository, branch: 'main' };
  const at = '2026-11-01T12:00:00.000Z';
  for (const { id, agent } of writeTasks(place.repository, OLD)) {
    const file = `tasks/${agent}/${id}.md`;
    baton.append({
      stream: `task/${id}`,
      seq: 1,
      at,
      event: { kind: 'created', target, agent, file, fileHash: 'x', plan: null },
    });
    baton.append({ stream: `task/${id}`, seq: 2, at, event: { kind: 'cancelled', by: 'Bench', reason: 'old' } });
  }
  baton.close();
}

const prepared = ({ repository }) => {
  mkdirSync(join(repository, '.git/kleiber'), { recursive: true });
  return repository;
};

/** Whole and at once, from a folder that nobody watches. */
function drop(place, id) {
  const path = join(place.repository, `tasks/${AGENT}/${id}.md`);
  const temporary = join(place.home, `${id}.md`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, taskOf(id, AGENT));
  const atMs = Date.now();
  renameSync(temporary, path);
  return atMs;
}

async function bareEvents(place) {
  const seen = new Map();
  const watch = watchRecord(place.repository, ['tasks', 'blocked'], path => seen.set(path, Date.now()));
  await watch.ready;
  const delays = [];
  for (let round = 0; round < DROPS; round++) {
    const id = `bare-${round}`;
    const atMs = drop(place, id);
    delays.push((await until(() => seen.get(`tasks/${AGENT}/${id}.md`), 'a chokidar event')) - atMs);
    await pause(60);
  }
  await watch.close();
  const baton = logOf(place);
  const target = { checkout: place.repository, branch: 'main' };
  for (let round = 0; round < DROPS; round++) {
    const stream = `task/bare-${round}`;
    const at = new Date().toISOString();
    const file = `tasks/${AGENT}/bare-${round}.md`;
    baton.append({
      stream,
      seq: 1,
      at,
      event: { kind: 'created', target, agent: AGENT, file, fileHash: 'x', plan: null },
    });
    baton.append({ stream, seq: 2, at, event: { kind: 'cancelled', by: 'Bench', reason: 'measured' } });
  }
  baton.close();
  return delays;
}

/** Nobody conducts, so that the worker is idle; the checks on the base have run, and the first task is not counted. */
async function claimDelays(place) {
  drop(place, 'warm-up');
  must(place, 'conduct', '--once', '--no-workers', ...place.sandbox);
  const flags = ['--agent', AGENT, '--no-conduct', ...place.sandbox];
  const worker = startCommand(kleiber('work', ...flags), place);
  const baton = logOf(place);
  try {
    await blockedEvent(baton, 'warm-up', worker);
    const delays = [];
    for (let round = 0; round < DROPS; round++) {
      await pause(700);
      const id = `drop-${round}`;
      const atMs = drop(place, id);
      await blockedEvent(baton, id, worker);
      const claimed = baton.read(`task/${id}`).find(stored => stored.event.kind === 'claimed');
      delays.push(Date.parse(claimed.at) - atMs);
    }
    return delays;
  } finally {
    baton.close();
    await worker.stop();
  }
}

const blockedEvent = (baton, id, worker) =>
  until(
    () => baton.read(`task/${id}`).find(stored => stored.event.kind === 'blocked'),
    `${id} was not blocked; the worker said: ${worker.said()}`,
  );
