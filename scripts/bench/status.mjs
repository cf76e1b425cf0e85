/** `kleiber status` over ten thousand task files, and what one more of them costs. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { writeRecordFile } from '../../src/record/record-disk.ts';
import {
  compareProcesses,
  folderFor,
  kleiber,
  NODE,
  pause,
  peakMemory,
  placeFor,
  ratioOf,
  timeActions,
  timeProcess,
} from './measure.mjs';
import { taskText, writeTasks } from './tasks.mjs';

const MANY = 10_000;
const FEW = 100;

export async function* benchStatus() {
  const place = placeFor('status');
  place.git('commit', '-q', '--allow-empty', '-m', 'first');
  writeTasks(place.repository, MANY);
  await pause(200);
  yield* unchanged(place);
  yield await changed(place);
  yield* first(place);
  yield* creation();
}

function* unchanged(place) {
  const times = compareProcesses({ node: NODE, status: kleiber('status') }, place, { rounds: 21 });
  yield { name: `status, ${MANY} tasks, nothing changed`, value: times.status.ratio, unit: 'x', limit: 1.8 };
  yield {
    name: 'status, nothing changed: memory',
    value: peakMemory(kleiber('status'), place),
    unit: 'MiB',
    limit: 250,
  };
}

/** A new file each time, given a moment to settle, as a person would need one. */
async function changed(place) {
  const series = { node: [], status: [] };
  for (let round = 0; round <= 11; round++) {
    const id = `new-${round}`;
    writeFileSync(join(place.repository, `tasks/scribe/${id}.md`), taskText(0, { id, agent: 'scribe' }));
    await pause(100);
    const ms = { node: timeProcess(NODE, place), status: timeProcess(kleiber('status'), place) };
    if (round > 0) for (const name of ['node', 'status']) series[name].push(ms[name]);
  }
  return { name: 'status after one change', value: ratioOf(series.status, series.node), unit: 'x', limit: 2.5 };
}

function* first(place) {
  const state = join(place.home, '.local/state/kleiber');
  const forget = () => {
    for (const name of readdirSync(state))
      if (!/\.db/.test(name)) rmSync(join(state, name, 'index.json'), { force: true });
  };
  const before = { status: forget };
  const times = compareProcesses({ node: NODE, status: kleiber('status') }, place, { rounds: 5, before });
  yield { name: 'status for the first time', value: times.status.ratio, unit: 'x', limit: 45 };
  forget();
  yield {
    name: 'status for the first time: memory',
    value: peakMemory(kleiber('status'), place),
    unit: 'MiB',
    limit: 250,
  };
}

/** The file and its first event: neither may depend on how many there are. */
async function* creation() {
  const places = [FEW, MANY].map(count => {
    const root = folderFor(`create-${count}`);
    writeTasks(root, count);
    const baton = openBaton(join(root, 'state.db')).value;
    for (let number = 0; number < count; number++) create(baton, `old-${number}`);
    return { root, baton };
  });
  const action =
    ({ root, baton }) =>
    round =>
    async () => {
      const id = `new-${round}`;
      await writeRecordFile(root, `tasks/scribe/${id}.md`, taskText(0, { id, agent: 'scribe' }), null);
      create(baton, id);
    };
  const times = await timeActions({ few: action(places[0]), many: action(places[1]) }, 101);
  for (const { baton } of places) baton.close();
  yield {
    name: `create one task, ${MANY} against ${FEW}`,
    value: ratioOf(times.many, times.few),
    unit: 'x',
    limit: 1.2,
  };
}

const create = (baton, id) =>
  baton.append({
    stream: `task/${id}`,
    seq: 1,
    at: '2026-11-21T12:00:00.000Z',
    event: {
      kind: 'created',
      target: { checkout: '/c', branch: 'main' },
      agent: 'scribe',
      file: `tasks/scribe/${id}.md`,
      fileHash: 'x',
      plan: null,
    },
  });
