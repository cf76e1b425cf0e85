/** Where is everything? One column per state, a card per task; a menu moves a card where a person may. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { BoardSnapshot, CardView } from '../../../src/board/view.ts';
import { actionKey, openAction, run } from '../act.tsx';
import { Age, Empty, Scrolls, Spent, State, Tier } from '../parts.tsx';
import { place, slideTo, taskHref } from '../route.ts';
import { blockerWord, COLUMNS, inLine, inStandings, plural, shortId, withShortIds } from '../words.ts';

/** More cards than anybody looks through are counted and found by the filter. */
const MOST_CARDS = 100;

export function Board({ board }: { board: BoardSnapshot }): JSX.Element {
  const { find } = place.value;
  useKeptFocus(board);
  const found = board.tasks.filter(task => matches(task, find.toLowerCase()));
  const shown = COLUMNS.map(column => ({ ...column, tasks: inLine(inStandings(found, column.standings)) }));
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
            {title === 'Working' ? <Lanes board={board} /> : null}
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

/** A card that has been moved is another place in the page, and the browser forgets who had the focus. */
function useKeptFocus(board: BoardSnapshot): void {
  const last = useRef('');
  useEffect(() => {
    if (last.current !== '' && document.activeElement === document.body)
      document.querySelector<HTMLElement>(`[data-task="${CSS.escape(last.current)}"] [data-item]`)?.focus();
  }, [board]);
  useEffect(() => {
    const note = (event: FocusEvent): void => {
      last.current = (event.target as Element).closest<HTMLElement>('[data-task]')?.dataset.task ?? '';
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
}

/** How many conversations there may be of each model, and how many there are. */
const Lanes = ({ board: { lanes } }: { board: BoardSnapshot }): JSX.Element | null =>
  lanes.length === 0 ? null : (
    <p class="muted lanes">
      {lanes.toReversed().map(({ tier, live, limit }) => (
        <span key={tier}>
          {tier} {live}/{limit}
        </span>
      ))}
    </p>
  );

const matches = (task: CardView, find: string): boolean =>
  find === '' || `${task.id} ${task.title} ${task.agent} ${task.tier} ${task.priority}`.toLowerCase().includes(find);

const lineOf = (task: CardView): string =>
  task.blocker === null
    ? withShortIds(task.line, task.plan)
    : `${blockerWord(task.blocker.type)}: ${task.blocker.need}`;

function Card({ task }: { task: CardView }): JSX.Element {
  return (
    <div class={`card is-${task.standing}`} data-task={task.id}>
      <a class="card-link" href={taskHref(task.id)} data-item>
        <span class="id" title={task.id}>
          {shortId(task)}
        </span>{' '}
        {task.priority === 'p1' ? null : <span class="priority">{task.priority}</span>}{' '}
        {task.critical ? (
          <span class="critical" title="on the critical path of its plan">
            critical
          </span>
        ) : null}
        <span class="title">{task.title}</span>
      </a>
      <span class="muted">
        <Tier tier={task.tier} /> {task.agent}
      </span>
      {lineOf(task) === '' ? null : <span class="line">{lineOf(task)}</span>}
      <span class="card-foot">
        {['submitted', 'in_review', 'queued', 'deferred', 'cancelled'].includes(task.standing) ? (
          <State standing={task.standing} />
        ) : null}
        {task.spent === 0 ? null : <Spent cost={task.spent} cap={task.cap} />}
        {footOf(task) === '' ? null : <span class="muted">{footOf(task)}</span>}
        {task.since === null || task.standing === 'landed' || task.place !== null ? null : (
          <span class="muted">
            for <Age since={task.since} />
          </span>
        )}
        <MoveMenu task={task} />
      </span>
    </div>
  );
}

const UNBEGUN = ['ready', 'waiting', 'deferred'];

/** Its place in line, and its size as long as nobody has begun. */
function footOf({ place: turn, minutes, standing }: CardView): string {
  const parts = [
    ...(turn === null ? [] : [`${turn}. in line`]),
    ...(minutes === null || !UNBEGUN.includes(standing) ? [] : [`≈ ${minutes} min of work`]),
  ];
  return parts.join(' · ');
}

const WAYS = { up: 'Up', down: 'Down', first: 'To the front', last: 'To the end' } as const;

interface Item {
  label: string;
  line: string;
  go(): void;
}

/** Where an action takes a blocked task. */
const LEADS_TO: Record<string, string> = {
  answer: 'Ready: answer it',
  retry: 'Ready: retry it',
  approve: 'On its way in: approve it',
  changes: 'Ready: ask for changes',
  reject: 'Taken back: reject it',
};

function itemsOf(task: CardView): Item[] {
  const moves = task.ways.map(way => ({
    label: WAYS[way],
    line: `kleiber move ${task.id} ${way}`,
    go: () => {
      run({ name: 'move', task: task.id, text: way, widen: '', commit: '' });
    },
  }));
  const actions = task.actions.flatMap(({ name, line }): Item[] => {
    const label = LEADS_TO[name];
    if (label === undefined || task.standing !== 'blocked') return [];
    const go = (): void => {
      openAction.value = actionKey(task.id, name);
      location.hash = taskHref(task.id);
    };
    return [{ label, line, go }];
  });
  return [...moves, ...actions];
}

/** Nothing is dragged here: what a person may do to the place of a card stands in its menu, with the line that does the same. */
function MoveMenu({ task }: { task: CardView }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const items = itemsOf(task);
  if (items.length === 0) return null;
  return (
    <span
      class="menu"
      role="group"
      onKeyDown={event => {
        if (event.key !== 'Escape' || !isOpen) return;
        setOpen(false);
        event.currentTarget.querySelector('button')?.focus();
      }}
    >
      <button
        type="button"
        class="quiet"
        aria-expanded={isOpen}
        aria-label={`Move to … ${shortId(task)}`}
        onClick={() => setOpen(!isOpen)}
      >
        Move to …
      </button>
      {isOpen ? (
        <ul>
          {items.map(({ label, line, go }) => (
            <li key={label}>
              <button
                type="button"
                title={line}
                onClick={() => {
                  setOpen(false);
                  go();
                }}
              >
                {label}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </span>
  );
}
