import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Event, LEAD_STREAM, targetStream } from '../../src/domain/event.ts';
import type { Glance } from '../../src/report/seen.ts';
import { blocked, cancelled, claimed, created, landed, OWNER, submitted } from '../support/policy-values.ts';
import { ReportDesk, textOf } from '../support/report-desk.ts';

let desk: ReportDesk;
beforeEach(() => {
  desk = new ReportDesk();
});
afterEach(() => desk.remove());

const rowsOf = (seen: Glance, title: string): string[][] =>
  seen.digest.groups.find(group => group.title === title)?.rows ?? [];

/** Stops until `id` has landed. */
const waits = (id: string): Event =>
  blocked(1, {
    blocker: { type: 'dependency', problem: `${id} is missing`, tried: [], need: id, options: [], waitsFor: [id] },
  });

const plain = ({ digest, faults, latest, board }: Glance) => ({
  digest,
  faults,
  latest: [...latest],
  board: board === null ? null : [...board.values()],
});

/** Whatever the index holds, the answer is that of a look without one. */
async function expectTrue(wantsBoard = false): Promise<Glance> {
  const seen = await desk.look(wantsBoard);
  const fresh = await desk.lookAfresh(wantsBoard);
  const shown = wantsBoard ? plain(seen) : { ...plain(seen), board: null };
  expect(shown).toEqual(wantsBoard ? plain(fresh) : { ...plain(fresh), board: null });
  return seen;
}

/** When the index was last written. */
const writtenAt = (): number => statSync(desk.indexPath).ino;

function shop(): void {
  desk.task('scribe', 'a');
  desk.task('scribe', 'b', { needs: ['a'] });
  desk.task('testing', 'c', { needs: ['b'] });
}

