/** Real repositories in a temporary folder, and a store beside them, for the tests of `src/git`. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../src/domain/clock.ts';
import type { Result } from '../../src/domain/result.ts';
import { userCheckout } from '../../src/git/checkout.ts';
import type { GitStore, UserCheckout } from '../../src/git/git.ts';
import type { GitEnvironment } from '../../src/git/git-environment.ts';
import { openStore } from '../../src/git/store.ts';

export const AT = '2026-03-01T12:00:00Z';

/** Pauses end at once: a lock that would be watched for seconds is seen not to move in no time. */
export const QUICK: Pick<Clock, 'sleep'> = { sleep: () => Promise.resolve() };

export function must<Value>(result: Result<Value, unknown>): Value {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.failure));
}

export type Files = Record<string, string>;

export class GitSandbox {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-git-')));
  readonly home = join(this.root, 'home');
  readonly user = join(this.root, 'user');
  readonly environment: GitEnvironment = { path: process.env.PATH ?? '', home: this.home };

  constructor() {
    mkdirSync(this.home);
    this.git(this.root, 'init', '-q', '-b', 'main', this.user);
  }

  /** Plain git, as a person would run it. */
  git(folder: string, ...args: string[]): string {
    const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.org' };
    const committer = { GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.org' };
    const dates = { GIT_AUTHOR_DATE: AT, GIT_COMMITTER_DATE: AT };
    const env = { PATH: this.environment.path, HOME: this.home, GIT_CONFIG_NOSYSTEM: '1', ...identity, ...committer };
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync('git', args, { cwd: folder, env: { ...env, ...dates }, stdio, encoding: 'utf8' }).trimEnd();
  }

  write(folder: string, files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  commit(folder: string, files: Files, message = 'work'): string {
    this.write(folder, files);
    this.git(folder, 'add', '-A');
    this.git(folder, 'commit', '-q', '--allow-empty', '-m', message);
    return this.git(folder, 'rev-parse', 'HEAD');
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  async store(checkout = this.user): Promise<GitStore> {
    return must(await openStore({ checkout, environment: this.environment, clock: QUICK }));
  }

  checkout(path = this.user): UserCheckout {
    return userCheckout({ path, environment: this.environment, clock: QUICK });
  }

  /** A program that leaves a file behind when anybody runs it, and a question whether that happened. */
  canary(name: string): { program: string; hasRun: () => boolean } {
    const trace = join(this.root, `${name}.ran`);
    const program = join(this.root, `${name}.sh`);
    writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\ncat\n`);
    chmodSync(program, 0o755);
    return { program, hasRun: () => existsSync(trace) };
  }

  worktree(name: string): string {
    return join(this.root, 'worktrees', name);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
