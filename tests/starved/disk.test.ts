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

let journey: Journey;
afterEach(() => journey.close());

/**
 * Log, store, ledger, worktrees and transcripts on one small disk: trusted while there is room, run with next to none, then
 * run with room again. Git in the user's repository is on another disk, so what is found there at the end was delivered.
 */
const script = (roomKb: number): string => `
  set -u
  disk="$HOME/disk"; mkdir -p "$disk" .git/kleiber
  mount -t tmpfs -o size=64m none "$disk"
  mkdir "$disk/state" "$disk/log"
  mount --bind "$disk/log" .git/kleiber
  export KLEIBER_HOME="$disk/state"
  kleiber trust --yes > /dev/null || exit 99
  used=$(df --output=used -k "$disk" | tail -1)
  mount -o remount,size=$((used + ${roomKb}))k "$disk"
  kleiber conduct --until-idle; echo "FULL:$?" >&2
  mount -o remount,size=64m "$disk"
  kleiber conduct --until-idle; echo "ROOM:$?" >&2
  git --git-dir .git/kleiber/store.git fsck --connectivity-only --no-dangling >&2; echo "FSCK:$?" >&2
  ls -d .git/kleiber/store.* >&2
`;

describe.skipIf(whyNoMounts !== null)('a disk', () => {
  test.each(ROOM_KB)(
    'with %d KB of room stops a run in words, and with room again the work lands once',
    async roomKb => {
      journey = await openSmall();
      const { stderr } = await inShell(journey, script(roomKb), mountsWrapper).ended;
      const [whileFull = '', afterwards = ''] = stderr.split(/^FULL:/m);
      expect(stderr).not.toContain('this is a bug');
      // With enough room nothing is in the way; with too little the disk is named, and what can be done.
      expect(['0', '3']).toContain(afterwards.split('\n')[0]);
      if (!afterwards.startsWith('0')) expect(whileFull).toMatch(/^kleiber: the disk is full$/m);
      expect(stderr).toMatch(/^ROOM:0$/m);
      expect(stderr).toMatch(/^FSCK:0$/m);
      expect(stderr.match(/^\.git\/kleiber\/store\..*/gm)).toEqual(['.git/kleiber/store.git']);
      expect(landedTasks(journey)).toEqual(['more']);
      expect(journey.git('status', '--porcelain')).toBe('');
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
