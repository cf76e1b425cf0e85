/** Answers that a person typed into a blocked file: a record file that no event names is a request. */
import type { Blocker } from '../domain/blocker.ts';
import { taskStream } from '../domain/event.ts';
import { blockedPath } from '../domain/record-paths.ts';
import { readAnswer } from '../record/blocked-file.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { appendTask } from './append.ts';
import type { ConductorEdges } from './edges.ts';

/** True when one was found. */
export function takeAnswers(view: BoardView, edges: ConductorEdges): boolean {
  let found = false;
  for (const state of view.states.values()) {
    if (state.stage.kind !== 'blocked') continue;
    const bytes = edges.record.read(blockedPath(state.agent, state.id));
    const text = answerIn(bytes, state.stage.blocker);
    if (bytes === null || text === null || isOlder(bytes, state.stage.since)) continue;
    found = appendTask(state, { kind: 'answered', by: edges.person, text, widen: [] }, edges) || found;
  }
  return found;
}

/** A file that still shows an earlier question, with its answer, answers nothing that is asked now. */
function isOlder(bytes: Uint8Array, since: string): boolean {
  const [, asked] = /^Blocked Since: (\S+)$/m.exec(new TextDecoder().decode(bytes)) ?? [];
  return asked !== undefined && asked !== since;
}

/**
 * A number stands for the option it counts. An approval is never taken from a file: anybody who can open a pull request
 * could write one.
 */
function answerIn(bytes: Uint8Array | null, blocker: Blocker): string | null {
  const typed = bytes === null ? null : readAnswer(new TextDecoder().decode(bytes));
  if (typed === null) return null;
  const text = blocker.options[Number(typed) - 1] ?? typed;
  return blocker.type === 'human_review' && text.toLowerCase() === 'approve' ? null : text;
}

/** Whether what is typed into a blocked file is in the log as an answer, so that nothing is lost with the file. */
export function isTakenAnswer(path: string, bytes: Uint8Array, edges: ConductorEdges): boolean {
  const [, agent = '', id = ''] = /^blocked\/([^/]+)\/(.+)-conflict\.md$/.exec(path) ?? [];
  if (path !== blockedPath(agent, id)) return false;
  let asked: Blocker | null = null;
  for (const { event } of edges.holder.baton.read(taskStream(id))) {
    if (event.kind === 'blocked') asked = event.blocker;
    if (event.kind === 'answered' && asked !== null && answerIn(bytes, asked) === event.text) return true;
  }
  return false;
}
