/** Few descriptors, no watches, very large files: slower or refused in words, never wrong. */
import '../support/journey-patience.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { inShell, landedTasks, watchlessWrapper, whyNoWatchLimits } from '../support/chaos-journeys.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall, TASK_PATH, taskFile } from '../support/journey-small.ts';

const IS_FULL = process.env.KLEIBER_FULL === '1';

let journey: Journey;
afterEach(() => journey.close());

describe('open files', () => {
  test('that are too few for git are said to be, and with a normal limit the work lands', async () => {
    journey = await openSmall();
    const { code, stderr } = await inShell(journey, 'ulimit -n 24; kleiber conduct --until-idle').ended;
    expect([code, stderr]).toEqual([
      3,
      'kleiber: too many files are open\n  spawn git EMFILE\n  fix   ulimit -n 4096\n   or   kleiber conduct --concurrency 1\n',
    ]);
    expect((await journey.kleiber('conduct', '--until-idle')).code).toBe(0);
    expect(landedTasks(journey)).toEqual(['more']);
  });

  test('limited to 64 are enough for a run', async () => {
    journey = await openSmall();
    const { ended } = inShell(journey, `ulimit -n 64; kleiber conduct --until-idle`);
    expect(await ended).toMatchObject({ code: 0 });
    expect(landedTasks(journey)).toEqual(['more']);
  });
});

describe.skipIf(whyNoWatchLimits !== null)('a system without watches', () => {
  test('is said to be one, and a task that is typed later is found all the same', async () => {
    journey = await openSmall();
    journey.run('rm', [TASK_PATH]);
    const script = 'echo 0 > /proc/sys/user/max_inotify_instances; exec "$NODE" "$LAUNCHER" conduct --no-sandbox';
    const run = inShell(journey, script, watchlessWrapper);
    await run.said(/the system watches no more files, so task files are looked for every two seconds/);
    journey.write({ [TASK_PATH]: taskFile() });
    await run.said(/more +landed as/);
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
  });
});

describe('large things', () => {
  test('a task file of 5 MB is refused by name and size, and the others go on', async () => {
    journey = await openSmall();
    journey.write({ 'tasks/engineer-backend/big.md': taskFile('big') + 'x'.repeat(5_000_000) });
    const { code, stderr } = await journey.kleiber('check');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /tasks\/engineer-backend\/big\.md:1 {2}the file has 5000\d{3} bytes; at most 262144 are read\n/,
      ),
    ]);
    expect((await journey.kleiber('conduct', '--until-idle')).code).toBe(0);
    expect(landedTasks(journey)).toEqual(['more']);
  });

  test.skipIf(!IS_FULL)('100,000 task files are counted, and none is forgotten', { timeout: 600_000 }, async () => {
    journey = await openSmall();
    const folder = join(journey.repository, 'tasks/engineer-backend');
    mkdirSync(folder, { recursive: true });
    for (let number = 0; number < 100_000; number++)
      writeFileSync(join(folder, `many-${number}.md`), taskFile(`many-${number}`));
    const status = await journey.json('status');
    expect((status.tasks as unknown[]).length).toBe(100_001);
    expect((await journey.kleiber('check')).code).toBe(0);
  });

  test.skipIf(!IS_FULL)('a repository of 100,000 files takes a task like any other', { timeout: 600_000 }, async () => {
    journey = await openSmall();
    for (let folder = 0; folder < 1_000; folder++) {
      const files = Array.from({ length: 100 }, (_, file) => [`many/${folder}/${file}.txt`, `${folder} ${file}\n`]);
      journey.write(Object.fromEntries(files));
    }
    journey.git('add', 'many');
    journey.git('commit', '-qm', 'many');
    expect((await journey.kleiber('conduct', '--until-idle')).code).toBe(0);
    expect(landedTasks(journey)).toEqual(['more']);
  });
});
