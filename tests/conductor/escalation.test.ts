/** Workers that stop to ask: what goes to a stronger model, what opus answers, what waits by itself, and what a person gets. */
import { afterEach, describe, expect, test } from 'vitest';
import { blockedPath, LOG_FILE } from '../../src/domain/record-paths.ts';
import { House, type HouseOptions } from '../support/house-rig.ts';
import {
  type Asked,
  type Call,
  inTurn,
  run,
  type Said,
  type Script,
  submit,
  writes,
} from '../support/house-rig-claude.ts';

let house: House;
const open = (options: HouseOptions = {}): House => {
  house = new House(options);
  return house;
};
afterEach(() => house.close());

const stops = (input: Record<string, unknown>): Call => [
  'block',
  { type: 'technical', problem: 'the lock is held twice', need: 'somebody who sees why', ...input },
];

const isAdvice = ({ request }: Asked): boolean => request.format !== undefined;
const modelOf = ({ request }: Asked): string => request.model.replace(/^claude-([a-z]+)-.*$/, '$1');

/** Asks first; whoever hears that it was moved on writes the file. */
const asksThenWrites =
  (block: Call): Script =>
  asked => {
    if (!asked.heard.includes('Escalated from')) return { calls: [block] };
    return asked.turn === 0
      ? { calls: [['write', { path: 'src/backend/a.txt', content: 'a\n' }]] }
      : { calls: [submit()] };
  };

const QUESTION = stops({
  type: 'unclear_requirements',
  reason: 'architectural_decision',
  problem: 'one table or two?',
  need: 'a decision',
  options: ['one', 'two'],
  recommendation: 'one',
});

const advises = (advice: Record<string, unknown>): Said => ({
  text: JSON.stringify({ kind: 'decision', decision: '', rationale: '', patterns: [], ...advice }),
});

describe('mid-task upgrade', () => {
  test('moves a worker with a reason of its edge to the next tier, in a new conversation with note and work', async () => {
    const block = stops({ reason: 'complex_debugging', tried: ['read the trace'], recommendation: 'queue it' });
    open().task('a', asked =>
      asked.heard.includes('Escalated from') || asked.turn > 0
        ? asksThenWrites(block)(asked)
        : { text: 'my secret thought', calls: [['write', { path: 'src/backend/half.txt', content: 'half\n' }]] },
    );
    const here = await house.start();
    await here.toTheEnd();
    expect(here.told('a').filter(kind => ['claimed', 'blocked', 'escalated', 'submitted'].includes(kind))).toEqual([
      'claimed',
      'blocked',
      'escalated',
      'claimed',
      'submitted',
    ]);
    expect(here.state('a').attempts.map(({ route }) => route.tier)).toEqual(['sonnet', 'opus']);
    const second = house.claude.asked.find(asked => modelOf(asked) === 'opus');
    expect(second?.request.messages).toHaveLength(1);
    expect(second?.heard).toContain('### Recommendation\nqueue it'.replace('\n', '\\n'));
    expect(second?.heard).toContain('half.txt');
    expect(second?.heard).not.toContain('my secret thought');
  });

  test('with a reason of another edge stays for a person, and so does everything after opus', async () => {
    open();
    house.task('a', () => ({ calls: [stops({ reason: 'pattern_mismatch' })] }));
    house.task('b', () => ({ calls: [stops({ reason: 'complex_debugging' })] }), { model: 'opus' });
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked', b: 'blocked' });
    expect(house.read(blockedPath('engineer-backend', 'a'))).toContain(
      'somebody who sees why\n\nReason: pattern mismatch.',
    );
    expect([...here.told('a'), ...here.told('b')]).not.toContain('escalated');
  });
});

