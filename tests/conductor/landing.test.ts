/** The road into the branch: what lands is what was tested, and what does not fit goes back to whoever made it. */
import { afterEach, describe, expect, test } from 'vitest';
import { targetStream } from '../../src/domain/event.ts';
import { donePath, startedPath, taskPath, validationPath } from '../../src/domain/record-paths.ts';
import { CHECK, House, type HouseOptions, type Tree } from '../support/house-rig.ts';
import { inTurn, run, submit, writes } from '../support/house-rig-claude.ts';

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

const holds =
  (path: string, text: string) =>
  (tree: Tree): boolean =>
    tree(path)?.includes(text) === true;

describe('a task that fits', () => {
  test('lands as a merge commit with its trailers, and its code is the code that was tested', async () => {
    open().task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
    const here = await house.start();
    await here.toTheEnd();
    expect(here.told('greet')).toEqual([
      'created',
      'claimed',
      'checkpoint',
      'approach',
      'submitted',
      'proven',
      'validated',
      'merge_intended',
      'landed',
    ]);
    const { commit, tree } = here.last('greet', 'landed');
    expect(house.codeAt(tree)).toEqual(house.codeAt(here.last('greet', 'merge_intended').validation.tree));
    expect(house.store('rev-parse', `${commit}^{tree}`)).toBe(tree);
    expect(house.store('show', '-s', '--format=%s%n%(trailers:only)', commit)).toBe(
      [
        'Build greet',
        'Kleiber-Task: greet',
        'Kleiber-Attempt: 1',
        'Kleiber-Model: claude-sonnet-5-5',
        'Kleiber-Cost-USD: 0.014',
      ].join('\n'),
    );
    expect(house.store('rev-parse', `${commit}^2`)).toBe(here.last('greet', 'submitted').commit);
  });

  test('is the last word on a base whose checks were not green when somebody looked', async () => {
    open().task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    const stream = targetStream('main');
    const { baton } = here.holder;
    const validation = { tree: '', result: 'could_not_run' as const, runs: [] };
    const event = { kind: 'baseline' as const, commit: house.integration(), validation };
    baton.append({ stream, seq: (baton.read(stream).at(-1)?.seq ?? 0) + 1, at: here.holder.at(), event });
    await here.ticks();
    const seen = baton.read(stream).flatMap(({ event: told }) => (told.kind === 'baseline' ? [told] : []));
    expect(seen.map(({ commit, validation: { result } }) => [commit, result]).at(-1)).toEqual([
      here.last('greet', 'landed').commit,
      'green',
    ]);
  });

  test('comes to the user branch together with its record, and leaves the checkout clean', async () => {
    open().task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
    await (await house.start()).toTheEnd();
    expect(house.git('ls-files').split('\n')).toEqual([
      'README.md',
      donePath('engineer-backend', 'greet'),
      'orchestration_log.md',
      'progress/README.md',
      startedPath('engineer-backend', 'greet'),
      validationPath('greet'),
      'src/backend/greet.txt',
      taskPath('engineer-backend', 'greet'),
    ]);
    expect(house.read('src/backend/greet.txt')).toBe('hello\n');
    expect(house.git('status', '--porcelain')).toBe('');
    expect(house.git('rev-parse', 'main')).toBe(house.integration());
  });

  test('is built upon by its dependents, although the user branch does not have it yet', async () => {
    open({ files: { 'src/backend/greet.txt': 'nothing\n' } });
    house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
    const seen: (string | null)[] = [];
    house.task(
      'shout',
      asked => {
        if (asked.turn > 0) return { calls: [submit()] };
        return { calls: [run('look'), ['write', { path: 'src/backend/shout.txt', content: 'HELLO\n' }]] };
      },
      { depends_on: ['greet'] },
    );
    house.commands.set('look', worktree => {
      seen.push(house.git('-C', worktree, 'hash-object', 'src/backend/greet.txt'));
    });
    house.write({ 'src/backend/greet.txt': 'somebody is typing here\n' });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ greet: 'landed', shout: 'landed' });
    expect(seen).toEqual([house.store('rev-parse', `${here.last('greet', 'landed').commit}:src/backend/greet.txt`)]);
    expect(house.read('src/backend/greet.txt')).toBe('somebody is typing here\n');
  });
});

