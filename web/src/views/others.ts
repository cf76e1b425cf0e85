/** Every view but the first, with the libraries that they need: a script of its own. */
import { Board } from './board.tsx';
import { Budget } from './budget.tsx';
import { Calibration } from './calibration.tsx';
import { Graph } from './graph.tsx';
import { Log } from './log.tsx';
import { Task } from './task.tsx';
import { Timeline } from './timeline.tsx';

export const OTHERS = {
  board: Board,
  graph: Graph,
  timeline: Timeline,
  budget: Budget,
  calibration: Calibration,
  log: Log,
  task: Task,
};
