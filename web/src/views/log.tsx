/** How did we get here? The log as lines, each of them a moment that the whole board can go back to. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LogLine } from '../../../src/board/view.ts';
import { Empty, Time, useValue } from '../parts.tsx';
import { hrefOf, place, slideTo, taskHref } from '../route.ts';
import { plural } from '../words.ts';

const PAGE = 300;

export function Log(): JSX.Element {
  const log = useValue<{ lines: LogLine[] }>('/api/log');
  const [most, setMost] = useState(PAGE);
  const { find, at } = place.value;
  if (log === undefined) return <Empty>Reading …</Empty>;
  const lines = log?.lines ?? [];
  const found = lines.filter(line => `${line.subject} ${line.text}`.toLowerCase().includes(find.toLowerCase()));
  const shown = found.slice(-most).reverse();
  return (
    <>
      <div class="tools">
        <label>
          Find{' '}
          <input
            type="search"
            data-find
            value={find}
            onInput={event => slideTo({ ...place.value, find: event.currentTarget.value })}
          />
        </label>
        <span class="muted" role="status">
          {find === '' ? plural(lines.length, 'line') : `${found.length} of ${plural(lines.length, 'line')}`}, newest
          first
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty>{lines.length === 0 ? 'Nothing has happened yet.' : 'No line has these words.'}</Empty>
      ) : null}
      <ol class="log">
        {shown.map(line => (
          <Line key={line.position} line={line} isHere={line.position === at} />
        ))}
      </ol>
      {found.length > most ? (
        <button type="button" onClick={() => setMost(most + PAGE)}>
          Show {Math.min(PAGE, found.length - most)} older lines
        </button>
      ) : null}
    </>
  );
}

export const Line = ({ line, isHere = false }: { line: LogLine; isHere?: boolean }): JSX.Element => (
  <li class={isHere ? 'here' : ''} aria-current={isHere ? 'true' : undefined}>
    <span class="when">
      <a href={hrefOf({ ...place.value, at: line.position })} title="Show the board as it was after this" data-item>
        <Time at={line.at} />
      </a>
    </span>
    <span class={`mark ${MARKS[line.glyph] ?? ''}`} aria-hidden="true">
      {line.glyph}
    </span>
    <span class="subject">{line.task === null ? line.subject : <a href={taskHref(line.task)}>{line.subject}</a>}</span>
    <span class="text">{line.text}</span>
  </li>
);

const MARKS: Record<string, string> = { '✓': 'good', '✗': 'bad', '?': 'warn', '▶': 'go' };