test('a worker that has stopped takes the next task meanwhile, and comes back to its own first', async () => {
  open().task('a', ({ heard, turn }) => {
    if (!heard.includes('euro')) return { calls: [stops({ type: 'unclear_requirements' })] };
    return { calls: [turn === 1 ? ['write', { path: 'src/backend/a.txt', content: 'a\n' }] : submit()] };
  });
  for (const id of ['b', 'c']) house.task(id, writes({ [`src/backend/${id}.txt`]: `${id}\n` }));
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  expect(here.board()).toEqual({ a: 'blocked', b: 'submitted', c: 'ready' });
  here.says('a', { kind: 'answered', by: 'Ada', text: 'euro', widen: [] });
  await here.toTheEnd();
  const claims = here.holder.baton.after(0).flatMap(({ stream, event }) => (event.kind === 'claimed' ? [stream] : []));
  expect(claims).toEqual(['task/a', 'task/b', 'task/a', 'task/c']);
});

test('haiku that leaves its template is asked once more, in stricter words, and only then it counts', async () => {
  const strays: Script = ({ turn }) => ({ calls: [turn === 0 ? ['read', { path: 'README.md' }] : submit()] });
  open();
  house.task('a', inTurn(strays, strays, writes({ 'src/backend/a.txt': 'a\n' })), {
    traits: { repetitive: true, reversible: true, minutes: 5 },
  });
  const path = 'tasks/engineer-backend/a.md';
  house.write({ [path]: `${house.read(path)}\n## Template\n\na\n` });
  const here = await house.start();
  await here.toTheEnd();
  const backs = here.holder.baton.read('task/a').flatMap(({ event }) => (event.kind === 'returned' ? [event] : []));
  expect(
    backs.map(({ reason, strike, note }) => [reason, strike, note.includes('Once more, and now to the letter')]),
  ).toEqual([
    ['unproven', false, true],
    ['unproven', true, false],
  ]);
  expect(here.state('a').attempts.map(({ route }) => `${route.tier} ${route.effort}`)).toEqual([
    'haiku low',
    'haiku low',
    'haiku high',
  ]);
  const second = house.claude.asked.filter(({ turn }) => turn === 0)[1];
  expect(second?.heard).toContain('Once more, and now to the letter');
});