describe('a second look', () => {
  test('at the same things answers from the index and leaves it alone', async () => {
    shop();
    const first = await desk.look();
    const before = writtenAt();
    expect(plain(await desk.look())).toEqual({ ...plain(first), board: null });
    expect(writtenAt()).toBe(before);
    expect(rowsOf(first, 'ready')).toEqual([['· a', 'scribe', 'Build a']]);
    expect(rowsOf(first, 'waiting')).toEqual([
      ['· b', 'for a', 'Build b'],
      ['· c', 'for b', 'Build c'],
    ]);
  });

  test('sees a new file', async () => {
    shop();
    await desk.look();
    desk.task('scribe', 'aa');
    expect(rowsOf(await expectTrue(), 'ready').map(([id]) => id)).toEqual(['· a', '· aa']);
  });

  test('sees that what was deferred is ready again on its day, although nothing has happened', async () => {
    shop();
    desk.happenTo('a', created(), { kind: 'deferred', why: 'the red zone', until: '2026-11-22' });
    expect(rowsOf(await expectTrue(), 'deferred')).toEqual([['· a', 'until 2026-11-22', 'the red zone']]);
    desk.today = '2026-11-22';
    const seen = await expectTrue();
    expect([rowsOf(seen, 'deferred'), rowsOf(seen, 'ready')]).toEqual([[], [['· a', 'scribe', 'Build a']]]);
  });

  test('sees a file edited in place, even to the same size', async () => {
    shop();
    await desk.look();
    desk.task('scribe', 'a', { title: 'Crush a' });
    expect(rowsOf(await expectTrue(), 'ready')).toEqual([['· a', 'scribe', 'Crush a']]);
  });

  test('sees a file that was replaced by another of the same name', async () => {
    shop();
    await desk.look();
    desk.replace('tasks/scribe/b.md', textOf('scribe', 'b'));
    expect(rowsOf(await expectTrue(), 'ready').map(([id]) => id)).toEqual(['· a', '· b']);
  });

  test('sees a file that was replaced while another one came', async () => {
    shop();
    await desk.look();
    desk.replace('tasks/scribe/a.md', textOf('scribe', 'a', { title: 'Crush a' }));
    desk.task('scribe', 'aa');
    expect(rowsOf(await expectTrue(), 'ready')).toEqual([
      ['· a', 'scribe', 'Crush a'],
      ['· aa', 'scribe', 'Build aa'],
    ]);
  });

  test('sees a file renamed and edited, and one that went', async () => {
    shop();
    await desk.look();
    desk.rename('tasks/scribe/a.md', 'tasks/scribe/z.md');
    expect((await expectTrue()).faults).toBe(1);
    desk.task('scribe', 'z');
    expect((await expectTrue()).faults).toBe(0);
    desk.delete('tasks/testing/c.md');
    expect((await expectTrue()).digest.alive).toBe(2);
  });

  test('sees a new folder, one that went, and what lies where no task belongs', async () => {
    shop();
    await desk.look();
    desk.task('architect', 'd');
    await expectTrue();
    desk.delete('tasks/scribe');
    expect(rowsOf(await expectTrue(), 'ready').map(([id]) => id)).toEqual(['· d']);
    desk.write('tasks/stray.md', 'stray');
    expect((await expectTrue()).faults).toBe(1);
    desk.delete('tasks');
    expect((await expectTrue()).digest).toMatchObject({ alive: 0, isEmpty: true });
  });

  test('sees what was written at the very moment of the look before', async () => {
    shop();
    const { ctimeMs } = statSync(join(desk.root, 'tasks/scribe/a.md'));
    const options = { root: desk.root, baton: desk.baton, indexPath: desk.indexPath, version: desk.version };
    const { glance } = await import('../../src/report/glance.ts');
    const { readIndex } = await import('../../src/report/index-file.ts');
    const at = (nowMs: number) =>
      glance({
        ...options,
        index: readIndex(desk.indexPath, desk.version),
        nowMs,
        today: desk.today,
        wantsBoard: false,
        memo: {},
      });
    await at(ctimeMs + 1);
    // Nothing of this look can be relied on: a file changed once more in this moment would have the same time.
    const before = writtenAt();
    await at(ctimeMs + 2);
    expect(writtenAt()).not.toBe(before);
    await at(ctimeMs + 5_000);
    const settled = writtenAt();
    await at(ctimeMs + 5_001);
    expect(writtenAt()).toBe(settled);
  });

  test('looks at every file again after ten minutes', async () => {
    for (let number = 0; number < 30; number++) desk.task('scribe', `t${String(number).padStart(2, '0')}`);
    for (let number = 0; number < 30; number++)
      desk.happenTo(`t${String(number).padStart(2, '0')}`, created(), claimed(1), submitted(1), landed(1));
    await desk.look();
    // Beyond the rows on the screen, and nobody waits for it.
    desk.task('scribe', 't25', { title: 'Edited' });
    const titles = async (nowMs: number): Promise<unknown> => {
      const { glance } = await import('../../src/report/glance.ts');
      const { readIndex } = await import('../../src/report/index-file.ts');
      const { root, baton, indexPath, version, today, memo } = desk;
      const index = readIndex(indexPath, version);
      await glance({ root, baton, index, indexPath, version, nowMs, today, wantsBoard: false, memo });
      desk.delete('tasks/scribe/t00.md');
      return rowsOf(await desk.look(), 'landed').length;
    };
    expect(await titles(Date.now() + 700_000)).toBe(20);
    await expectTrue();
  });
});