describe('a conflict', () => {
  test('is given back as a draft with its marks, resolved by the next attempt, and landed', async () => {
    open({ files: { 'src/backend/list.txt': 'one\n' } });
    house.task('left', writes({ 'src/backend/list.txt': 'one\nleft\n' }));
    house.task(
      'right',
      inTurn(writes({ 'src/backend/list.txt': 'one\nright\n' }), ({ turn }) =>
        turn === 0
          ? { calls: [['read', { path: 'src/backend/list.txt' }]] }
          : turn === 1
            ? { calls: [['write', { path: 'src/backend/list.txt', content: 'one\nleft\nright\n' }]] }
            : { calls: [submit('both stay')] },
      ),
    );
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.attempt();
    await here.ticks();
    const { reason, strike, draft: start } = here.last('right', 'returned');
    expect({ reason, strike }).toEqual({ reason: 'conflict', strike: false });
    expect(house.store('show', `${start?.commit}:src/backend/list.txt`)).toMatch(
      /<<<<<<< [\s\S]*left\n=+\nright\n>>>>>>> /,
    );
    expect(house.read('blocked/engineer-backend/right-conflict.md')).toContain('Type: merge_conflict');
    await here.toTheEnd();
    expect(here.board()).toEqual({ left: 'landed', right: 'landed' });
    expect(house.landings()).toEqual(['left', 'right']);
    expect(house.read('src/backend/list.txt')).toBe('one\nleft\nright\n');
    expect(house.read('blocked/engineer-backend/right-conflict.md')).toBeNull();
  });

  test('whose marks are handed in is not proven', async () => {
    open({ files: { 'src/backend/list.txt': 'one\n' } });
    house.task('left', writes({ 'src/backend/list.txt': 'one\nleft\n' }));
    house.task(
      'right',
      inTurn(writes({ 'src/backend/list.txt': 'one\nright\n' }), () => ({ calls: [submit('looks fine')] })),
    );
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.attempt();
    await here.ticks();
    await here.attempt();
    await here.ticks();
    expect(here.last('right', 'returned')).toMatchObject({
      reason: 'unproven',
      strike: true,
      note: 'What you handed in was not accepted:\n- src/backend/list.txt still holds conflict marks',
    });
  });
});