describe('a technical question', () => {
  test('is answered by opus in a conversation of its own, and the same worker goes on', async () => {
    open().task('a', asked => {
      if (isAdvice(asked))
        return advises({ decision: 'One table.', rationale: 'Fewer joins.', patterns: ['users.sql'] });
      if (asked.turn === 0) return { calls: [QUESTION] };
      return asked.turn === 1
        ? {
            calls: [
              ['write', { path: 'src/backend/a.txt', content: asked.heard.includes('One table.') ? 'one' : '?' }],
            ],
          }
        : { calls: [submit()] };
    });
    const here = await house.start();
    await here.toTheEnd();
    expect([here.board(), house.read('src/backend/a.txt')]).toEqual([{ a: 'landed' }, 'one']);
    const { by, text, session } = here.last('a', 'answered');
    expect([by, text]).toEqual(['conductor (opus)', 'One table.\n\nFewer joins.\n\n- users.sql']);
    const { endedAt: _, ...said } = session ?? { endedAt: '' };
    expect(said).toEqual({ agent: 'architect', tier: 'opus', spend: expect.objectContaining({ cost: 14_000_000 }) });
    expect(here.state('a').attempts.map(({ route }) => route.tier)).toEqual(['sonnet', 'sonnet']);
    const rows = (house.read(LOG_FILE) ?? '').split('\n').filter(line => line.includes('| a |'));
    expect(
      rows.map(row =>
        row
          .split('|')
          .slice(2, 5)
          .map(cell => cell.trim()),
      ),
    ).toEqual([
      ['engineer-backend', 'a', 'sonnet'],
      ['architect', 'a', 'opus'],
      ['engineer-backend', 'a', 'sonnet'],
    ]);
  });

  test('asks opus read-only, with the question and the work, and gives its lane back', async () => {
    open().task('a', asked => (isAdvice(asked) ? advises({ decision: 'One.' }) : { calls: [QUESTION] }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    await here.tick();
    const advice = house.claude.asked.find(isAdvice);
    expect(advice?.request.tools.map(({ name }) => name)).toEqual(['list', 'read', 'search']);
    for (const part of ['one table or two?', '1. one', 'What the worker would choose'])
      expect(advice?.heard).toContain(part);
    expect(here.holder.baton.lanes()).toEqual([]);
  });

  test('that opus leaves to a person waits with what opus said; so does a second one', async () => {
    open();
    house.task('a', asked =>
      isAdvice(asked)
        ? advises({ kind: 'needs_person', decision: 'Ask the owner for the price.' })
        : { calls: [QUESTION] },
    );
    house.task('b', asked => (isAdvice(asked) ? advises({ decision: 'One.' }) : { calls: [QUESTION] }));
    house.task('c', asked => (isAdvice(asked) ? { text: 'no idea' } : { calls: [QUESTION] }));
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked', b: 'blocked', c: 'blocked' });
    expect(house.read(blockedPath('engineer-backend', 'a'))).toContain(
      'conductor (opus): Ask the owner for the price.',
    );
    expect([here.told('b').filter(kind => kind === 'answered').length, here.state('b').advised]).toEqual([1, 1]);
    expect(here.last('c', 'referred').note).toBe('the answer could not be read');
    expect(house.claude.asked.filter(isAdvice)).toHaveLength(3);
  });

  test('waits while opus has no free lane', async () => {
    open().task('a', asked => (isAdvice(asked) ? advises({ decision: 'One.' }) : { calls: [QUESTION] }));
    const here = await house.start();
    await here.ticks();
    await here.attempt();
    here.holder.baton.takeLane('task/other', { tier: 'opus', limit: 1, owner: here.owner });
    await here.ticks();
    expect([here.board(), house.claude.asked.filter(isAdvice)]).toEqual([{ a: 'waiting' }, []]);
    here.holder.baton.freeLane('task/other', here.owner);
    await here.ticks();
    expect(here.board()).toEqual({ a: 'ready' });
  });

  test('about the business goes to a person at once', async () => {
    open().task('a', () => ({ calls: [stops({ type: 'unclear_requirements', problem: 'which currency?' })] }));
    const here = await house.start();
    await here.toTheEnd();
    expect([here.board(), house.claude.asked.filter(isAdvice)]).toEqual([{ a: 'blocked' }, []]);
  });
});

describe('a dependency that the plan did not know', () => {
  const waits: Script = asked => {
    if (asked.turn === 0)
      return { calls: [stops({ type: 'dependency', problem: 'needs types', need: 'types', waits_for: ['types'] })] };
    return asked.turn === 1
      ? {
          calls: [
            ['read', { path: 'src/backend/types.txt' }],
            ['write', { path: 'src/backend/a.txt', content: 'a\n' }],
          ],
        }
      : { calls: [submit()] };
  };

  test('is waited for; the same conversation goes on with it in the worktree', async () => {
    open();
    house.task('a', waits);
    house.task('types', writes({ 'src/backend/types.txt': 'type Price\n' }));
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'landed', types: 'landed' });
    expect(here.last('a', 'answered').by).toBe('conductor');
    expect(house.claude.asked.some(({ heard }) => heard.includes('type Price'))).toBe(true);
    expect(house.landings()).toEqual(['types', 'a']);
  });

  test('that does not exist needs a person', async () => {
    open().task('a', waits);
    const here = await house.start();
    await here.toTheEnd();
    expect(here.board()).toEqual({ a: 'blocked' });
  });
});

test('a conflict names the owner of the file', async () => {
  open({ files: { 'src/backend/a.txt': 'one\n' } });
  const edits =
    (text: string): Script =>
    asked =>
      asked.turn === 0
        ? { calls: [['write', { path: 'src/backend/a.txt', content: `${text}\n` }]] }
        : { calls: [submit()] };
  house.task('a', edits('two'));
  house.task('b', edits('three'));
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  await here.ticks();
  expect(here.last('b', 'returned').note).toContain(
    'src/backend/a.txt belongs to a (engineer-backend): what landed from it is the truth, fit yours around it.',
  );
});