describe('events', () => {
  test('that were appended meanwhile move their tasks, and those who wait for them', async () => {
    shop();
    await desk.look();
    desk.happenTo('a', created(), claimed(1));
    expect(rowsOf(await expectTrue(), 'working')).toEqual([['▶ a', 'sonnet', 'attempt 1', 'Build a']]);
    desk.happenTo('a', submitted(1), landed(1));
    const seen = await expectTrue();
    expect(rowsOf(seen, 'ready').map(([id]) => id)).toEqual(['· b']);
    expect(rowsOf(seen, 'waiting').map(([id]) => id)).toEqual(['· c']);
  });

  test('that a stopped worker waits for are seen, whether they bring it or take it away', async () => {
    shop();
    desk.task('testing', 'other');
    desk.happenTo('other', created(), claimed(1), waits('a'));
    const first = await expectTrue();
    expect([rowsOf(first, 'waiting')[2], first.digest.asks]).toEqual([['· other', 'for a', 'Build other'], null]);
    desk.happenTo('a', created(), cancelled());
    const seen = await expectTrue();
    expect(rowsOf(seen, 'needs you')).toEqual([['? other', 'dependency', 'a']]);
    desk.happenTo('other', { kind: 'answered', by: 'ada', text: 'do without', widen: [] });
    expect((await expectTrue()).digest.asks).toBeNull();
  });

  test('of a task whose file is gone keep it on the screen', async () => {
    shop();
    desk.happenTo('gone', created(), claimed(1), blocked(1));
    await desk.look();
    desk.happenTo('other', created(), cancelled());
    expect((await expectTrue()).digest.asks).toEqual({ id: 'gone', command: 'kleiber answer gone "…"' });
  });

  test('that concern no task leave the index as it is, until they are many', async () => {
    shop();
    await desk.look();
    const before = writtenAt();
    desk.happen(LEAD_STREAM, { kind: 'held', owner: OWNER });
    const seen = await expectTrue();
    expect(seen.latest.get(LEAD_STREAM)?.map(stored => stored.event.kind)).toEqual(['held']);
    expect(writtenAt()).toBe(before);
    for (let number = 0; number < 101; number++) desk.happen(targetStream('main'), { kind: 'delivered', commit: 'c' });
    await expectTrue();
    expect(writtenAt()).not.toBe(before);
    expect((await expectTrue()).latest.get(targetStream('main'))?.map(stored => stored.seq)).toEqual([101]);
  });

  test('of another log are not mixed with those of the one before', async () => {
    shop();
    desk.happenTo('a', created(), claimed(1));
    await desk.look();
    desk.baton.close();
    desk.baton = desk.newLog();
    expect(rowsOf(await expectTrue(), 'working')).toEqual([]);
    desk.happenTo('b', created(), claimed(1));
    expect(rowsOf(await expectTrue(), 'working').map(([id]) => id)).toEqual(['▶ b']);
  });
});

describe('an index', () => {
  const damages: [string, () => void][] = [
    ['deleted', () => desk.delete('../state/index.json')],
    ['whose rows were deleted', () => desk.delete('../state/index.json.rows')],
    ['cut short', () => truncateSync(desk.indexPath, 300)],
    ['whose rows were cut short', () => truncateSync(`${desk.indexPath}.rows`, 9_000)],
    ['that is garbage', () => writeFileSync(desk.indexPath, 'garbage\n{}')],
    ['whose rows are garbage', () => writeFileSync(`${desk.indexPath}.rows`, 'garbage'.repeat(3_000))],
    ['that is empty', () => writeFileSync(desk.indexPath, '')],
    ['in which one letter has changed', () => changeLetter(desk.indexPath, 'Build a', 'Build x')],
    ['in whose rows one letter has changed', () => changeLetter(`${desk.indexPath}.rows`, 'Build a', 'Build x')],
    [
      'of an older version',
      () => {
        desk.version = `${desk.version}.1`;
      },
    ],
  ];

  function changeLetter(path: string, from: string, to: string): void {
    desk.step();
    const text = readFileSync(path, 'latin1');
    expect(text.includes(from) || text.includes(to)).toBe(true);
    writeFileSync(path, text.replaceAll(from, to), 'latin1');
  }

  test.each(damages)('%s costs nothing but time', async (_name, damage) => {
    shop();
    await desk.look();
    damage();
    await expectTrue();
    // And once more with a change, which is when the rows are needed.
    damage();
    desk.task('scribe', 'aa');
    expect(rowsOf(await expectTrue(), 'ready')).toEqual([
      ['· a', 'scribe', 'Build a'],
      ['· aa', 'scribe', 'Build aa'],
    ]);
    await expectTrue(true);
  });

  test('of another checkout of the repository is not taken for this one', async () => {
    shop();
    await desk.look();
    const other = new ReportDesk();
    try {
      copyFileSync(desk.indexPath, other.indexPath);
      copyFileSync(`${desk.indexPath}.rows`, `${other.indexPath}.rows`);
      expect((await other.look()).digest.alive).toBe(0);
    } finally {
      other.remove();
    }
  });

  test('that cannot be written is done without', async () => {
    shop();
    desk.delete('../state');
    expect(rowsOf(await desk.look(), 'ready').map(([id]) => id)).toEqual(['· a']);
    expect(existsSync(desk.indexPath)).toBe(false);
  });

  test('keeps what the command wants to remember', async () => {
    shop();
    await desk.look();
    desk.memo = { git: 'two' };
    await desk.look();
    const { readIndex } = await import('../../src/report/index-file.ts');
    expect(readIndex(desk.indexPath, desk.version)?.memo).toEqual({ git: 'two' });
  });

  test('leaves nothing but itself behind', async () => {
    shop();
    await desk.look();
    desk.task('scribe', 'aa');
    await desk.look();
    expect(desk.indexFiles()).toEqual(['index.json', 'index.json.rows']);
  });
});

