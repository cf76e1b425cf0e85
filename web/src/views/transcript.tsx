/** What is it doing, and what was said? The turns of one attempt, tool output folded. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TaskView, TranscriptView, TurnView } from '../../../src/board/view.ts';
import { Markdown } from '../markdown.tsx';
import { Empty, useValue } from '../parts.tsx';
import { source } from '../source.ts';
import { plural } from '../words.ts';
import { Output } from './task.tsx';

export function Transcript({ view }: { view: TaskView }): JSX.Element {
  const written = view.attempts.filter(({ hasTranscript }) => hasTranscript).map(({ attempt }) => attempt);
  const [chosen, setChosen] = useState<number | null>(null);
  const attempt = chosen ?? written.at(-1);
  if (!source.isLive)
    return <Empty>Transcripts stay on the machine where the work was done; a report does not carry them.</Empty>;
  if (attempt === undefined) return <Empty>Nothing has been said yet.</Empty>;
  return (
    <>
      {written.length < 2 ? null : (
        <div class="tools">
          <label>
            Attempt{' '}
            <select value={attempt} onChange={event => setChosen(Number(event.currentTarget.value))}>
              {written.map(number => (
                <option key={number} value={number}>
                  {number}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Turns
        id={view.card.id}
        attempt={attempt}
        isRunning={view.card.standing === 'running' && attempt === view.card.attempts}
      />
    </>
  );
}

function Turns({ id, attempt, isRunning }: { id: string; attempt: number; isRunning: boolean }): JSX.Element {
  const transcript = useValue<TranscriptView>(`/api/task/${encodeURIComponent(id)}/transcript/${attempt}`);
  const [isFollowing, setFollowing] = useState(isRunning);
  const end = useRef<HTMLDivElement>(null);
  const count = transcript?.turns.length ?? 0;
  useEffect(() => {
    if (isFollowing) end.current?.scrollIntoView({ block: 'nearest' });
  }, [count, isFollowing]);
  if (transcript === undefined) return <Empty>Reading …</Empty>;
  if (transcript === null) return <Empty>The transcript of this attempt is gone.</Empty>;
  return (
    <>
      <div class="tools">
        <span class="muted">
          {transcript.model} · {plural(transcript.turns.length, 'entry', 'entries')}
          {transcript.skipped === 0 ? '' : `, the ${transcript.skipped} before them are left out`}
        </span>
        {isRunning ? (
          <label>
            <input
              type="checkbox"
              checked={isFollowing}
              onChange={event => setFollowing(event.currentTarget.checked)}
            />{' '}
            follow
          </label>
        ) : null}
      </div>
      <ol class="turns">
        {transcript.turns.map((turn, at) => (
          <Turn key={at} turn={turn} />
        ))}
      </ol>
      <div ref={end} />
    </>
  );
}

const WHO: Record<TurnView['role'], string> = {
  kleiber: 'kleiber',
  model: 'model',
  tool: 'result',
  failure: 'failure',
};

function Turn({ turn: { role, tool, isError, text } }: { turn: TurnView }): JSX.Element {
  const isFolded = role === 'tool' || (role === 'kleiber' && text.length > 600) || (tool !== null && text.length > 300);
  const name = tool ?? WHO[role];
  return (
    <li class={`turn ${role}${isError ? ' error' : ''}`}>
      {isFolded ? (
        <details>
          <summary>
            <span class="who">
              {isError ? '✗ ' : ''}
              {name}
            </span>{' '}
            <span class="muted">{text.split('\n')[0]?.slice(0, 110)}</span>
          </summary>
          <Output text={text} />
        </details>
      ) : (
        <>
          <span class="who">{name}</span>
          {tool === null ? <Markdown text={text} /> : <Output text={text} />}
        </>
      )}
    </li>
  );
}