test('the owner of the file resolves it for the task, in its own worktree, and writes nothing else', async () => {
  open({
    config: {
      roles: { 'engineer-frontend': { paths: ['src/**'] }, 'engineer-backend': { paths: ['src/backend/**'] } },
    },
  });
  house.commit({ 'src/backend/a.txt': 'one\n' }, 'a file');
  const both = 'one\ntwo\nthree\n';
  house.task('a', writes({ 'src/backend/a.txt': 'one\ntwo\n' }));
  house.task(
    'b',
    inTurn(writes({ 'src/backend/a.txt': 'one\nthree\n', 'src/b.txt': 'b\n' }), ({ turn }) =>
      turn === 0
        ? {
            calls: [
              ['write', { path: 'src/b.txt', content: 'mine\n' }],
              ['write', { path: 'src/backend/a.txt', content: both }],
            ],
          }
        : { calls: [submit('both lines stay')] },
    ),
    { agent: 'engineer-frontend', files: ['src/**'] },
  );
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  await here.ticks();
  expect(here.last('b', 'returned').resolver).toEqual({ agent: 'engineer-backend', files: ['src/backend/a.txt'] });
  await here.work({ agents: new Set(['engineer-frontend']) });
  expect(here.board()).toEqual({ a: 'landed', b: 'ready' });
  await here.toTheEnd();
  expect([here.board(), house.read('src/backend/a.txt'), house.read('src/b.txt')]).toEqual([
    { a: 'landed', b: 'landed' },
    both,
    'b\n',
  ]);
  expect(here.last('b', 'claimed').worktree).toBe('engineer-backend');
  const resolving = house.claude.asked.filter(({ heard }) => heard.includes('only the conflict is yours to resolve'));
  expect(
    resolving.map(({ request }) => JSON.stringify(request.system).includes('You are the back-end engineer')),
  ).toEqual([true, true]);
  expect(here.last('b', 'submitted').report).toEqual({
    summary: 'built as described',
    testsAdded: [],
    decisions: ['engineer-backend resolved the conflict in src/backend/a.txt: both lines stay'],
  });
  const rows = (house.read(LOG_FILE) ?? '').split('\n').filter(line => line.includes('| b |'));
  expect(rows.map(row => row.split('|')[2]?.trim())).toEqual(['engineer-frontend', 'engineer-backend']);
});

test('what an owner changes beyond the conflict with a command is not proven', async () => {
  open({
    config: {
      roles: { 'engineer-frontend': { paths: ['src/**'] }, 'engineer-backend': { paths: ['src/backend/**'] } },
    },
  });
  house.commit({ 'src/backend/a.txt': 'one\n', 'src/b.txt': 'b\n' }, 'files');
  house.commands.set('meddle', worktree =>
    house.write({ 'src/b.txt': 'meddled\n', 'src/backend/a.txt': 'x\n' }, worktree),
  );
  house.task('a', writes({ 'src/backend/a.txt': 'two\n' }));
  house.task(
    'b',
    inTurn(writes({ 'src/backend/a.txt': 'three\n' }), ({ turn }) => ({
      calls: [turn === 0 ? run('meddle') : submit()],
    })),
    { agent: 'engineer-frontend', files: ['src/**'] },
  );
  const here = await house.start();
  await here.ticks();
  await here.attempt();
  await here.attempt();
  await here.ticks();
  await here.attempt();
  await here.ticks();
  expect(here.last('b', 'returned').note).toContain(
    'src/b.txt is outside the zone: the task may write src/backend/a.txt',
  );
  expect(here.state('b').resolving?.agent).toBe('engineer-backend');
});

describe('a quick fix', () => {
  const long = Array.from({ length: 51 }, (_, index) => `line ${index}`).join('\n');
  const fixes =
    (text: string): Script =>
    asked =>
      asked.turn === 0
        ? { calls: [['write', { path: 'src/backend/a.txt', content: `${text}\n` }]] }
        : { calls: [submit()] };
  const fix = { agent: 'quickfix', files: ['src/backend/**'] };

  test('of more than fifty lines goes to sonnet, without a strike', async () => {
    open().task('a', fixes(long), fix);
    const here = await house.start();
    await here.toTheEnd();
    expect(here.state('a').attempts.map(({ route }) => route.tier)).toEqual(['haiku', 'sonnet']);
    expect([here.state('a').strikes, here.last('a', 'escalated').note.split('.')[0]]).toEqual([
      [],
      "This was to be a quick fix and has 51 changed lines, more than 50: no longer haiku's work",
    ]);
  });
});
