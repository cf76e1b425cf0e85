/** Claims: one append to the log, kept across the death of any process, and never given twice. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { folderFor, median } from './measure.mjs';

const COUNT = 10_000;
const ROUNDS = 5;
const AT = '2026-11-21T12:00:00.000Z';

export async function* benchClaims() {
  const alone = [];
  for (let round = 0; round < ROUNDS; round++) alone.push(claimAlone());
  yield { name: `claims a second, one process (${COUNT} tasks)`, value: median(alone), unit: '/s', least: 6_000 };
  const together = [];
  for (let round = 0; round < 3; round++) together.push(await claimTogether(4));
  const twice = together.reduce((sum, result) => sum + result.twice, 0);
  const rate = Math.round(median(together.map(result => result.rate)));
  yield {
    name: 'claims given twice or not at all, four processes',
    value: twice,
    unit: '',
    limit: 0,
    note: `${rate} /s`,
  };
}

/** A log in which every task has been created. */
function logOf() {
  const path = join(folderFor('claims'), 'state.db');
  const baton = openBaton(path).value;
  const target = { checkout: '/c', branch: 'main' };
  for (let number = 0; number < COUNT; number++)
    baton.append({
      stream: `task/t-${number}`,
      seq: 1,
      at: AT,
      event: {
        kind: 'created',
        target,
        agent: 'scribe',
        file: `tasks/scribe/t-${number}.md`,
        fileHash: 'x',
        plan: null,
      },
    });
  return { path, baton };
}

/** Tries to claim task after task; gives how many it got. */
export function claimAll(baton, pid) {
  let got = 0;
  const owner = { host: 'desk', bootId: 'b', pidNamespace: 'n', pid, startedAt: String(pid) };
  for (let number = 0; number < COUNT; number++) {
    const event = {
      kind: 'claimed',
      attempt: 1,
      owner,
      route: { tier: 'sonnet', effort: 'medium', because: ['the table says so'] },
      base: 'f'.repeat(40),
      worktree: 'scribe',
      session: `t-${number}-a1`,
    };
    if (baton.append({ stream: `task/t-${number}`, seq: 2, at: AT, event }) === 'appended') got++;
  }
  return got;
}

function claimAlone() {
  const { baton } = logOf();
  const started = performance.now();
  const got = claimAll(baton, 1);
  const seconds = (performance.now() - started) / 1000;
  baton.close();
  if (got !== COUNT) throw new Error(`${got} of ${COUNT} claims succeeded`);
  return COUNT / seconds;
}

async function claimTogether(processes) {
  const { path, baton } = logOf();
  const script = fileURLToPath(import.meta.url);
  const started = performance.now();
  const counts = await Promise.all(Array.from({ length: processes }, () => outputOf([script, path])));
  const seconds = (performance.now() - started) / 1000;
  const claimed = Array.from({ length: COUNT }, (_, number) => baton.read(`task/t-${number}`).length);
  baton.close();
  const got = counts.reduce((sum, count) => sum + Number(count), 0);
  const wrong = claimed.filter(length => length !== 2).length;
  return { rate: COUNT / seconds, twice: Math.abs(got - COUNT) + wrong };
}

function outputOf(words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', part => {
      text += part;
    });
    child.once('close', code => (code === 0 ? resolve(text) : reject(new Error(`a claimer ended with ${code}`))));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const baton = openBaton(process.argv[2]).value;
  process.stdout.write(String(claimAll(baton, process.pid)));
  baton.close();
}
