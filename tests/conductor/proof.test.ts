/** Proof: a done file is a claim, and what the commit really holds decides. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { House, type HouseOptions } from '../support/house-rig.ts';
import { inTurn, run, type Script, submit, writes } from '../support/house-rig-claude.ts';
import type { HouseProcess } from '../support/house-rig-process.ts';

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

/** Runs a command that does this to the worktree, writes a file of its own, and hands in. */
function commands(name: string, action: (worktree: string) => void): Script {
  house.commands.set(name, action);
  return ({ turn }) =>
    turn === 0
      ? { calls: [run(name), ['write', { path: 'src/backend/a.txt', content: 'a\n' }]] }
      : { calls: [submit()] };
}

async function judged(id = 'a'): Promise<{ here: HouseProcess; note: string; strike: boolean; reason: string }> {
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.ticks();
  const { note, strike, reason } = here.last(id, 'returned');
  expect(house.landings()).toEqual([]);
  return { here, note, strike, reason };
}

const unproven = (fault: string) => ({
  note: `What you handed in was not accepted:\n- ${fault}`,
  strike: true,
  reason: 'unproven',
});

describe('what a command did outside the zone', () => {
  test('to a file that was there is found in the commit, and the work is unproven', async () => {
    open({ files: { 'src/frontend/page.txt': 'page\n' } });
    house.task(
      'a',
      commands('escape', worktree => writeFileSync(join(worktree, 'src/frontend/page.txt'), 'mine\n')),
    );
    const { note, strike, reason } = await judged();
    expect({ note, strike, reason }).toEqual(
      unproven('src/frontend/page.txt is outside the zone: the task may write src/backend/**'),
    );
  });

  test('by deleting a test counts as well', async () => {
    open({ files: { 'tests/page.test.txt': 'test\n' } });
    house.task(
      'a',
      commands('cheat', worktree => rmSync(join(worktree, 'tests/page.test.txt'))),
    );
    const { note } = await judged();
    expect(note).toContain('tests/page.test.txt is outside the zone');
  });

  test('in new files is left behind and does not land', async () => {
    open().task(
      'a',
      commands('litter', worktree => writeFileSync(join(worktree, 'core.dump'), 'dump\n')),
    );
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
    expect(Object.keys(house.codeAt())).toEqual(['README.md', 'src/backend/a.txt']);
  });
});

/** By a command: a tool call would be stopped before it is run. */
const leaves = (path: string, text: string) =>
  commands('leave', worktree => {
    mkdirSync(join(worktree, dirname(path)), { recursive: true });
    writeFileSync(join(worktree, path), text);
  });

describe('what no tree may hold', () => {
  test('a secret in a file', async () => {
    open().task('a', leaves('src/backend/key.txt', `key = "${'AKIA'}${'IOSFODNN7EXAMPLE'}"\n`));
    const { note, strike, reason } = await judged();
    expect({ note, strike, reason }).toEqual(
      unproven('src/backend/key.txt holds something that looks like a secret key'),
    );
  });

  test('the very key of this process, whatever it looks like', async () => {
    open().task('a', leaves('src/backend/key.txt', 'sk-ant-the-key-of-this-house\n'));
    expect((await judged()).note).toContain('holds something that looks like a secret key');
  });

  test('a repository inside the repository', async () => {
    open();
    house.task(
      'a',
      commands('nest', worktree => {
        const nested = join(worktree, 'src/backend/nested');
        mkdirSync(nested, { recursive: true });
        execFileSync('git', ['init', '-q', nested]);
        writeFileSync(join(nested, 'inner.txt'), 'inner\n');
      }),
    );
    const { note, strike, reason } = await judged();
    expect({ note, strike, reason }).toEqual(unproven('src/backend/nested is a nested repository; those do not land'));
  });

  test('a link out of the repository', async () => {
    open();
    house.task(
      'a',
      commands('link', worktree => {
        mkdirSync(join(worktree, 'src/backend'), { recursive: true });
        symlinkSync('../../../secret', join(worktree, 'src/backend/up'));
      }),
    );
    expect((await judged()).note).toContain('src/backend/up is a symbolic link that leaves the repository');
  });
});

