/** The small pieces that every view is made of. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CardView } from '../../src/board/view.ts';
import { taskHref } from './route.ts';
import { source } from './source.ts';
import { board, moved, nowMs } from './state.ts';
import { clock, duration, lookOf, money, shortId } from './words.ts';

/** A value that the board keeps, read again whenever something has moved. Undefined while it is read for the first time. */
export function useValue<Value>(path: string): Value | null | undefined {
  const [value, setValue] = useState<{ path: string; value: Value | null }>();
  const revision = moved.value;
  useEffect(() => {
    let isOver = false;
    source.get<Value>(path).then(
      read => {
        if (!isOver) setValue({ path, value: read });
      },
      () => undefined, // the board is away; the banner says so
    );
    return () => {
      isOver = true;
    };
  }, [path, revision]);
  return value?.path === path ? value.value : undefined;
}

/** Local time, with the whole of it in UTC for whoever asks. */
export const Time = ({ at }: { at: string }): JSX.Element => (
  <time dateTime={at} title={at}>
    {clock(at)}
  </time>
);

/** Of a past moment and of a report everything is as old as it was then. */
const seenAtMs = (): number => {
  const shown = board.value;
  return shown === null || (source.isLive && !shown.isPast) ? nowMs.value : Date.parse(shown.at);
};

export const Age = ({ since }: { since: string }): JSX.Element => (
  <time dateTime={since} title={since}>
    {duration(seenAtMs() - Date.parse(since))}
  </time>
);

export const Tier = ({ tier }: { tier: string }): JSX.Element => <span class={`tier ${tier}`}>{tier}</span>;

export function State({ standing }: { standing: string }): JSX.Element {
  const { glyph, word } = lookOf(standing);
  return (
    <span class={`state is-${standing}`}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}

/** Name and title of a task, as a link to its page. */
export const TaskLink = ({ task, tab = '' }: { task: CardView; tab?: string }): JSX.Element => (
  <a class="task-link" href={taskHref(task.id, tab)} title={task.id} data-item>
    <span class="id">{shortId(task)}</span> <span class="title">{task.title}</span>
  </a>
);

/** How much of a cap is gone, in words and as a bar. */
export function Spent({ cost, cap }: { cost: number; cap: number }): JSX.Element {
  const share = cap === 0 ? 0 : Math.min(1, cost / cap);
  if (cost === 0) return <span class="spent" />;
  return (
    <span class="spent" title={`${money(cost)} of ${money(cap)}`}>
      <span class="number">{money(cost)}</span>
      <span class="muted"> of {money(cap)}</span>
      <span class="meter" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}

/** Puts a text on the clipboard, where there is one. */
export const copied = async (text: string): Promise<void> => {
  await navigator.clipboard?.writeText(text);
};

/** A command line that can be taken along. */
export function CommandLine({ line }: { line: string }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await copied(line);
    setCopied(true);
  };
  return (
    <span class="command-line">
      <code>{line}</code>
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy the command ${line}`}>
        {isCopied ? 'copied' : 'copy'}
      </button>
    </span>
  );
}

export function Section({
  title,
  count,
  children,
  id,
}: {
  title: string;
  count?: number;
  children: ComponentChildren;
  id: string;
}): JSX.Element {
  return (
    <section aria-labelledby={id} class="section">
      <h2 id={id}>
        {title}
        {count === undefined ? null : <span class="count"> {count}</span>}
      </h2>
      {children}
    </section>
  );
}

/** The same numbers as a table, for whoever reads a chart better that way. */
export function Chart({
  summary,
  columns,
  rows,
  children,
}: {
  summary: string;
  columns: string[];
  rows: ComponentChildren[][];
  children: ComponentChildren;
}): JSX.Element {
  const [isTable, setTable] = useState(false);
  return (
    <div class="chart">
      <div class="chart-head">
        <p class="muted">{summary}</p>
        <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          show as table
        </button>
      </div>
      {isTable ? <Table columns={columns} rows={rows} /> : children}
    </div>
  );
}

/** A part that scrolls by itself, so it must be reached by keyboard and say what it is. */
export const Scrolls = ({
  label,
  kind = '',
  children,
}: {
  label: string;
  kind?: string;
  children: ComponentChildren;
}): JSX.Element => (
  <div class={`scrolls ${kind}`} tabIndex={0} role="group" aria-label={label}>
    {children}
  </div>
);

export const Table = ({ columns, rows }: { columns: string[]; rows: ComponentChildren[][] }): JSX.Element => (
  <Scrolls label={columns.join(', ')}>
    <table class={columns.length > 4 ? 'wide' : ''}>
      <thead>
        <tr>
          {columns.map(column => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, at) => (
              <td key={at}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolls>
);

export const Empty = ({ children }: { children: ComponentChildren }): JSX.Element => <p class="empty">{children}</p>;
