/** Whole sample values and temporary places for the tests of the baton and the ledger. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Purpose } from '../../src/baton/ledger.ts';
import type { TaskEvent } from '../../src/domain/event.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { Result } from '../../src/domain/result.ts';

export const AT = '2026-11-21T09:00:00.000Z';

export const OWNER: Owner = {
  host: 'desk',
  bootId: '11111111-2222-3333-4444-555555555555',
  pidNamespace: 'pid:[4026531836]',
  pid: 4711,
  startedAt: '123456',
};
export const OTHER: Owner = { ...OWNER, pid: 4712 };

export const claimed = (attempt = 1, owner = OWNER): TaskEvent => ({
  kind: 'claimed',
  attempt,
  owner,
  route: { tier: 'haiku', effort: 'low', because: ['the table says so'] },
  base: 'a'.repeat(40),
  worktree: '/state/worktrees/task',
  session: 'session-1',
});

export const ended = (attempt = 1): TaskEvent => ({
  kind: 'ended',
  attempt,
  end: { reason: 'interrupted' },
  strike: false,
  checkpoint: null,
  spend: { usage: { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }, cost: 0 },
});

export const PURPOSE: Purpose = {
  repository: '/home/ada/shop',
  plan: 'shop-1',
  task: 'shop-1-01-basket',
  session: 'session-1',
  attempt: 1,
  phase: 'EXEC',
  agent: 'engineer',
  tier: 'haiku',
  model: 'claude-haiku',
};

export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'kleiber-baton-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function successOf<Value>(result: Result<Value, unknown>): Value {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.failure));
}
