/** Where is everything? One column per state, a card per task. */
import type { JSX } from 'preact';
import type { BoardSnapshot, CardView } from '../../../src/board/view.ts';
import { Age, Empty, Scrolls, Spent, State, Tier } from '../parts.tsx';
import { place, slideTo, taskHref } from '../route.ts';
import { blockerWord, COLUMNS, inStandings, plural, shortId, withShortIds } from '../words.ts';

/** More cards than anybody looks through are counted and found by the filter. */
const MOST_CARDS = 100;

export function Board({ board }: { board: BoardSnapshot }): JSX.Element {
  const { find } = place.value;
  const found = board.tasks.filter(task => matches(task, find.toLowerCase()));
  const shown = COLUMNS.map(column => ({ ...column, tasks: inStandings(found, column.standings) }));
  const rest = found.filter(({ standing }) => !COLUMNS.some(({ standings }) => standings.includes(standing)));
  return (
    <>
      <div class="tools">
        <label>
          Find{' '}
          <input
            type="search"
            value={find}
            data-find
            onInput={event => slideTo({ ...place.value, find: event.currentTarget.value })}
          />
        </label>
        <span class="muted" role="status">
          {find === ''
            ? plural(board.tasks.length, 'task')
            : `${found.length} of ${plural(board.tasks.length, 'task')}`}
        </span>
      </div>
      <Scrolls kind="columns" label="Tasks by state">
        {[...shown, ...(rest.length === 0 ? [] : [{ title: 'Taken back', tasks: rest }])].map(({ title, tasks }) => (
          <section key={title} class="column" aria-label={`${title}: ${tasks.length}`}>
            <h2>
              {title} <span class="count">{tasks.length}</span>
            </h2>
            {tasks.length === 0 ? <Empty>none</Empty> : null}
            {tasks.slice(0, MOST_CARDS).map(task => (
              <Card key={task.id} task={task} />
            ))}
            {tasks.length > MOST_CARDS ? (
              <p class="muted">and {tasks.length - MOST_CARDS} more; find them by name</p>
            ) : null}
          </section>
        ))}
      </Scrolls>
    </>
  );
}

const matches = (task: CardView, find: string): boolean =>
  find === '' || `${task.id} ${task.title} ${task.agent} ${task.tier} ${task.priority}`.toLowerCase().includes(find);

const lineOf = (task: CardView): string =>
  task.blocker === null
    ? withShortIds(task.line, task.plan)
    : `${blockerWord(task.blocker.type)}: ${task.blocker.need}`;

function Card({ task }: { task: CardView }): JSX.Element {
  return (
    <a class={`card is-${task.standing}`} href={taskHref(task.id)} data-item data-task={task.id}>
      <span class="card-head">
        <span class="id" title={task.id}>
          {shortId(task)}
        </span>
        {task.priority === 'p1' ? null : <span class="priority">{task.priority}</span>}
        {task.critical ? (
          <span class="critical" title="on the critical path of its plan">
            critical
          </span>
        ) : null}
      </span>
      <span class="title">{task.title}</span>
      <span class="muted">
        <Tier tier={task.tier} /> {task.agent}
      </span>
      {lineOf(task) === '' ? null : <span class="line">{lineOf(task)}</span>}
      <span class="card-foot">
        {['submitted', 'in_review', 'queued', 'deferred', 'cancelled'].includes(task.standing) ? (
          <State standing={task.standing} />
        ) : null}
        {task.cost === 0 ? null : <Spent cost={task.cost} cap={task.cap} />}
        {task.since === null || task.standing === 'landed' ? null : (
          <span class="muted">
            <Age since={task.since} />
          </span>
        )}
      </span>
    </a>
  );
}
