/** A disk that is full, at any moment, and one that is read-only: clear words, nothing lost, and the next run goes on. */
import '../support/journey-patience.ts';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { inShell, landedTasks, mountsWrapper, whyNoMounts } from '../support/chaos-journeys.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall } from '../support/journey-small.ts';

const IS_FULL = process.env.KLEIBER_FULL === '1';
/** Kilobytes that are free when the run begins, so that another write is the one that finds no room. */
const ROOM_KB = IS_FULL ? Array.from({ length: 120 }, (_, index) => index * 8) : [24, 216];
const ROOM_OF_REPOSITORY_KB = IS_FULL ? Array.from({ length: 60 }, (_, index) => index * 16) : [384];

let journey: Journey;
afterEach(() => journey.close());

/** Run with next to no room on the disk, and then with room again. */
const twoRuns = (disk: string, roomKb: number): string => `
  kleiber trust --yes > /dev/null || exit 99
  used=$(df --output=used -k "${disk}" | tail -1)
  mount -o remount,size=$((used + ${roomKb}))k "${disk}"
  kleiber conduct --until-idle; echo "FULL:$?" >&2
  mount -o remount,size=64m "${disk}"
  kleiber conduct --until-idle; echo "ROOM:$?" >&2
  git --git-dir .git/kleiber/store.git fsck --connectivity-only --no-dangling >&2; echo "FSCK:$?" >&2
  git fsck --connectivity-only --no-dangling >&2; echo "FSCK:$?" >&2
  ls -d .git/kleiber/store.* >&2
`;

/** Log, store, ledger, worktrees and transcripts on one small disk; the user's repository is on another, so what is found there was delivered. */
const withSmallState = (roomKb: number): string => `
  set -u
  disk="$HOME/disk"; mkdir -p "$disk" .git/kleiber
  mount -t tmpfs -o size=64m none "$disk"
  mkdir "$disk/state" "$disk/log"
  mount --bind "$disk/log" .git/kleiber
  export KLEIBER_HOME="$disk/state"
  ${twoRuns('$disk', roomKb)}
`;

/** The user's repository, with log and store in it, on the small disk. */
const withSmallRepository = (roomKb: number): string => `
  set -u
  here="$PWD"; cp -a . "$HOME/before"
  mount -t tmpfs -o size=64m none "$here"; cp -a "$HOME/before/." "$here"; cd "$here"
  ${twoRuns('$here', roomKb)}
  cp -a . "$HOME/after"; cd /; umount "$here"; cp -a "$HOME/after/." "$here"
`;

function expectStoppedInWords(stderr: string): void {
  const [whileFull = '', afterwards = ''] = stderr.split(/^FULL:/m);
  expect(stderr).not.toContain('this is a bug');
  // With enough room nothing is in the way; with too little the disk is named, and what can be done.
  expect(['0', '3']).toContain(afterwards.split('\n')[0]);
  if (!afterwards.startsWith('0')) expect(whileFull).toMatch(/^kleiber: the disk is full$/m);
  expect(stderr).toMatch(/^ROOM:0$/m);
  expect(stderr.match(/^FSCK:.*/gm)).toEqual(['FSCK:0', 'FSCK:0']);
  expect(stderr.match(/^\.git\/kleiber\/store\..*/gm)).toEqual(['.git/kleiber/store.git']);
  expect(landedTasks(journey)).toEqual(['more']);
  expect(journey.git('status', '--porcelain')).toBe('');
}

describe.skipIf(whyNoMounts !== null)('a disk', () => {
  test.each(ROOM_KB)(
    'with %d KB of room stops a run in words, and with room again the work lands once',
    async roomKb => {
      journey = await openSmall();
      expectStoppedInWords((await inShell(journey, withSmallState(roomKb), mountsWrapper).ended).stderr);
    },
  );

  test.each(ROOM_OF_REPOSITORY_KB)(
    'with %d KB of room for the repository leaves nothing half written in it, and with room again the work lands once',
    async roomKb => {
      journey = await openSmall();
      expectStoppedInWords((await inShell(journey, withSmallRepository(roomKb), mountsWrapper).ended).stderr);
    },
  );

  test('that is read-only is named by every command, with exit code 1', async () => {
    journey = await openSmall();
    const readOnly = `mount --bind . . && mount -o remount,bind,ro . && cd "$PWD" || exit 99\n`;
    const run = (words: string) => inShell(journey, `${readOnly} kleiber ${words}`, mountsWrapper).ended;
    for (const words of ['status', 'check', 'conduct --until-idle']) {
      const { code, stderr } = await run(words);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^kleiber: \S+\/\.git\/kleiber cannot be written\n {2}.*EROFS.*\n {2}fix {3}df -h '/),
      ]);
    }
    expect(journey.requests()).toEqual([]);
  });

  test('that becomes read-only while a run goes on is named, and nothing half lands', async () => {
    journey = await openSmall();
    await journey.must('conduct', '--once', '--no-workers');
    const state = join(journey.home, '.local/state');
    const { code, stderr } = await inShell(
      journey,
      `mount --bind "${state}" "${state}" && mount -o remount,bind,ro "${state}" && kleiber conduct --until-idle`,
      mountsWrapper,
    ).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^kleiber: \S+ledger\.db cannot be written\n/)]);
    expect((await journey.kleiber('conduct', '--until-idle')).code).toBe(0);
    expect(landedTasks(journey)).toEqual(['more']);
  });
});
