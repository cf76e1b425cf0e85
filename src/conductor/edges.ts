/** What the conductor needs of the world. */
import type { Studio } from '../agent/session.ts';
import type { Holder } from '../baton/hold.ts';
import type { Bell } from '../domain/clock.ts';
import type { Target } from '../domain/event.ts';
import type { Result } from '../domain/result.ts';
import type { GitStore, UserCheckout } from '../git/git.ts';
import type { ValidationConditions } from '../policy/validation-key.ts';
import type { BoardKeeper } from '../report/board-keeper.ts';
import type { DependencyBind } from '../shell/sandbox.ts';
import type { Beside } from './beside.ts';
import type { RecentChecks } from './recent-checks.ts';

/** The record files in the user's checkout. A file that holds other bytes than expected is somebody's typing and stays. */
export interface RecordFiles {
  read(path: string): Uint8Array | null;
  /** Whole or not at all; `expected` null means that there must be no file. */
  replace(path: string, bytes: Uint8Array, expected: Uint8Array | null): Promise<void>;
  remove(path: string, expected: Uint8Array): void;
  /** Clears away what a killed process had only half written. */
  removeLeftovers(): void;
}

/** Files that the checks have written into the tree they ran in; all of it is other people's work. */
export interface CheckReports {
  /** Takes away what is there before the checks run, so that nothing but them can have written it. */
  forget(root: string, path: string): void;
  /** The text, or why there is none, as the end of a sentence about the path. */
  read(root: string, path: string): Result<string, string>;
}

export interface ConductorEdges {
  studio: Studio;
  holder: Holder;
  keeper: BoardKeeper;
  store: GitStore;
  checkout: UserCheckout;
  record: RecordFiles;
  /** The checkout and branch of this moment; null when HEAD is detached. */
  target(): Target | null;
  worktrees: string;
  binds(): DependencyBind[];
  conditions(): ValidationConditions;
  recentChecks: RecentChecks;
  reports: CheckReports;
  beside: Beside;
  /** Who answers when somebody types into a file. */
  person: string;
  notice(text: string): void;
  /** For what stands in the way and is met again with every tick: told, and not again for a while. */
  obstacle(text: string): void;
  bell: Bell;
}
