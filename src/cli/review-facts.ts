/** What the weekly review and the metrics look at: the tasks of this repository or of one plan, and how they fared. */
import type { LedgerRow } from '../baton/ledger.ts';
import type { TaskState } from '../policy/task-state.ts';
import { type TrackRecord, trackRecord } from '../policy/track-record.ts';
import type { BoardView } from '../report/board-keeper.ts';
import type { Project } from './project.ts';

export interface ReviewFacts {
  view: BoardView;
  states: TaskState[];
  record: TrackRecord;
}

/** `since` (ISO 8601) leaves out what was last tried before. */
export function reviewFacts(project: Project, plan: string | null, since: string | null): ReviewFacts {
  const view = project.keeper.look();
  const states = [...view.states.values()].filter(state => plan === null || state.plan === plan);
  const { attempts, uses } = trackRecord(states, view.tasks, project.config.budget.task_usd);
  const isRecent = ({ at }: { at: string }): boolean => since === null || at >= since;
  return { view, states, record: { attempts: attempts.filter(isRecent), uses: uses.filter(isRecent) } };
}

/** Settled requests of this repository, of one plan or of all. */
export const settledRequests = (project: Project, plan: string | null): LedgerRow[] =>
  project.ledger
    .rows({ repository: project.facts.commonDir, ...(plan === null ? {} : { plan }) })
    .filter(row => row.settled !== null);
