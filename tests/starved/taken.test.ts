/** State that is taken away, damaged or replaced under a run, and other people's git beside it. */
import '../support/journey-patience.ts';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inShell, landedTasks } from '../support/chaos-journeys.ts';
import { expectAllLanded } from '../support/journey-checks.ts';
import { run, submit, type Turn } from '../support/journey-models.ts';
import type { Journey } from '../support/journey-rig.ts';
import { MORE, openSmall, small, TITLE } from '../support/journey-small.ts';

let journey: Journey;
let mishap: unknown;
beforeEach(() => {
  mishap = null;
});
afterEach(async () => {
  await journey.close();
  expect(mishap).toBeNull();
});

/** A worker of the small task before whose third turn something happens, once. A mishap in it would only look like a bad server. */
async function openDisturbed(disturb: () => void): Promise<void> {
  let isDue = true;
  const disturbed: Turn = () => {
    try {
      if (isDue) disturb();
    } catch (error) {
      mishap = error;
    }
    isDue = false;
    return [run('make test')];
  };
  journey = await openSmall(small([...MORE.slice(0, 2), disturbed, [submit('Written.')]]));
}

/** Again where something is written into it meanwhile. */
const takeAway = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 10 });

const LOG = '.git/kleiber/state.db';
const conduct = () => journey.kleiber('conduct', '--until-idle');

/** What a person does who follows the line that begins with "fix". */
const doAsTold = (stderr: string): string =>
  journey.run('bash', ['-c', /^ {2}fix {3}(.+)$/m.exec(stderr)?.[1] ?? 'false']);

describe('while a run goes on, somebody deletes', () => {
  test('the state folder: the run stops in words, and the next one lands the work once', async () => {
    await openDisturbed(() => takeAway(join(journey.home, '.local/state')));
    const { code, stderr } = await conduct();
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^kleiber: .*(?:gone|cannot be read).*\n[\s\S]* {2}fix {3}kleiber conduct\n$/),
    ]);
    await journey.must('trust', '--yes');
    expect((await conduct()).code).toBe(0);
    expect(landedTasks(journey)).toEqual(['more']);
  });

  test('the log and the store: nobody writes into a deleted file, and the work is done again from its task file', async () => {
    await openDisturbed(() => takeAway(join(journey.repository, '.git/kleiber')));
    const { code, stderr } = await conduct();
    expect([code, stderr]).toEqual([
      3,
      // Also the heartbeat may have found it out first.
      expect.stringContaining(
        `kleiber: ${join(journey.repository, LOG)} is gone\n  it was deleted or replaced while kleiber was at work\n  Landed work is safe in git and is read back; what was running is done again.\n  fix   kleiber conduct\n`,
      ),
    ]);
    expect((await conduct()).code).toBe(0);
    expect(landedTasks(journey)).toEqual(['more']);
    expect(journey.git('status', '--porcelain')).toBe('');
  });
});

describe('a log', () => {
  test('with broken pages is named, not written to, and after the command that is named landed work is read back', async () => {
    journey = await openSmall();
    await journey.must('conduct', '--until-idle');
    const path = join(journey.repository, LOG);
    const bytes = readFileSync(path);
    const broken = Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]);
    writeFileSync(path, broken);
    for (const words of [['status'], ['conduct', '--until-idle']]) {
      const { code, stderr } = await journey.kleiber(...words);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^kleiber: \S+state\.db is damaged\n {2}database disk image is malformed\n/),
      ]);
      expect(readFileSync(path).equals(broken)).toBe(true);
    }
    doAsTold((await journey.kleiber('status')).stderr);
    const before = journey.requests().length;
    await journey.must('conduct', '--until-idle');
    expect(journey.requests()).toHaveLength(before);
    await expectAllLanded(journey, [TITLE]);
  });

  test('of a newer kleiber is refused with exit code 2 and left as it is', async () => {
    journey = await openSmall();
    await journey.must('conduct', '--until-idle');
    const database = new DatabaseSync(join(journey.repository, LOG));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const { code, stderr } = await conduct();
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^kleiber: \S+state\.db was written by a newer kleiber \(format 99, this one knows \d+\)\n {2}fix {3}npm install -g kleiber@latest\n$/,
      ),
    ]);
  });
});

describe('the user’s git', () => {
  test('collects garbage, prunes and forgets its reflogs in the middle of a task, and nothing is missing', async () => {
    const commands = 'git reflog expire --all --expire=now; git gc -q --prune=now; git worktree prune; git fsck';
    await openDisturbed(() => journey.run('bash', ['-c', commands]));
    await journey.must('conduct', '--until-idle');
    await expectAllLanded(journey, [TITLE]);
    const store = join(journey.repository, '.git/kleiber/store.git');
    expect(journey.git('--git-dir', store, 'fsck', '--connectivity-only', '--no-dangling')).toBe('');
  });

  test('left its index lock behind: delivery waits, names the file, and goes on when it is removed', async () => {
    journey = await openSmall();
    const lock = join(journey.repository, '.git/index.lock');
    writeFileSync(lock, '');
    const { code, stderr } = await conduct();
    expect([code, stderr]).toEqual([
      3,
      `landed work waits: another git is at work in ${journey.repository}; when there is none, remove its .git/index.lock\nkleiber: landed work is not on main yet\n  fix   kleiber status\n  help  kleiber help E11\n`,
    ]);
    expect(readFileSync(lock, 'utf8')).toBe('');
    rmSync(lock);
    await journey.must('conduct', '--once', '--no-workers');
    await expectAllLanded(journey, [TITLE]);
  });
});

test('half a pack that a killed git left in the store goes away once it is old', async () => {
  journey = await openSmall();
  await journey.must('conduct', '--once', '--no-workers');
  const packs = join(journey.repository, '.git/kleiber/store.git/objects/pack');
  const [old, young] = [join(packs, 'tmp_pack_old'), join(packs, 'tmp_pack_young')];
  for (const path of [old, young]) writeFileSync(path, 'PACK');
  const hoursAgo = Date.now() / 1000 - 7_200;
  utimesSync(old, hoursAgo, hoursAgo);
  await journey.must('conduct', '--until-idle');
  expect(
    journey
      .run('ls', [packs])
      .split('\n')
      .filter(name => name.startsWith('tmp_')),
  ).toEqual(['tmp_pack_young']);
});

test('of four conductors that start at once one leads, all work, and each task is done once', async () => {
  journey = await openSmall();
  const all = Array.from({ length: 4 }, () => journey.start(['conduct', '--until-idle']));
  expect((await Promise.all(all.map(one => one.ended))).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  await expectAllLanded(journey, [TITLE]);
});

test('a reader that goes away ends the run, and the next one goes on', async () => {
  journey = await openSmall();
  const { code } = await inShell(journey, 'set -o pipefail; kleiber conduct --until-idle | head -1').ended;
  expect(code).toBe(0);
  await journey.must('conduct', '--until-idle');
  expect(landedTasks(journey)).toEqual(['more']);
});
