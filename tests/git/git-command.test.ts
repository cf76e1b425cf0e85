import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gitAt, pipeGit } from '../../src/git/git-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'kleiber-git-'));
const environment = { path: process.env.PATH ?? '', home: folder };
const place = { gitDir: join(folder, 'store.git') };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a reader that dies at once does not keep the writer waiting for ever', async () => {
  await gitAt(environment, {})(['init', '--quiet', '--bare', place.gitDir]);
  const big = join(folder, 'big');
  writeFileSync(big, Buffer.alloc(4_000_000, 'x'));
  const blob = await gitAt(environment, place)(['hash-object', '-w', '--no-filters', big]);
  const [writer, reader] = await pipeGit(
    environment,
    { place, args: ['cat-file', '--batch'] },
    `${blob.stdout}`.repeat(20),
    { place, args: ['index-pack', '--no-such-option'] },
  );
  expect([writer.end, reader.end, reader.exitCode]).toEqual(['exited', 'exited', 129]);
});