describe('red', () => {
  const path = 'src/backend/price.txt';

  test('goes back with a strike, to more effort in a new conversation, and lands once it is green', async () => {
    open({ check: tree => (holds(path, 'wrong')(tree) ? 'red' : 'green') });
    house.task('price', inTurn(writes({ [path]: 'wrong\n' }), writes({ [path]: 'right\n' })));
    const here = await house.start();
    await here.toTheEnd();
    expect(here.last('price', 'returned')).toMatchObject({
      reason: 'red',
      strike: true,
      note: expect.stringContaining('it does not work'),
    });
    const openings = house.claude.asked.filter(asked => asked.turn === 0);
    expect(openings.map(({ request }) => [request.effort, request.messages.length])).toEqual([
      ['medium', 1],
      ['high', 1],
    ]);
    expect(openings[1]?.heard).toContain('it does not work');
    expect(house.landings()).toEqual(['price']);
    expect(house.read(path)).toBe('right\n');
  });

  test('that is red on the base as well blames nobody and waits for a person', async () => {
    open();
    house.task('price', writes({ [path]: 'right\n' }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    house.check = () => 'red';
    house.loseMemoryOfChecks();
    await here.ticks();
    expect(here.told('price')).not.toContain('returned');
    const { stage, strikes } = here.state('price');
    expect(strikes).toEqual([]);
    expect(stage).toMatchObject({ kind: 'blocked', blocker: { type: 'technical' } });
    expect(here.last('price', 'blocked').blocker.problem).toContain('red on the base as well');
  });

  test('that shows only once two green works are merged gives back the second, without a strike', async () => {
    open({ check: tree => (tree('src/backend/left.txt') && tree('src/backend/right.txt') ? together(tree) : 'green') });
    const together = (tree: Tree): 'red' | 'green' =>
      holds('src/backend/right.txt', 'knows left')(tree) ? 'green' : 'red';
    house.task('left', writes({ 'src/backend/left.txt': 'left\n' }));
    house.task(
      'right',
      inTurn(writes({ 'src/backend/right.txt': 'right\n' }), writes({ 'src/backend/right.txt': 'right knows left\n' })),
    );
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.attempt();
    await here.ticks();
    expect(here.last('right', 'returned')).toMatchObject({ reason: 'red_candidate', strike: false });
    expect(house.landings()).toEqual(['left']);
    await here.toTheEnd();
    expect(house.landings()).toEqual(['left', 'right']);
    expect(house.read('src/backend/right.txt')).toBe('right knows left\n');
  });

  test('on the base before any work starts nothing, and says so', async () => {
    open({ check: () => 'red' }).task('price', writes({ [path]: 'right\n' }));
    const here = await house.start();
    await here.toTheEnd();
    expect(house.claude.asked).toEqual([]);
    expect(here.board()).toEqual({ price: 'ready' });
    expect(house.notices).toContain('price is not started: the checks are red on the base');
  });
});

describe('checks that could not run', () => {
  const path = 'src/backend/price.txt';

  test('never count as green: the work waits for a person, and lands when they run', async () => {
    open().task('price', writes({ [path]: 'right\n' }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    house.check = () => 'could not run';
    await here.ticks();
    expect(here.last('price', 'validated').validation.result).toBe('could_not_run');
    expect(here.last('price', 'blocked').blocker.problem).toContain(
      'The checks could not run, which never counts as green.',
    );
    expect(house.landings()).toEqual([]);
  });

  test('on the candidate alone stop its landing', async () => {
    open().task('left', writes({ 'src/backend/left.txt': 'left\n' }));
    house.task('right', writes({ 'src/backend/right.txt': 'right\n' }));
    house.check = tree => (tree('src/backend/left.txt') && tree('src/backend/right.txt') ? 'could not run' : 'green');
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.attempt();
    await here.ticks();
    expect(here.board()).toEqual({ left: 'landed', right: 'blocked' });
    expect(house.landings()).toEqual(['left']);
  });

  test('on the base start nothing, and a worker that waits for idleness ends', async () => {
    open({ check: () => 'could not run' }).task('price', writes({ [path]: 'right\n' }));
    const here = await house.start();
    await here.toTheEnd();
    expect(house.claude.asked).toEqual([]);
    expect(house.notices).toContain('price is not started: the checks could not run on the base');
  });

  test('yesterday are run again before a worker of today gives up', async () => {
    open({ check: () => 'could not run' }).task('price', writes({ [path]: 'right\n' }));
    const yesterday = await house.start();
    await yesterday.toTheEnd();
    yesterday.die();
    const today = await house.start();
    const before = house.checksRun;
    await today.work();
    expect(house.checksRun).toBe(before + 1);
    today.die();
    house.check = () => 'green';
    const tomorrow = await house.start();
    await tomorrow.work();
    await tomorrow.ticks();
    expect(tomorrow.board()).toEqual({ price: 'landed' });
  });
});

describe('work that never lands without a person', () => {
  const pays = writes({ 'src/backend/pay.txt': 'pay\n' });

  test('waits for one, and an approval of another commit or in a file is none', async () => {
    open().task('pay', pays, { risk: ['payment'] });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ pay: 'blocked' });
    const file = 'blocked/engineer-backend/pay-conflict.md';
    house.write({ [file]: `${house.read(file)}approve\n` });
    here.says('pay', { kind: 'approved', commit: 'f'.repeat(40), by: 'Ada' });
    await here.toTheEnd();
    expect(here.board()).toEqual({ pay: 'blocked' });
    expect(house.landings()).toEqual([]);
    here.says('pay', { kind: 'approved', commit: here.last('pay', 'submitted').commit, by: 'Ada' });
    await here.ticks();
    expect(house.landings()).toEqual(['pay']);
  });

  test('needs a new approval once it has a new commit', async () => {
    open({ files: { 'src/backend/pay.txt': 'nothing\n' } });
    house.task('pay', inTurn(pays, writes({ 'src/backend/pay.txt': 'pay twice\n' })), { risk: ['payment'] });
    const here = await house.start();
    await here.toTheEnd();
    here.says('pay', { kind: 'approved', commit: here.last('pay', 'submitted').commit, by: 'Ada' });
    house.commit({ 'src/backend/pay.txt': 'mine\n' }, 'my own');
    await here.ticks();
    expect(here.last('pay', 'returned').reason).toBe('conflict');
    await here.toTheEnd();
    expect(here.board()).toEqual({ pay: 'blocked' });
    expect(here.last('pay', 'blocked').blocker.problem).toContain(here.last('pay', 'submitted').commit);
    expect(house.landings()).toEqual([]);
  });
});

test('what was handed in first is judged first and lands first, whatever its name', async () => {
  open().task('wave', writes({ 'src/backend/wave.txt': 'hi\n' }));
  house.task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  house.clock.advance(60_000);
  await here.attempt();
  await here.ticks();
  const judged = here.holder.baton.after(0).filter(({ event }) => event.kind === 'validated');
  expect([judged.map(({ stream }) => stream), house.landings()]).toEqual([
    ['task/wave', 'task/greet'],
    ['wave', 'greet'],
  ]);
});

test('a tree that was green under the same checks is not checked again', async () => {
  open().task('greet', writes({ 'src/backend/greet.txt': 'hello\n' }));
  await (await house.start()).toTheEnd();
  // The base, and the work; the candidate has the same code as the work.
  expect({ [CHECK.name]: house.checksRun }).toEqual({ check: 2 });
});

test('a landed task that a person retries starts from what has landed since', async () => {
  open().task(
    'greet',
    inTurn(writes({ 'src/backend/greet.txt': 'hello\n' }), writes({ 'src/backend/greet.txt': 'hi\n' })),
  );
  const here = await house.start();
  await here.toTheEnd();
  here.says('greet', { kind: 'requeued', by: 'Ada', reason: 'shorter, please' });
  await here.toTheEnd();
  expect(house.store('show', `${here.last('greet', 'claimed').base}:src/backend/greet.txt`)).toBe('hello');
  expect(house.landings()).toEqual(['greet', 'greet']);
  expect(house.read('src/backend/greet.txt')).toBe('hi\n');
});
