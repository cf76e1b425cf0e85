/** Answers that a person typed into a blocked file: a record file that no event names is a request (design 2). */
import { blockedPath } from '../domain/record-paths.ts';
import { parseBlocked } from '../record/blocked-file.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { appendTask } from './append.ts';
import type { ConductorEdges } from './edges.ts';

/** True when one was found. An approval is not taken from a file: anybody who can open a pull request could write one. */
export function takeAnswers(view: BoardView, edges: ConductorEdges): boolean {
  let found = false;
  for (const state of view.states.values()) {
    if (state.stage.kind !== 'blocked' || state.stage.blocker.type === 'human_review') continue;
    const path = blockedPath(state.agent, state.id);
    const bytes = edges.record.read(path);
    const asked = bytes === null ? null : parseBlocked(path, bytes);
    // A file that still shows an earlier question answers nothing that is asked now.
    if (asked === null || !asked.ok || asked.value.since !== state.stage.since) continue;
    const text = asked.value.answer;
    if (text === undefined) continue;
    found =
      appendTask(
        state,
        { kind: 'answered', by: edges.person, text: chosen(text, state.stage.blocker.options), widen: [] },
        edges,
      ) || found;
  }
  return found;
}

/** A number stands for the option it counts. */
const chosen = (text: string, options: readonly string[]): string => options[Number(text) - 1] ?? text;
