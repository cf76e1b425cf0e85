/** What kleiber reads of a checkout for itself: only what lies in it, and only text. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readProjectText } from '../../src/record/project-text.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-project-')));
const root = join(base, 'shop');
afterAll(() => rmSync(base, { recursive: true, force: true }));

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(base, 'secret'), 'a key');
writeFileSync(join(root, 'AGENTS.md'), '\ufeffBe kind.\r\n');
writeFileSync(join(root, 'latin'), Buffer.from('ok\nna\u00efve\n', 'latin1'));
writeFileSync(join(root, 'nul'), 'a\0');
writeFileSync(join(root, 'large'), '');
truncateSync(join(root, 'large'), 10_000_000);
execFileSync('mkfifo', [join(root, 'pipe')]);
const links = {
  'CLAUDE.md': 'AGENTS.md',
  out: '../secret',
  absolute: join(base, 'secret'),
  nowhere: 'gone',
  itself: '.',
};
for (const [name, to] of Object.entries(links)) symlinkSync(to, join(root, name));

test.each([
  ['AGENTS.md', '\ufeffBe kind.\r\n'],
  ['CLAUDE.md', '\ufeffBe kind.\r\n'],
  ['missing', null],
  ['AGENTS.md/below', null],
  ['nowhere', null],
])('%s is read, or is not there', (path, text) => {
  expect(readProjectText(root, path)).toEqual({ ok: true, value: text });
});

test.each([
  ['out', 1, 'this is a link that leads out of the repository'],
  ['absolute', 1, 'this is a link that leads out of the repository'],
  ['itself', 1, 'this is a link that leads out of the repository'],
  ['docs', 1, 'this is no regular file'],
  ['pipe', 1, 'this is no regular file'],
  ['large', 1, 'the file has 10000000 bytes; at most 262144 are read'],
  ['latin', 2, 'invalid UTF-8; expected text'],
  ['nul', 1, 'a NUL byte stands here; expected text'],
])('%s is refused with its reason', (path, line, problem) => {
  expect(readProjectText(root, path)).toMatchObject({ ok: false, failure: [{ path, line, problem }] });
});
