/** What others do to a run: worktrees, state and baton deleted under it, and a second conductor beside it. */
import '../support/journey-patience.ts';
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { expectAllLanded, landingsOf, statusOf } from '../support/journey-checks.ts';
import { builds, run, submit, type Turn } from '../support/journey-models.ts';
import type { Journey } from '../support/journey-rig.ts';
import { MORE, openSmall, small, TITLE } from '../support/journey-small.ts';

let journey: Journey;
afterEach(() => journey.close());

async function expectLanded(): Promise<void> {
  expect(await journey.must('conduct', '--until-idle')).toContain('landed 1 of 1, blocked 0, waiting 0, ready 0\n');
  await expectAllLanded(journey, [TITLE]);
}

describe('somebody takes something away', () => {
  test('the worktree of a running attempt: nothing half lands, and the next attempt does it again', async () => {
    let isTaken = false;
    const takeAway: Turn = () => {
      for (const path of isTaken ? [] : worktrees()) rmSync(path, { recursive: true, force: true });
      isTaken = true;
      return [run('make test')];
    };
    const worktrees = (): string[] => globSync(join(journey.home, '.local/state/kleiber/*/worktrees/engineer-backend'));
    const [first = [], build = []] = MORE;
    journey = await openSmall(small([first, build, takeAway, [submit('Written.')]]));
    const { code, stdout, stderr } = await journey.kleiber('conduct', '--until-idle');
    expect([code, stderr]).toEqual([0, 'more: the worktree could not be saved (worktree missing)\n']);
    expect(stdout).toContain('attempt 1 ended: tool unavailable, its worktree could not be saved (worktree missing)\n');
    expect(await journey.must('show', 'more')).toContain('  attempts 2, strikes 0, ');
    expect(landingsOf(journey).map(({ task }) => task)).toEqual(['more']);
    expect(journey.git('show', 'HEAD:lib/more.sh')).toBe('more() { :; }');
  });

  test('the whole state folder between two runs: the baton knows what is done, and the branch has it', async () => {
    journey = await openSmall();
    await expectLanded();
    rmSync(join(journey.home, '.local'), { recursive: true, force: true });
    await journey.must('trust', '--yes');
    expect(await journey.must('conduct', '--until-idle')).toContain('landed 1 of 1');
    expect(landingsOf(journey)).toHaveLength(1);
  });

  test('the baton: landed work is read back from git and never run again', async () => {
    journey = await openSmall();
    await expectLanded();
    const before = journey.requests().length;
    rmSync(join(journey.repository, '.git/kleiber'), { recursive: true, force: true });
    await journey.must('conduct', '--until-idle');
    expect((await statusOf(journey)).tasks.map(({ id, state }) => `${id} ${state}`)).toEqual(['more landed']);
    expect(journey.requests()).toHaveLength(before);
    expect(landingsOf(journey)).toHaveLength(1);
  });
});

describe('the person has the same file open', () => {
  const MINE = 'base() { echo mine; }\n';
  const THEIRS = 'base() { echo landed; }\n';

  test('landed work waits with exit code 3, touches nothing, and comes as soon as the way is free', async () => {
    journey = await openSmall(small(builds({ 'lib/base.sh': THEIRS }, 'make test')));
    journey.write({ 'lib/base.sh': MINE });
    const { code, stdout, stderr } = await journey.kleiber('conduct', '--until-idle');
    expect(stdout).toContain('landed 1 of 1, blocked 0, waiting 0, ready 0\n');
    expect([code, stderr]).toEqual([
      3,
      'landed work waits for your own changes to lib/base.sh; commit or stash them, nothing of yours was touched\nkleiber: landed work is not on main yet\n  fix   kleiber status\n  help  kleiber help E11\n',
    ]);
    expect(journey.read('lib/base.sh')).toBe(MINE);
    expect(await journey.must('status')).toContain(
      '  · landed work is not on your branch yet: kleiber conduct --once\n',
    );
    journey.git('stash', 'push', '-q', 'lib/base.sh');
    await journey.must('conduct', '--once', '--no-workers');
    expect(journey.read('lib/base.sh')).toBe(THEIRS);
    await expectAllLanded(journey, [TITLE]);
    expect(journey.git('stash', 'show', '-p')).toContain('+base() { echo mine; }');
  });

  test('what was committed against landed work can be resolved with the command that is named', async () => {
    journey = await openSmall(small(builds({ 'lib/base.sh': THEIRS }, 'make test')));
    journey.write({ 'lib/base.sh': MINE });
    await journey.kleiber('conduct', '--until-idle');
    journey.git('add', '-A');
    journey.git('commit', '-qm', 'mine, with everything that lay there');
    const { code, stderr } = await journey.kleiber('conduct', '--until-idle');
    expect(code).toBe(3);
    const [, fetch = '', merge = ''] = /(git fetch \S+ \S+) && (git merge \S+)$/m.exec(stderr) ?? [];
    journey.run('sh', ['-c', `${fetch} -q && ${merge} -q; true`]);
    journey.write({ 'lib/base.sh': 'base() { echo both; }\n' });
    journey.git('add', '-A');
    journey.git('commit', '-qm', 'both');
    expect((await journey.kleiber('conduct', '--once', '--no-workers')).code).toBe(0);
    await expectAllLanded(journey, [TITLE]);
    expect([journey.read('lib/base.sh'), journey.git('status', '--porcelain')]).toEqual([
      'base() { echo both; }\n',
      '',
    ]);
  });
});

describe('somebody else conducts here', () => {
  test('a second conductor is told who, with exit code 1, and the first one goes on', async () => {
    journey = await openSmall();
    const first = journey.start(['conduct']);
    await first.said(/more +landed as/);
    await first.said(/waiting for tasks/);
    const second = await journey.kleiber('conduct', '--no-workers', '--once');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(
        `^kleiber: another conductor runs here: pid ${first.child.pid} on \\S+\\n {2}fix {3}kleiber status\\n`,
      ),
    );
    expect(await journey.must('status')).toContain(`conducting (pid ${first.child.pid} on `);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
    await expectAllLanded(journey, [TITLE]);
  });
});
