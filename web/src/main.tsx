/** The page: one frame, one view at a time. */
import { type JSX, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Foot, TimeTravel, Top } from './frame.tsx';
import { onKey } from './keys.ts';
import { startLazy } from './lazy.tsx';
import { startNotifying } from './notify.ts';
import { Dialogs } from './palette.tsx';
import { place, VIEWS } from './route.ts';
import { useToken } from './source.ts';
import { answered, board, start } from './state.ts';
import './style.css';
import { Board } from './views/board.tsx';
import { Budget } from './views/budget.tsx';
import { Calibration } from './views/calibration.tsx';
import { Graph } from './views/graph.tsx';
import { Log } from './views/log.tsx';
import { Now } from './views/now.tsx';
import { Task } from './views/task.tsx';
import { Timeline } from './views/timeline.tsx';

const CONTENTS = {
  now: Now,
  board: Board,
  graph: Graph,
  timeline: Timeline,
  budget: Budget,
  calibration: Calibration,
  log: Log,
  task: Task,
};

function App(): JSX.Element {
  const { view, task } = place.value;
  const now = board.value;
  const title = view === 'task' ? task : (VIEWS.find(({ name }) => name === view)?.label ?? '');
  const main = useRef<HTMLElement>(null);
  const asking = now?.tasks.filter(({ standing }) => standing === 'blocked').length ?? 0;
  useEffect(() => {
    document.title = `${asking === 0 ? '' : `(${asking}) `}${title} · ${now?.project ?? ''} · kleiber`;
  }, [title, now?.project, asking]);
  useEffect(() => scrollTo(0, 0), [view, task]);
  const Contents = CONTENTS[view];
  return (
    <>
      <Top toContents={() => main.current?.focus()} />
      <TimeTravel />
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        class={`view-${view}`}
        data-task={view === 'task' ? task : undefined}
        data-position={now?.position}
      >
        <h1>{title}</h1>
        {now === null ? <p class="empty">Reading the board …</p> : <Contents board={now} />}
      </main>
      <Foot />
      <Dialogs />
    </>
  );
}

document.addEventListener('keydown', onKey);
void useToken().then(start, () => start(null));
startLazy();
startNotifying();
// Drawn once and with the board, unless that keeps a person waiting for a sign of life.
await answered(150);
render(<App />, document.getElementById('app') as HTMLElement);
