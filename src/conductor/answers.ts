/** Answers that a person typed into a blocked file: a record file that no event names is a request (design 2). */
import { blockedPath } from '../domain/record-paths.ts';
import { readAnswer } from '../record/blocked-file.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { appendTask } from './append.ts';
import type { ConductorEdges } from './edges.ts';

/** True when one was found. An approval is not taken from a file: anybody who can open a pull request could write one. */
export function takeAnswers(view: BoardView, edges: ConductorEdges): boolean {
  let found = false;
  for (const state of view.states.values()) {
    if (state.stage.kind !== 'blocked' || state.stage.blocker.type === 'human_review') continue;
    const bytes = edges.record.read(blockedPath(state.agent, state.id));
    const text = bytes === null ? null : readAnswer(new TextDecoder().decode(bytes));
    if (text === null) continue;
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
