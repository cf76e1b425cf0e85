/** Git in a repository of twenty thousand files: against the bare commands with the same care for the disk. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userCheckout } from '../../src/git/checkout.ts';
import { openStore } from '../../src/git/store.ts';
import { placeFor, ratioOf, timeActions } from './measure.mjs';

const FILES = 20_000;
const AT = '2026-11-21T12:00:00.000Z';
const clock = { sleep: ms => new Promise(resolve => setTimeout(resolve, ms)) };

export function writeManyFiles(root) {
  for (let number = 0; number < FILES; number++) {
    const folder = join(root, `src/part-${Math.floor(number / 100)}`);
    if (number % 100 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${number}.js`), `export const value${number} = ${number};\n`.repeat(10));
  }
}

export async function* benchGit() {
  const place = placeFor('git');
  writeManyFiles(place.repository);
  place.git('add', '-A');
  place.git('commit', '-q', '-m', 'first');
  const environment = { path: place.environment.PATH, home: place.home };
  const store = (await openStore({ checkout: place.repository, environment, clock })).value;
  const base = (await store.fetchBranch(place.repository, 'main')).value;
  yield await worktrees(place, store, base);
  yield await landing(place, store, base, environment);
}

/** Three files of the tree in new bytes. */
async function change(store, base, round) {
  const files = [1, 2, 3].map(part => [`src/part-${part}/new-${round}.js`, Buffer.from(`// ${round} ${part}\n`)]);
  return (await store.commitFiles(base, new Map(files), `change ${round}`, AT)).value.commit;
}

async function worktrees(place, store, base) {
  const others = [base, await change(store, base, 'a'), await change(store, base, 'b')];
  const warm = join(place.home, 'warm');
  await store.openWorktree(warm, 'agent/warm', base);
  const git = (...words) => run(['--git-dir', store.path, ...words], place);
  const times = await timeActions(
    {
      bare: round => {
        const path = join(place.home, `cold-${round}`);
        return () => git('worktree', 'add', '-q', '--no-track', '-b', `cold-${round}`, path, others[round % 3]);
      },
      warm: round => () => store.openWorktree(warm, 'agent/warm', others[(round + 1) % 3]),
    },
    7,
  );
  const value = ratioOf(times.warm, times.bare);
  return { name: `a warm worktree against git worktree add, ${FILES} files`, value, unit: 'x', limit: 0.3 };
}

/** The same steps with bare git: its repository gets the store's setting for syncing. */
async function landing(place, store, base, environment) {
  const bare = placeFor('git-bare');
  bare.git('fetch', '-q', place.repository, 'main');
  bare.git('reset', '-q', '--hard', 'FETCH_HEAD');
  const sync = /fsync = (.*)/.exec(readFileSync(join(store.path, 'config'), 'utf8'))?.[1] ?? '';
  bare.git('config', 'core.fsync', sync);
  const checkout = userCheckout({ path: place.repository, environment, clock });
  await store.moveIntegration('main', null, base);
  let tip = base;
  const times = await timeActions(
    {
      bare: round => {
        const topic = bareTopic(bare, round);
        return () => landBare(bare, topic);
      },
      ours: async round => {
        const commit = await change(store, base, `topic-${round}`);
        return async () => {
          tip = await landOurs(store, checkout, tip, commit);
        };
      },
    },
    15,
  );
  const value = ratioOf(times.ours, times.bare);
  return { name: 'candidate, landing and delivery against bare git', value, unit: 'x', limit: 1.5 };
}

async function landOurs(store, checkout, tip, commit) {
  const request = { base: tip, commit, message: 'Merge', trailers: [['Kleiber-Task', 'a']], at: AT };
  const merged = (await store.mergeCandidate(request)).value.commit;
  if (!(await store.moveIntegration('main', tip, merged))) throw new Error('the integration ref did not move');
  const delivered = await checkout.deliver(store, 'main', merged, () => false);
  if (!delivered.ok || delivered.value.kind !== 'delivered') throw new Error(JSON.stringify(delivered));
  return merged;
}

function bareTopic(bare, round) {
  bare.git('checkout', '-q', '--detach', 'HEAD');
  for (const part of [1, 2, 3])
    writeFileSync(join(bare.repository, `src/part-${part}/new-${round}.js`), `// ${round}\n`);
  bare.git('add', 'src');
  bare.git('commit', '-q', '-m', `topic ${round}`);
  const topic = bare.git('rev-parse', 'HEAD');
  bare.git('checkout', '-q', 'main');
  if (round > 0) return topic;
  bare.git('update-ref', 'refs/integration/main', 'HEAD');
  return topic;
}

function landBare(bare, topic) {
  const tip = run(['rev-parse', 'refs/integration/main'], bare);
  const tree = run(['merge-tree', '--write-tree', tip, topic], bare);
  const merged = run(['commit-tree', tree, '-p', tip, '-p', topic, '-m', 'Merge'], bare);
  run(['update-ref', 'refs/integration/main', merged, tip], bare);
  run(['merge', '-q', '--ff-only', merged], bare);
}

function run(words, { repository, environment }) {
  const done = spawnSync('git', words, { cwd: repository, env: environment, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`git ${words.join(' ')}: ${done.stderr}`);
  return done.stdout.trimEnd();
}
