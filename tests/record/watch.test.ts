import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchRecord } from '../../src/record/watch.ts';
import { temporaryFolder } from '../support/record-values.ts';

/** A watch that is closed after the test, and a way to wait for the ring of a path. */
function listen(root: string, folders: string[]) {
  const rung: string[] = [];
  let look = (): void => undefined;
  const watch = watchRecord(root, folders, path => {
    rung.push(path);
    look();
  });
  onTestFinished(() => watch.close());
  const ringOf = (path: string): Promise<void> =>
    new Promise(resolve => {
      look = () => {
        if (rung.includes(path)) resolve();
      };
      look();
    });
  return { watch, rung, ringOf };
}

describe('the doorbell', () => {
  it('rings for files that appear, change and go away, and not for those that were there', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'tasks/scribe'), { recursive: true });
    writeFileSync(join(root, 'tasks/scribe/old.md'), 'x');
    const { watch, rung, ringOf } = listen(root, ['tasks']);
    await watch.ready;
    expect(rung).toEqual([]);
    writeFileSync(join(root, 'tasks/scribe/note.txt'), 'x');
    writeFileSync(join(root, 'new.tmp'), 'x');
    renameSync(join(root, 'new.tmp'), join(root, 'tasks/scribe/new.md'));
    await ringOf('tasks/scribe/new.md');
    rmSync(join(root, 'tasks/scribe/old.md'));
    await ringOf('tasks/scribe/old.md');
    expect(rung).not.toContain('tasks/scribe/note.txt');
    expect(watch.degraded).toBe(false);
  });

  it('waits for folders that do not exist yet', async () => {
    const root = temporaryFolder();
    const { watch, ringOf } = listen(root, ['tasks', 'blocked']);
    await watch.ready;
    mkdirSync(join(root, 'blocked/scribe'), { recursive: true });
    writeFileSync(join(root, 'blocked/scribe/x-conflict.md'), 'x');
    await ringOf('blocked/scribe/x-conflict.md');
  });

  it('is silent once it is closed, and may be closed before it is ready', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'tasks/a'), { recursive: true });
    const early = listen(root, ['tasks']);
    await early.watch.close();
    await early.watch.ready;
    const other = listen(root, ['tasks']);
    await other.watch.ready;
    writeFileSync(join(root, 'tasks/a/x.md'), 'x');
    await other.ringOf('tasks/a/x.md');
    expect(early.rung).toEqual([]);
  });

  it('reports that it is degraded, and throws nothing, when the system has no descriptors left', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'tasks/a'), { recursive: true });
    const script = `
      import { openSync, closeSync } from 'node:fs';
      import { watchRecord } from ${JSON.stringify(join(process.cwd(), 'src/record/watch.ts'))};
      const first = watchRecord(${JSON.stringify(root)}, ['tasks'], () => {});
      await first.ready;
      await first.close();
      const held = [];
      try { for (;;) held.push(openSync('/dev/null')); } catch {}
      const watch = watchRecord(${JSON.stringify(root)}, ['tasks'], () => {});
      await watch.ready;
      for (const descriptor of held) closeSync(descriptor);
      process.stdout.write(JSON.stringify([first.degraded, watch.degraded]));
      await watch.close();
    `;
    writeFileSync(join(root, 'script.mjs'), script);
    const command = `ulimit -n 64; exec "$0" "$1"`;
    const output = execFileSync('bash', ['-c', command, process.execPath, join(root, 'script.mjs')], {
      encoding: 'utf8',
    });
    expect(output).toBe('[false,true]');
  });

  it('rings within 60 ms in a folder of 10,000 files', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'tasks/a'), { recursive: true });
    for (let index = 0; index < 10_000; index++) writeFileSync(join(root, `tasks/a/t${index}.md`), '');
    const { watch, ringOf } = listen(root, ['tasks']);
    await watch.ready;
    const waits: number[] = [];
    for (let index = 0; index < 15; index++) {
      writeFileSync(join(root, 'new.tmp'), 'x');
      const before = performance.now();
      renameSync(join(root, 'new.tmp'), join(root, `tasks/a/new${index}.md`));
      await ringOf(`tasks/a/new${index}.md`);
      waits.push(performance.now() - before);
    }
    expect(waits.toSorted((a, b) => a - b)[7]).toBeLessThan(60);
  });
});
