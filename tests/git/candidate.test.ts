import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitStore, MergeRequest } from '../../src/git/git.ts';
import { AT, type Files, GitSandbox, must } from '../support/git-sandbox.ts';

let sandbox: GitSandbox;
let store: GitStore;
let base: string;
beforeEach(async () => {
  sandbox = new GitSandbox();
  base = sandbox.commit(sandbox.user, { 'a.txt': '1\n2\n3\n', 'b.txt': 'b\n', 'old.txt': 'old\n' });
  store = await sandbox.store();
  must(await store.fetchBranch(sandbox.user, 'main'));
});
afterEach(() => sandbox.remove());

const bytes = (files: Record<string, string | null>): Map<string, Uint8Array | null> =>
  new Map(Object.entries(files).map(([path, text]) => [path, text === null ? null : Buffer.from(text)]));

const commit = async (from: string, files: Record<string, string | null>, message = 'work'): Promise<string> =>
  must(await store.commitFiles(from, bytes(files), message, AT)).commit;

const show = (format: string, id: string): string => sandbox.git(store.path, 'show', '-s', `--format=${format}`, id);

const request = (from: string, work: string): MergeRequest => ({
  base: from,
  commit: work,
  message: 'land p1-01-prices',
  trailers: [
    ['Kleiber-Task', 'p1-01-prices'],
    ['Kleiber-Attempt', '2'],
    ['Kleiber-Model', 'claude-sonnet'],
    ['Kleiber-Cost-USD', '0.165'],
  ],
  at: AT,
});

describe('a merge candidate', () => {
  test('is a commit with the base as first parent, the same for the same input', async () => {
    const work = await commit(base, { 'b.txt': 'work\n' });
    const tip = await commit(base, { 'a.txt': '0\n1\n2\n3\n' });
    const merged = must(await store.mergeCandidate(request(tip, work)));
    if (merged.kind !== 'merged') throw new Error(merged.detail);
    expect(show('%P%n%an%n%cI%n%B', merged.commit)).toBe(
      [
        `${tip} ${work}`,
        'kleiber',
        '2026-03-01T12:00:00+00:00',
        'land p1-01-prices\n',
        'Kleiber-Task: p1-01-prices',
        'Kleiber-Attempt: 2',
        'Kleiber-Model: claude-sonnet',
        'Kleiber-Cost-USD: 0.165',
      ].join('\n'),
    );
    expect(merged.tree).toBe(sandbox.git(store.path, 'rev-parse', `${merged.commit}^{tree}`));
    expect(must(await store.mergeCandidate(request(tip, work)))).toEqual(merged);
  });

  test('a conflict names the files and leaves a draft on the base with the marks in it', async () => {
    const work = await commit(base, { 'a.txt': '1\nwork\n3\n', 'old.txt': null });
    const tip = await commit(base, { 'a.txt': '1\nbase\n3\n', 'old.txt': 'new\n' });
    const outcome = must(await store.mergeCandidate(request(tip, work)));
    if (outcome.kind !== 'conflict') throw new Error('merged');
    expect(outcome.files).toEqual(['a.txt', 'old.txt']);
    expect(outcome.detail).toContain('CONFLICT (content): Merge conflict in a.txt');
    expect(outcome.detail).toContain('CONFLICT (modify/delete): old.txt deleted in');
    expect(show('%P', outcome.draft)).toBe(tip);
    expect(sandbox.git(store.path, 'show', `${outcome.draft}:a.txt`)).toContain('<<<<<<<');
  });

  test('what the base contains already is merged as the base itself', async () => {
    const work = await commit(base, { 'b.txt': 'work\n' });
    const landed = must(await store.mergeCandidate(request(base, work)));
    if (landed.kind !== 'merged') throw new Error('conflict');
    expect(show('%P', landed.commit)).toBe(`${base} ${work}`);
    const expected = { kind: 'merged', commit: landed.commit, tree: await store.treeOf(work) };
    expect(must(await store.mergeCandidate(request(landed.commit, work)))).toEqual(expected);
  });

  test('a trailer value cannot smuggle in another trailer', async () => {
    const work = await commit(base, { 'b.txt': 'work\n' });
    const sly = {
      ...request(base, work),
      trailers: [['Kleiber-Task', 'x\nKleiber-Cost-USD: 0']] as [string, string][],
    };
    const merged = must(await store.mergeCandidate(sly));
    if (merged.kind !== 'merged') throw new Error('conflict');
    expect(show('%(trailers:only)', merged.commit)).toBe('Kleiber-Task: x Kleiber-Cost-USD: 0');
  });

  test('histories without a common start are a failure with git’s reason', async () => {
    sandbox.git(sandbox.user, 'checkout', '-q', '--orphan', 'other');
    sandbox.commit(sandbox.user, { x: 'x' });
    const other = must(await store.fetchBranch(sandbox.user, 'other'));
    expect(await store.mergeCandidate(request(base, other))).toMatchObject({
      ok: false,
      failure: { reason: 'git_failed', command: 'git merge-tree --write-tree' },
    });
  });
});