describe('the model', () => {
  test('that answers instead of the routed one ends the attempt, and no model is blamed', async () => {
    open().task('a', () => ({ calls: [submit()], model: 'claude-haiku-5-5' }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    expect(here.last('a', 'ended')).toMatchObject({
      end: { reason: 'model_unavailable', detail: 'claude-sonnet-5-5 was routed, claude-haiku-5-5 answered' },
      strike: false,
    });
    expect(here.told('a')).not.toContain('submitted');
  });

  test('that is claimed in a submission and was not routed leaves it unproven', async () => {
    open().task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    here.conductor.studio.models.sonnet = 'claude-sonnet-6';
    await here.ticks();
    expect(here.last('a', 'returned').note).toContain('claude-sonnet-5-5 answered, but claude-sonnet-6 was routed');
  });

  test('may answer with the date of its id', async () => {
    open();
    const script = writes({ 'src/backend/a.txt': 'a\n' });
    house.task('a', async asked => ({ ...(await script(asked)), model: 'claude-sonnet-5-5-20260928' }));
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
  });
});

test('work without a difference is not proven, and the next attempt is told so', async () => {
  open().task(
    'a',
    inTurn(() => ({ calls: [submit('nothing to do')] }), writes({ 'src/backend/a.txt': 'a\n' })),
  );
  const { here, note } = await judged();
  expect(note).toContain('nothing was changed, so there is nothing that meets the criteria');
  await here.toTheEnd();
  expect(house.claude.asked.at(-1)?.heard).toContain('nothing was changed');
  expect(here.board()).toEqual({ a: 'landed' });
});

test('a report role lands its report as record only', async () => {
  open().task('look', () => ({ calls: [submit('All is well.')] }), { agent: 'validator', files: [] });
  const here = await house.start();
  await here.toTheEnd();
  expect(here.board()).toEqual({ look: 'landed' });
  expect(Object.keys(house.codeAt())).toEqual(['README.md']);
  expect(house.read('complete/validator/look-done.md')).toContain('All is well.');
});

describe('what a project has switched on', () => {
  test('a component without a story is not proven', async () => {
    open({ config: { testing: { components_need_stories: true } } }).task(
      'a',
      writes({ 'src/components/Cart.tsx': 'export const Cart = 1;\n' }),
      { agent: 'engineer-frontend', files: ['src/components/**'] },
    );
    expect(await judged()).toMatchObject(
      unproven(
        'src/components/Cart.tsx has no story; expected src/components/Cart.stories.tsx (seed 5, engineer-frontend)',
      ),
    );
  });

  test('a table under another name is not proven', async () => {
    open({ config: { conventions: { database: true } } }).task(
      'a',
      writes({ 'src/backend/1.sql': 'create table User (id int);\n' }),
    );
    expect((await judged()).note).toContain('the table User is not named in plural snake_case');
  });
});

describe('the names of functions', () => {
  const functions = { handlers: 'handle{Event}', exports: { 'src/backend/api/**': 'fetch{Resource}' } };
  const here = { 'src/backend/api/users.js': 'export function getUsers() {}\n' };
  const both = `${here['src/backend/api/users.js']}export function getOrders() {}\n`;

  test('are part of the proof, for what is new in a file', async () => {
    open({ config: { conventions: { functions } }, files: here }).task(
      'a',
      writes({ 'src/backend/api/users.js': both }),
    );
    const { note } = await judged();
    expect(note).toContain('src/backend/api/users.js:2: getOrders is exported from src/backend/api/**');
    expect(note).not.toContain('getUsers');
  });
});

describe('the scribe', () => {
  const scribe = { agent: 'scribe', files: ['CHANGELOG.md'] };
  const log = { 'CHANGELOG.md': '# Changes\n\n- carts\n' };

  test('takes nothing away from a log', async () => {
    open({ files: log }).task('a', writes({ 'CHANGELOG.md': '# Changes\n\n- coupons\n' }), scribe);
    expect((await judged()).note).toContain(
      'CHANGELOG.md only grows, and the line "- carts" is gone from its place (seed 5, scribe)',
    );
  });

  test('adds to it', async () => {
    open({ files: log }).task('a', writes({ 'CHANGELOG.md': '# Changes\n\n- coupons\n- carts\n' }), scribe);
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.ticks();
    expect(here.told('a')).toContain('proven');
  });
});

describe('who writes documents only', () => {
  const RUN = 'docs/architecture/run.js';
  test('hands in no code, wherever it lies', async () => {
    open().task('a', writes({ [RUN]: 'run()\n' }), { agent: 'architect', files: [] });
    expect((await judged()).note).toContain(
      `${RUN} is no document, and architect never edits code (seed 5, agent roles)`,
    );
  });

  test('may judge a design and write nothing down', async () => {
    open().task('a', () => ({ calls: [submit('the design holds')] }), { agent: 'architect', files: [] });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed' });
  });
});
