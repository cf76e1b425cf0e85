/** `kleiber review`: a person reads what waits, and says one word that counts for one commit. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { reviewPath } from '../../src/domain/record-paths.ts';
import { House } from '../support/house-rig.ts';
import { inTurn, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';
import { visit } from '../support/rehearsal-context.ts';

const LOGIN = 'src/backend/auth/login.txt';
let house: House;
let here: HouseProcess;
let visitor: ReturnType<typeof visit>;

/** A task that waits for a person, because it touches a login. */
beforeEach(async () => {
  house = new House();
  house.git('config', 'user.name', 'Ada');
  house.git('config', 'user.email', 'ada@example.org');
  const head = { model: 'opus' as const, title: 'Let people in' };
  house.task('door', inTurn(writes({ [LOGIN]: 'open\n' }), writes({ [LOGIN]: 'shut\n' })), head);
  here = await house.start();
  await here.toTheEnd();
  visitor = visit();
});

afterEach(() => {
  house.close();
  rmSync(visitor.folder, { recursive: true, force: true });
});

async function kleiber(...words: string[]): Promise<{ code: number; printed: string }> {
  const before = visitor.printed().length;
  const code = await runProgram(words, { ...visitor.context, cwd: house.user });
  return { code, printed: visitor.printed().slice(before) };
}

const commitNow = (): string => here.state('door').submission?.commit ?? '';

describe('kleiber review', () => {
  test('lists what waits for a person, also as JSON', async () => {
    const { code, printed } = await kleiber('review');
    expect(code).toBe(0);
    expect(printed).toContain('Let people in');
    expect(printed).toContain('kleiber review door');
    const json = JSON.parse((await kleiber('review', '--json')).printed);
    expect(json).toMatchObject({
      kind: 'reviews',
      waiting: [{ id: 'door', commit: commitNow(), risks: [{ risk: 'authentication' }] }],
    });
  });

  test('shows task, reasons, verdict, difference, and what to type', async () => {
    const { printed } = await kleiber('review', 'door');
    expect(printed).toContain(`authentication (it touches ${LOGIN}): opus and a person`);
    expect(printed).toContain('opus: approve');
    expect(printed).toContain('✓ 1. items stay');
    expect(printed).toContain('+open');
    expect(printed).toContain(`kleiber review door approve --commit ${commitNow().slice(0, 9)}`);
  });

  test('approves this very commit with the name that git knows, and the work lands', async () => {
    expect((await kleiber('review', 'door', 'approve', '--commit', commitNow())).code).toBe(0);
    expect(here.last('door', 'approved')).toEqual({
      kind: 'approved',
      commit: commitNow(),
      by: 'Ada <ada@example.org>',
    });
    await here.ticks();
    expect(here.board()).toEqual({ door: 'landed' });
  });

  test('refuses a word about a commit that is not the one that waits', async () => {
    const { code, printed } = await kleiber('review', 'door', 'approve', '--commit', 'a'.repeat(40));
    expect([code, here.board()]).toEqual([1, { door: 'blocked' }]);
    expect(printed).toContain(`door is at commit ${commitNow().slice(0, 9)} by now`);
  });

  test('writes nothing with --dry-run', async () => {
    expect((await kleiber('review', 'door', 'approve', '--dry-run')).code).toBe(0);
    expect(here.state('door').approvals).toEqual([]);
  });

  test('sends it back with the words of the person, and a new commit waits for a new approval', async () => {
    const first = commitNow();
    expect((await kleiber('review', 'door', 'changes', 'shut it')).code).toBe(0);
    expect(here.last('door', 'returned')).toEqual({
      kind: 'returned',
      attempt: 1,
      reason: 'changes_requested',
      note: `Ada <ada@example.org> asks for changes to commit ${first.slice(0, 9)}:\n- shut it`,
      strike: false,
      draft: null,
    });
    await here.toTheEnd();
    expect([here.board(), commitNow() === first]).toEqual([{ door: 'blocked' }, false]);
    expect((await kleiber('review', 'door', 'approve', '--commit', first.slice(0, 9))).code).toBe(1);
  });

  test('rejects for good, until somebody retries', async () => {
    expect((await kleiber('review', 'door', 'reject', 'we need no door')).code).toBe(0);
    expect(here.board()).toEqual({ door: 'cancelled' });
    expect(here.last('door', 'cancelled').reason).toContain('we need no door');
  });

  test.each([
    [['door', 'changes'], 2, 'what must change?'],
    [['door', 'reject'], 2, 'why is it rejected?'],
    [['door', 'maybe'], 2, 'approve, changes or reject'],
    [['window'], 2, 'there is no task window'],
  ])('%s ends with %i: %s', async (words, code, text) => {
    const said = await kleiber('review', ...words);
    expect([said.code, said.printed.includes(text)]).toEqual([code, true]);
  });
});

describe('a verdict that somebody typed', () => {
  test('has no effect, and kleiber check says so', async () => {
    const real = house.read(reviewPath('door')) ?? '';
    expect((await kleiber('check')).code).toBe(0);
    house.write({ [reviewPath('door')]: real.replace('model:', 'approved_by: [Ada]\nmodel:') });
    await here.ticks();
    const { code, printed } = await kleiber('check');
    expect([code, here.board()]).toEqual([2, { door: 'blocked' }]);
    expect(printed).toContain('nobody gave this verdict');
  });
});
