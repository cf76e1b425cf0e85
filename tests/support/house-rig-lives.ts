/** The lives that are cut at every durable write. Each goes on where a dead process left it, and a person acts in some of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockedPath } from '../../src/domain/record-paths.ts';
import { House } from './house-rig.ts';
import { approves, ask, inTurn, openingOf, run, submit, wants, writes } from './house-rig-claude.ts';
import type { Life } from './house-rig-life.ts';

const AGENT = 'engineer-backend';
const LIST = 'src/backend/list.txt';
const GREET = 'src/backend/greet.txt';

const oneTask: Life = {
  begin: () => {
    const house = new House();
    house.task('greet', writes({ [GREET]: 'hello\n' }));
    return house;
  },
  live: here => here.toTheEnd(),
};

/** The second begins in the worktree of the first. */
const oneAfterTheOther: Life = {
  begin: () => {
    const house = new House({ files: { [LIST]: 'one\n' } });
    house.task('a', writes({ [LIST]: 'one\na\n' }));
    house.task('b', writes({ 'src/backend/b.txt': 'b\n' }), { depends_on: ['a'] });
    return house;
  },
  live: here => here.toTheEnd(),
};

/** Puts a line into the list, between what stands there, and takes conflict marks out. */
const adds =
  (line: string) =>
  (worktree: string): void => {
    const path = join(worktree, LIST);
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter(text => /^\w+$/.test(text));
    writeFileSync(path, `${[...new Set([...lines, line])].toSorted().join('\n')}\n`);
  };

const conflict: Life = {
  begin: () => {
    const house = new House({ files: { [LIST]: 'one\n' } });
    for (const id of ['a', 'b']) {
      house.commands.set(`add ${id}`, adds(id));
      house.task(id, ({ heard }) => ({ calls: [heard.includes('exit code 0') ? submit() : run(`add ${id}`)] }));
    }
    return house;
  },
  live: async here => {
    await here.ticks();
    await here.attempt();
    await here.attempt();
    await here.toTheEnd();
  },
};

const redFirst: Life = {
  begin: () => {
    const house = new House({ check: tree => (tree(GREET) === 'wrong\n' ? 'red' : 'green') });
    house.task('greet', inTurn(writes({ [GREET]: 'wrong\n' }), writes({ [GREET]: 'right\n' })));
    return house;
  },
  live: here => here.toTheEnd(),
};

const question: Life = {
  begin: () => {
    const house = new House();
    house.task('greet', ({ heard }) => {
      if (!heard.includes('Say hello.')) return { calls: [ask('What shall I say?')] };
      return heard.includes(`wrote ${GREET}`)
        ? { calls: [submit()] }
        : { calls: [['write', { path: GREET, content: 'hello\n' }]] };
    });
    return house;
  },
  live: async (here, house) => {
    await here.toTheEnd();
    const text = house.read(blockedPath(AGENT, 'greet'));
    if (text !== null && !text.includes('Say hello.'))
      house.write({ [blockedPath(AGENT, 'greet')]: `${text}Say hello.\n` });
    await here.toTheEnd();
  },
};

const ownCommits: Life = {
  begin: () => {
    const house = new House();
    house.task('greet', async asked => {
      if (house.read('README.md') === 'A shop.\n') house.commit({ 'README.md': 'A better shop.\n' }, 'my own');
      return await writes({ [GREET]: 'hello\n' })(asked);
    });
    return house;
  },
  live: here => here.toTheEnd(),
};

/** Delivery waits all the time, so that record files of many commits pile up in the checkout. */
const dirtyCheckout: Life = {
  begin: () => {
    const house = new House({ files: { [GREET]: 'nothing\n' } });
    house.task(
      'greet',
      inTurn(() => ({ calls: [submit('nothing yet')] }), writes({ [GREET]: 'hello\n' })),
    );
    house.write({ [GREET]: 'somebody is typing\n' });
    return house;
  },
  live: async (here, house) => {
    await here.toTheEnd();
    if (house.read(GREET) === 'somebody is typing\n') house.write({ [GREET]: 'nothing\n' });
    await here.ticks();
  },
};

const lostLog: Life = {
  begin: async () => {
    const house = new House();
    house.task('a', writes({ 'src/backend/a.txt': 'a\n' }));
    const before = await house.start();
    await before.toTheEnd();
    before.die();
    house.loseLog();
    house.task('b', writes({ 'src/backend/b.txt': 'b\n' }), { depends_on: ['a'] });
    return house;
  },
  live: here => here.toTheEnd(),
};

/** What was paid for a review that was cut stays paid; it is asked again, and no verdict is given twice. */
const reviewed: Life = {
  begin: () => {
    const house = new House();
    const scripts = [writes({ 'docs/guide.md': 'too much\n' }), writes({ 'docs/guide.md': 'enough\n' })];
    house.task('guide', inTurn(...scripts), { agent: 'scribe', files: ['docs/**'] });
    house.reviewer = asked => (openingOf(asked).includes('+too much') ? wants('promise less') : approves)(asked);
    return house;
  },
  live: here => here.toTheEnd(),
};

export const LIVES: Readonly<Record<string, Life>> = {
  'one task': oneTask,
  'two tasks, one after the other': oneAfterTheOther,
  'a conflict that is resolved': conflict,
  'work that is red first': redFirst,
  'work that is sent back by its reviewer': reviewed,
  'a question that is answered in its file': question,
  'commits of the user in between': ownCommits,
  'a checkout that is dirty until the end': dirtyCheckout,
  'a log that was lost before': lostLog,
};
