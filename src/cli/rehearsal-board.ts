/** The board of a rehearsal, for as long as it runs. Nothing depends on it, so whatever keeps it from opening is no fault. */
import { showBoard } from './board.ts';
import { openProject } from './project.ts';
import type { Stage } from './rehearsal-stage.ts';

export interface RehearsalBoard {
  /** Null where it could not be opened. */
  address: string | null;
  close(): Promise<void>;
}

const NO_BOARD: RehearsalBoard = { address: null, close: async () => undefined };

export async function openRehearsalBoard({ context }: Stage): Promise<RehearsalBoard> {
  const project = await openProject(context);
  if (!project.ok) return NO_BOARD;
  const board = await showBoard(project.value, 0, context);
  if (!board.ok) {
    project.value.close();
    return NO_BOARD;
  }
  const close = async (): Promise<void> => {
    await board.value.close();
    project.value.close();
  };
  return { address: board.value.address, close };
}
