/** Do I have to do something? What needs a person first, then what moves, then how far it is. */
import type { JSX } from 'preact';
import type { BoardSnapshot, CardView, Notice } from '../../../src/board/view.ts';
import { ActionButtons, ActionForm } from '../act.tsx';
import { Age, CommandLine, Empty, Section, Spent, State, TaskLink, Tier } from '../parts.tsx';
import { hrefOf } from '../route.ts';
import { blockerWord, inLine, inStandings, minutesRange, money, percent, plural, withShortIds } from '../words.ts';

export function Now({ board }: { board: BoardSnapshot }): JSX.Element {
  const { tasks, notices } = board;
  const asking = inStandings(tasks, ['blocked']);
  const lost = tasks.filter(({ isLost }) => isLost);
  const working = inStandings(tasks, ['running']);
  const coming = inStandings(tasks, ['submitted', 'in_review', 'queued']);
  return (
    <>
      <Section title="Needs you" count={asking.length + lost.length + notices.length} id="needs">
        <div aria-live="polite">
          {asking.length + lost.length + notices.length === 0 ? (
            <Empty>Nothing. You can do something else.</Empty>
          ) : (
            <ul class="needs">
              {asking.map(task => (
                <Asking key={task.id} task={task} tasks={tasks} />
              ))}
              {lost.map(task => (
                <li key={task.id} class="need">
                  <TaskLink task={task} />
                  <p class="bad">✗ {task.line}</p>
                </li>
              ))}
              {notices.map(notice => (
                <Told key={notice.text} notice={notice} />
              ))}
            </ul>
          )}
        </div>
      </Section>
      <Progress board={board} />
      <Group title="Working" tasks={working} id="working" empty={whyIdle(board)} />
      <Group title="On its way in" tasks={coming} id="coming" />
      <Group title="Ready" tasks={inLine(inStandings(tasks, ['ready']))} id="ready" />
      <Group title="Waiting" tasks={inStandings(tasks, ['waiting', 'deferred'])} id="waiting" />
      <Group title="Landed" tasks={lastLanded(tasks)} id="landed" />
    </>
  );
}

function Asking({ task, tasks }: { task: CardView; tasks: CardView[] }): JSX.Element {
  const holds = tasks.filter(({ waitingFor }) => waitingFor.includes(task.id)).length;
  const { actions } = task;
  return (
    <li class="need" data-task={task.id}>
      <div class="need-head">
        <div class="need-what">
          <TaskLink task={task} />
          <p class="ask">{task.blocker?.need ?? task.line}</p>
          <p class="muted">
            {blockerWord(task.blocker?.type ?? 'technical')}
            {task.since === null ? null : (
              <>
                {' · for '}
                <Age since={task.since} />
              </>
            )}
            {holds === 0 ? '' : ` · holds ${plural(holds, 'task')}`} · <Tier tier={task.tier} />
          </p>
        </div>
        <ActionButtons task={task.id} actions={actions} />
      </div>
      <ActionForm task={task} actions={actions} />
    </li>
  );
}

const Told = ({ notice }: { notice: Notice }): JSX.Element => (
  <li class="need">
    <p class={notice.isBad ? 'bad' : 'warn'}>
      {notice.isBad ? '✗' : '!'} {notice.text}
    </p>
    <CommandLine line={notice.line} />
  </li>
);

function Group({
  title,
  tasks,
  id,
  empty,
}: {
  title: string;
  tasks: CardView[];
  id: string;
  empty?: string;
}): JSX.Element | null {
  if (tasks.length === 0 && empty === undefined) return null;
  return (
    <Section title={title} count={tasks.length} id={id}>
      {tasks.length === 0 ? <Empty>{empty}</Empty> : null}
      <ul class="rows">
        {tasks.slice(0, MOST_ROWS).map(task => (
          <li key={task.id} class="row" data-task={task.id}>
            <TaskLink task={task} />
            <Tier tier={task.tier} />
            <span class="line muted">{saysOf(task)}</span>
            {task.standing === 'running' && task.since !== null ? (
              <span class="number">
                <Age since={task.since} />
              </span>
            ) : (
              <State standing={task.standing} />
            )}
            <Spent cost={task.spent} cap={task.cap} />
          </li>
        ))}
      </ul>
      {tasks.length > MOST_ROWS ? <p class="muted">and {tasks.length - MOST_ROWS} more on the board</p> : null}
    </Section>
  );
}

const MOST_ROWS = 12;

/** What it is about right now; where nothing is to be said, who does it. */
const saysOf = (task: CardView): string =>
  task.standing === 'landed' || task.line === '' ? task.agent : withShortIds(task.line, task.plan);

/** Compared as they stand, because the first comparison in a language takes a browser twenty milliseconds. */
const lastLanded = (tasks: CardView[]): CardView[] =>
  inStandings(tasks, ['landed']).sort(
    (a, b) => Number((b.since ?? '') > (a.since ?? '')) - Number((b.since ?? '') < (a.since ?? '')),
  );

function whyIdle({ tasks, conducting, isPast }: BoardSnapshot): string {
  if (isPast) return 'Nobody was working at that moment.';
  if (tasks.length === 0) return 'There are no tasks yet. Make some:  kleiber plan "what you want"';
  if (inStandings(tasks, ['ready']).length > 0)
    return conducting === null
      ? 'Nobody is working. Start with:  kleiber conduct'
      : 'Nobody is working at this moment.';
  return tasks.every(({ standing }) => standing === 'landed')
    ? 'Everything has landed.'
    : 'Nothing is ready to be worked on.';
}

/** How far it is: tasks by state as one bar, and what it has cost. */
function Progress({ board }: { board: BoardSnapshot }): JSX.Element | null {
  const alive = board.tasks.filter(({ standing }) => standing !== 'cancelled');
  if (alive.length === 0) return null;
  const landed = inStandings(alive, ['landed']).length;
  const cost = alive.reduce((sum, task) => sum + task.spent, 0);
  const parts = [
    ['landed', landed],
    ['working', inStandings(alive, ['running', 'submitted', 'in_review', 'queued']).length],
    ['blocked', inStandings(alive, ['blocked']).length],
  ] as const;
  return (
    <section class="progress" aria-label="How far it is">
      <p>
        <strong>
          {landed} of {plural(alive.length, 'task')} landed
        </strong>{' '}
        <span class="muted">
          ({percent(landed / alive.length)}) · {money(cost)} for the work so far
        </span>
      </p>
      <Forecast board={board} />
      <div class="stack" aria-hidden="true">
        {parts.map(([name, count]) => (
          <span key={name} class={name} style={{ width: `${(count / alive.length) * 100}%` }} />
        ))}
      </div>
    </section>
  );
}

/** What is still to come, as ranges, because nobody knows better. */
function Forecast({ board: { forecast } }: { board: BoardSnapshot }): JSX.Element | null {
  if (forecast === null || forecast.open === 0) return null;
  const { rest, minutes, open } = forecast;
  return (
    <p>
      <a href={hrefOf({ view: 'budget' })}>about {money(rest.likely)} more</a>{' '}
      <span class="muted">
        ({money(rest.low)} to {money(rest.high)})
      </span>{' '}
      and {minutesRange(minutes)} of work for the other {plural(open, 'task')}
      <span class="muted">, if nothing waits for you</span>
    </p>
  );
}
