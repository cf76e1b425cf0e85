/** A stranger's Makefile project: shell scripts without a `src/`, build output that nobody ignores, and work that is not committed. */
import '../support/journey-patience.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllLanded, freshClone, landingsOf } from '../support/journey-checks.ts';
import { builds, scripted } from '../support/journey-models.ts';
import { Journey } from '../support/journey-rig.ts';

const MAKEFILE = [
  'test: build/greet',
  '\tfor check in checks/*.sh; do sh -e $$check || exit 1; echo "ok $$check"; done',
  '',
  'build/greet: lib/greet.sh',
  '\tmkdir -p build',
  '\tcp lib/greet.sh build/greet',
  '',
].join('\n');

const SHOUT = {
  'lib/shout.sh': 'shout() { greet "$1" | tr a-z A-Z; }\n',
  'checks/shout.sh': '. build/greet\n. lib/shout.sh\n[ "$(shout ada)" = "HELLO ADA" ]\n',
};
const FAREWELL = {
  'lib/farewell.sh': 'farewell() { echo "bye $1"; }\n',
  'checks/farewell.sh': '. lib/farewell.sh\n[ "$(farewell ada)" = "bye ada" ]\n',
};

const BY_HAND = `---
id: farewell
agent: engineer-backend
title: A farewell
created: 2026-11-21T10:00:00Z
files: [lib/farewell.sh, checks/farewell.sh]
---

## Description
Say goodbye.

## Acceptance Criteria
- [ ] 1. farewell ada prints "bye ada"
`;

const thanks = BY_HAND.replaceAll('farewell', 'thanks')
  .replace('engineer-backend', 'scribe')
  .replace('title: A farewell', 'title: A page of thanks')
  .replace(/^files:.*$/m, 'files: [docs/thanks.md]');

const TITLES = ['Greetings that shout', 'A manual page'];

const models = scripted({
  plan: [
    { key: 'shout', agent: 'engineer-backend', title: TITLES[0] ?? '', files: Object.keys(SHOUT) },
    { key: 'manual', agent: 'scribe', title: TITLES[1] ?? '', files: ['docs/**', 'PROGRESS.md'] },
  ],
  tasks: {
    'title: Greetings that shout': builds(SHOUT, 'make test'),
    'title: A manual page': builds({ 'docs/manual.md': '# greet\n' }, 'make test'),
    'title: A farewell': builds(FAREWELL, 'make test'),
    'id: thanks': builds({ 'docs/thanks.md': '# Thanks\n' }, 'make test'),
  },
});

/** What the person was in the middle of: staged, staged and changed again, changed, untracked, and bytes that are no text. */
const DIRTY = {
  'staged.txt': 'new and staged\n',
  'notes.txt': 'one\ntwo, staged\nthree, not staged\n',
  'config.ini': 'a=2\n',
  'scratch/idea.txt': 'untracked\n',
  'scratch/bytes.bin': Uint8Array.from([0, 255, 13, 10, 128]),
};

const DIRTY_STATUS = [' M config.ini', 'MM notes.txt', 'A  staged.txt', '?? scratch/bytes.bin', '?? scratch/idea.txt'];

describe('a Makefile project with work that is not committed and no src/', () => {
  let journey: Journey;

  const bytesNow = () =>
    Object.fromEntries(Object.keys(DIRTY).map(path => [path, readFileSync(join(journey.repository, path))]));
  const bytesBefore = Object.fromEntries(Object.entries(DIRTY).map(([path, content]) => [path, Buffer.from(content)]));
  const statusNow = () => journey.git('status', '--porcelain', '--untracked-files=all').split('\n');
  const stagedNow = () => journey.git('diff', '--cached');
  let stagedBefore = '';

  beforeAll(async () => {
    journey = await Journey.open(models, { name: 'greeter' });
    journey.commit({
      Makefile: MAKEFILE,
      'lib/greet.sh': 'greet() { echo "hello $1"; }\n',
      'checks/greet.sh': '. build/greet\n[ "$(greet ada)" = "hello ada" ]\n',
      'notes.txt': 'one\n',
      'config.ini': 'a=1\n',
    });
    await journey.must('init', '--yes');
    journey.git('add', '-A');
    journey.git('commit', '-qm', 'kleiber');
    journey.write({ 'staged.txt': DIRTY['staged.txt'], 'notes.txt': 'one\ntwo, staged\n' });
    journey.git('add', '-A');
    journey.write(DIRTY);
    stagedBefore = stagedNow();
    expect(statusNow()).toEqual(DIRTY_STATUS);
  });
  afterAll(() => journey.close());

  test('lands the whole plan although nothing of the checkout is committed', async () => {
    await journey.must('plan', '--yes', 'Louder greetings, and a manual');
    const run = await journey.kleiber('conduct', '--until-idle');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('landed 2 of 2,') });
    await expectAllLanded(journey, TITLES);
    expect([statusNow(), stagedNow(), bytesNow()]).toEqual([DIRTY_STATUS, stagedBefore, bytesBefore]);
    const leftOut = `new files outside its zone were left out: build/greet (a line in .gitignore hides what commands make)`;
    expect(run.stderr.split(leftOut)).toHaveLength(3);
  });

  test('lands nothing that commands left behind, not even in the history', () => {
    expect(journey.git('log', '--all', '--format=%H', '--', 'build')).toBe('');
  });

  test('takes a task file that is typed by hand while a worker waits', async () => {
    const worker = journey.start(['work', '--all']);
    await worker.said(/waiting for tasks/);
    journey.write({ 'tasks/engineer-backend/farewell.md': BY_HAND });
    await worker.said(/farewell +landed as [0-9a-f]{9}\n[\s\S]*main +delivered/);
    worker.child.kill('SIGINT');
    const { code, stdout } = await worker.ended;
    expect(stdout).toContain('landed 3 of 3, blocked 0, waiting 0, ready 0');
    expect(code).toBe(130);
    await expectAllLanded(journey, [...TITLES, 'A farewell']);
    expect([statusNow(), stagedNow(), bytesNow()]).toEqual([DIRTY_STATUS, stagedBefore, bytesBefore]);
  });

  test('brings in what the person commits, and goes on from there', async () => {
    expect(await journey.must('conduct', '--once')).toContain('landed 3 of 3');
    const mine = landingsOf(journey).length;
    journey.git('commit', '-qm', 'notes of mine');
    journey.write({ 'tasks/scribe/thanks.md': thanks });
    const run = await journey.kleiber('conduct', '--until-idle');
    expect(run.stdout).toContain('landed 4 of 4');
    expect(run.code).toBe(0);
    expect(landingsOf(journey)).toHaveLength(mine + 1);
  });

  test('leaves everything that the person was working on byte for byte as it was', () => {
    expect(bytesNow()).toEqual(bytesBefore);
  });

  test('passes its own tests in a fresh clone', () => {
    const clone = freshClone(journey);
    expect(journey.run('make', ['test'], clone)).toMatch(
      /ok checks\/farewell.sh\nok checks\/greet.sh\nok checks\/shout.sh\n$/,
    );
  });
});