describe('two files with one id', () => {
  test('are told as long as there are two, and the first one counts', async () => {
    shop();
    await desk.look();
    desk.task('testing', 'a', { title: 'Again' });
    const seen = await expectTrue();
    expect(seen.faults).toBe(1);
    expect(rowsOf(seen, 'ready')).toEqual([['· a', 'scribe', 'Build a']]);
    desk.delete('tasks/scribe/a.md');
    expect(rowsOf(await expectTrue(), 'ready')).toEqual([['· a', 'testing', 'Again']]);
  });
});

test('a file edited in place is seen although another folder gets one of the same id', async () => {
  shop();
  await desk.look();
  desk.write('tasks/testing/a.md', '---\nid: [\n');
  desk.write('tasks/scribe/a.md', '---\nid: [\n');
  desk.replace('tasks/scribe/d.md', textOf('scribe', 'd', { title: 'Another' }));
  expect((await expectTrue()).digest.alive).toBe(3);
});

describe('whatever happens between the looks', () => {
  const agent = fc.constantFrom('scribe', 'testing', 'a', 'a-b');
  const id = fc.constantFrom('one', 'two', 'three', 'one-b', 'four');
  const act = fc.oneof(
    fc.record({ kind: fc.constant('write'), agent, id, needs: fc.array(id, { maxLength: 2 }), title: id }),
    fc.record({ kind: fc.constant('replace'), agent, id, needs: fc.array(id, { maxLength: 2 }), title: id }),
    fc.record({ kind: fc.constant('break'), agent, id }),
    fc.record({ kind: fc.constant('delete'), agent, id }),
    fc.record({ kind: fc.constant('clear'), agent }),
    fc.record({ kind: fc.constant('move'), agent, id, to: agent }),
    fc.record({ kind: fc.constant('event'), id, event: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ kind: fc.constant('lead') }),
    fc.record({ kind: fc.constant('look'), all: fc.boolean() }),
  );
  const EVENTS = [created(), claimed(1), submitted(1), landed(1), blocked(1), cancelled(), waits('one'), waits('two')];

  function perform(one: typeof act extends fc.Arbitrary<infer Act> ? Act : never): void {
    const path = 'agent' in one && 'id' in one ? `tasks/${one.agent}/${one.id}.md` : '';
    if ('title' in one) {
      const text = textOf(one.agent, one.id, { title: one.title, needs: one.needs.filter(other => other !== one.id) });
      if (one.kind === 'write') desk.write(path, text);
      else if (existsSync(join(desk.root, 'tasks', one.agent))) desk.replace(path, text);
    } else if (one.kind === 'break') desk.write(path, '---\nid: [\n');
    else if (one.kind === 'delete') desk.delete(path);
    else if ('to' in one) {
      if (existsSync(join(desk.root, path))) desk.rename(path, `tasks/${one.to}/${one.id}.md`);
    } else if (one.kind === 'clear' && 'agent' in one) desk.delete(`tasks/${one.agent}`);
    else if ('event' in one) desk.happenTo(one.id, EVENTS[one.event] ?? created());
    else if (one.kind === 'lead') desk.happen(LEAD_STREAM, { kind: 'held', owner: OWNER });
  }

  test('the index says what a look without it says', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 14 }), async acts => {
        desk.remove();
        desk = new ReportDesk();
        for (const one of acts) {
          if (one.kind === 'look' && 'all' in one) await expectTrue(one.all);
          else perform(one);
        }
        await expectTrue();
      }),
      { numRuns: process.env.KLEIBER_FULL === '1' ? 300 : 25 },
    );
  });
});
