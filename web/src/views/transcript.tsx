/** What is it doing, and what was said? The turns of one attempt, tool output folded, and a word of one's own to the model. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TaskView, TranscriptView, TurnView } from '../../../src/board/view.ts';
import { Form, lastRan } from '../act.tsx';
import { hasLibraries } from '../lazy.tsx';
import { Markdown } from '../markdown.tsx';
import { copied, Empty, Time, useValue } from '../parts.tsx';
import { source } from '../source.ts';
import { duration, money, plural } from '../words.ts';
import { Output } from './task.tsx';

export function Transcript({ view, isPast }: { view: TaskView; isPast: boolean }): JSX.Element {
  const written = view.attempts.filter(({ hasTranscript }) => hasTranscript).map(({ attempt }) => attempt);
  const [chosen, setChosen] = useState<number | null>(null);
  const attempt = chosen ?? written.at(-1);
  if (!source.isLive)
    return <Empty>Transcripts stay on the machine where the work was done; a report does not carry them.</Empty>;
  if (attempt === undefined) return <Empty>Nothing has been said yet.</Empty>;
  const tell = isPast ? undefined : view.card.actions.find(({ name, why }) => name === 'tell' && why === null);
  return (
    <>
      <div class="tools">
        {written.length < 2 ? (
          <span />
        ) : (
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
        )}
        <CopyPrompt id={view.card.id} />
      </div>
      <Turns
        id={view.card.id}
        attempt={attempt}
        isRunning={view.card.standing === 'running' && attempt === view.card.attempts}
      >
        {tell === undefined ? null : <Form task={view.card} action={tell} />}
      </Turns>
    </>
  );
}

/** Task, what failed and difference, to go on with in a conversation elsewhere. */
function CopyPrompt({ id }: { id: string }): JSX.Element {
  const line = `kleiber show ${id} --as-prompt`;
  const copy = async (): Promise<void> => {
    const prompt = await source.get<{ text: string }>(`/api/task/${encodeURIComponent(id)}/prompt`);
    if (prompt !== null) await copied(prompt.text);
    const said = prompt === null ? 'there is no such task any more' : `copied, ${prompt.text.length} characters`;
    lastRan.value = { line, code: prompt === null ? 1 : 0, output: said };
  };
  return (
    <button type="button" onClick={copy} title={`Task, what failed and the difference, as one prompt: ${line}`}>
      Copy as prompt
    </button>
  );
}

/** What stands below them stays in view with the last of them. */
function Turns({
  id,
  attempt,
  isRunning,
  children,
}: {
  id: string;
  attempt: number;
  isRunning: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const transcript = useValue<TranscriptView>(`/api/task/${encodeURIComponent(id)}/transcript/${attempt}`);
  const [isFollowing, setFollowing] = useState(isRunning);
  const end = useRef<HTMLDivElement>(null);
  const count = transcript?.turns.length ?? 0;
  const isWhole = hasLibraries();
  useEffect(() => {
    if (isFollowing) end.current?.scrollIntoView({ block: 'nearest' });
  }, [count, isFollowing, isWhole]);
  if (transcript === undefined) return <Empty>Reading …</Empty>;
  if (transcript === null) return <Empty>The transcript of this attempt is gone.</Empty>;
  const errors = transcript.turns.filter(isFault).length;
  return (
    <>
      <div class="tools">
        <span class="muted">
          {transcript.model} · {plural(transcript.turns.length, 'entry', 'entries')}
          {transcript.skipped === 0 ? '' : `, the ${transcript.skipped} before them are left out`}
        </span>
        <span class="choices">
          {errors === 0 ? null : (
            <button type="button" class="quiet" onClick={toNextFault}>
              ✗ {plural(errors, 'error')}: go to the next
            </button>
          )}
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
        </span>
      </div>
      <ol class="turns">
        {transcript.turns.map((turn, at) => (
          <Turn key={at} turn={turn} />
        ))}
        {transcript.unheard.map(({ by, at, text }) => (
          <li key={`${at}${text}`} class="turn person waits">
            <span class="who">{by}</span>{' '}
            <span class="muted">
              <Time at={at} /> · {isRunning ? 'is heard with the next turn' : 'was not heard; whoever goes on hears it'}
            </span>
            <Markdown text={text} />
          </li>
        ))}
      </ol>
      {children}
      <div ref={end} />
    </>
  );
}

const isFault = ({ role, isError }: TurnView): boolean => isError || role === 'failure';

/** After the one that has the focus, and from the start again behind the last. */
function toNextFault(): void {
  const faults = [...document.querySelectorAll<HTMLElement>('.turn.error')];
  const at = faults.indexOf(document.activeElement?.closest<HTMLElement>('.turn.error') ?? document.body);
  const next = faults[(at + 1) % faults.length];
  next?.querySelector('details')?.setAttribute('open', '');
  next?.focus();
}

const WHO: Record<TurnView['role'], string> = {
  kleiber: 'kleiber',
  model: 'model',
  tool: 'result',
  person: 'a person',
  failure: 'no reply',
};

function Turn({ turn }: { turn: TurnView }): JSX.Element {
  const { role, tool, text, by } = turn;
  const isFolded = role === 'tool' || (role === 'kleiber' && text.length > 600) || (tool !== null && text.length > 300);
  const name = tool ?? by ?? WHO[role];
  const fault = isFault(turn);
  return (
    <li class={`turn ${role}${fault ? ' error' : ''}`} tabIndex={fault ? -1 : undefined}>
      {isFolded ? (
        <details>
          <summary>
            <span class="who">
              {fault ? '✗ ' : ''}
              {name}
            </span>{' '}
            <Cost turn={turn} /> <span class="muted">{text.split('\n')[0]?.slice(0, 110)}</span>
          </summary>
          <Output text={text} />
        </details>
      ) : (
        <>
          <span class="who">
            {fault ? '✗ ' : ''}
            {name}
          </span>{' '}
          <Cost turn={turn} />
          {tool === null ? <Markdown text={text} /> : <Output text={text} />}
        </>
      )}
    </li>
  );
}

/** When, how long and for how much: of a reply, at its first line. */
function Cost({ turn: { at, tookMs, cost } }: { turn: TurnView }): JSX.Element | null {
  if (at === null) return null;
  return (
    <span class="muted number">
      <Time at={at} />
      {tookMs === null ? '' : ` · ${duration(tookMs)}`}
      {cost === null ? '' : ` · ${money(cost)}`}
    </span>
  );
}
