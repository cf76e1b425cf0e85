/** What is thrown when an open state file stops working: the disk is full or failing, or somebody damaged the file. */

/** `busy` means that another process has kept the file locked for about a minute; it is probably frozen. */
/** `gone`: the file was deleted or replaced; what is written into it now would be seen by nobody. */
export type UnavailableReason = 'busy' | 'disk_full' | 'input_output' | 'damaged' | 'unwritable' | 'gone';

/**
 * The one exception of this folder. No caller can decide anything sensible about a failing disk in the middle of its
 * work, so it travels to the process's edge, which says it in one line and ends; the next start reconciles.
 */
export class StateUnavailable extends Error {
  readonly reason: UnavailableReason;
  readonly path: string;
  readonly detail: string;

  constructor(reason: UnavailableReason, path: string, detail: string, cause?: unknown) {
    super(`${path}: ${detail}`, { cause });
    this.name = 'StateUnavailable';
    this.reason = reason;
    this.path = path;
    this.detail = detail;
  }
}