describe('a commit of files', () => {
  test('adds, changes and deletes exactly these paths', async () => {
    const files = { 'tasks/a/x.md': 'new', 'a.txt': 'changed', 'old.txt': null, 'never/was': null };
    const made = must(await store.commitFiles(base, bytes(files), 'record\n\nbody', AT));
    expect(await store.changes(base, made.commit)).toEqual([
      { path: 'a.txt', status: 'modified', mode: '100644' },
      { path: 'old.txt', status: 'deleted', mode: '000000' },
      { path: 'tasks/a/x.md', status: 'created', mode: '100644' },
    ]);
    expect(made.tree).toBe(sandbox.git(store.path, 'rev-parse', `${made.commit}^{tree}`));
    expect(show('%P|%an <%ae>|%aI|%B', made.commit)).toBe(
      `${base}|kleiber <kleiber@localhost>|2026-03-01T12:00:00+00:00|record\n\nbody`,
    );
    expect(must(await store.commitFiles(base, bytes(files), 'record\n\nbody', AT))).toEqual(made);
    expect(sandbox.git(store.path, 'for-each-ref', 'refs/kleiber')).toBe('');
  });

  test('gives the base back when nothing differs', async () => {
    const tree = await store.treeOf(base);
    const same = bytes({ 'b.txt': 'b\n', 'never/was': null });
    expect(must(await store.commitFiles(base, same, 'none', AT))).toEqual({ commit: base, tree });
    expect(must(await store.commitFiles(base, new Map(), 'none', AT))).toEqual({ commit: base, tree });
  });

  test('any bytes under any name that a tree can hold come back unchanged', async () => {
    const part = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter(text => !/[/\0]|^\.{1,2}$|^\.git$/i.test(text));
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(path, fc.uint8Array({ maxLength: 300 }), async (name, content) => {
        const made = must(await store.commitFiles(base, new Map([[name, content]]), 'any', AT));
        expect(await store.readBlob(made.commit, name)).toEqual(content);
        expect((await store.changes(base, made.commit)).map(change => change.path)).toContain(name);
      }),
      { numRuns: 25 },
    );
  });

  test.each(['../up', '/root', 'a//b', '.git/config', 'x/.GIT/hooks', 'a/./b', ''])(
    'refuses the path %j',
    async path => {
      const made = await store.commitFiles(base, new Map([[path, Buffer.from('x')]]), 'odd', AT);
      expect(made).toMatchObject({ ok: false, failure: { reason: 'git_failed', command: 'git fast-import' } });
    },
  );
});

describe('reading', () => {
  test('a difference is cut at a line, and says how much is missing', async () => {
    const text = Array.from({ length: 200 }, (_, line) => `line ${line}\n`).join('');
    const work = await commit(base, { 'b.txt': text });
    const whole = await store.diff(base, work, 100_000);
    expect(whole).toContain('+line 199\n');
    const cut = await store.diff(base, work, 500);
    const shown = cut.slice(0, cut.lastIndexOf('[cut: '));
    expect(whole.startsWith(shown)).toBe(true);
    const size = Buffer.byteLength(whole);
    expect(cut.slice(shown.length)).toBe(`[cut: ${size - shown.length} of ${size} bytes are not shown]\n`);
  });

  test('no driver of the tree changes what a difference shows', async () => {
    const files: Files = { '.gitattributes': '*.txt diff=loud filter=x merge=x\n', 'b.txt': 'work\n' };
    const work = await commit(base, files);
    const canary = sandbox.canary('textconv');
    sandbox.git(sandbox.user, 'config', 'diff.loud.textconv', canary.program);
    sandbox.git(sandbox.user, 'config', 'merge.x.driver', canary.program);
    expect(await store.diff(base, work, 10_000)).toContain('+work\n');
    must(await store.mergeCandidate(request(await commit(base, { 'b.txt': 'c\n', '.gitattributes': '*' }), work)));
    expect(canary.hasRun()).toBe(false);
  });

  test('a file that is absent, a folder and the top level', async () => {
    const work = await commit(base, { 'dir/x.txt': 'x' });
    expect(await store.readBlob(work, 'nope')).toBeNull();
    expect(await store.readBlob(work, 'nope blob 5')).toBeNull();
    expect(await store.readBlob(work, 'dir')).toBeNull();
    expect(await store.readBlob(work, 'dir/x.txt')).toEqual(new Uint8Array([0x78]));
    const together = await store.readBlobs(work, ['dir/x.txt', 'no\nline', 'nope']);
    expect([...together]).toEqual([['dir/x.txt', new Uint8Array([0x78])]]);
    expect([...(await store.readBlobs(work, ['nope 12', 'dir', 'dir/x.txt', 'nope']))]).toEqual([
      ['dir/x.txt', new Uint8Array([0x78])],
    ]);
    expect((await store.rootEntries(work)).map(({ name, mode }) => [name, mode])).toEqual([
      ['a.txt', '100644'],
      ['b.txt', '100644'],
      ['dir', '040000'],
      ['old.txt', '100644'],
    ]);
    expect((await store.rootEntries(work))[2]?.object).toBe(sandbox.git(store.path, 'rev-parse', `${work}:dir`));
  });
});

describe('landings', () => {
  test('are the branch’s own merges with our trailers, newest first', async () => {
    const forged = 'work\n\nKleiber-Task: forged\nKleiber-Attempt: 1\n';
    const one = await commit(base, { 'one.txt': '1' }, forged);
    const first = must(await store.mergeCandidate(request(base, one)));
    if (first.kind !== 'merged') throw new Error('conflict');
    const recorded = await commit(first.commit, { 'tasks/x.md': 'x' });
    const two = await commit(base, { 'two.txt': '2' });
    const trailers: [string, string][] = [['Kleiber-Task', 'p1-02']];
    const second = must(await store.mergeCandidate({ ...request(recorded, two), trailers }));
    if (second.kind !== 'merged') throw new Error('conflict');
    expect(await store.landings(second.commit)).toEqual([
      { commit: second.commit, task: 'p1-02', attempt: '', model: '', costUsd: '' },
      { commit: first.commit, task: 'p1-01-prices', attempt: '2', model: 'claude-sonnet', costUsd: '0.165' },
    ]);
    expect(await store.landings(base)).toEqual([]);
  });
});
