/** What stands around every view: where one can go, how things are, the way back from the past, what was done last. */
import type { JSX } from 'preact';
import type { BoardSnapshot } from '../../src/board/view.ts';
import { ActionButtons, ActionForm, lastRan } from './act.tsx';
import { dialog } from './keys.ts';
import { CommandLine, Time } from './parts.tsx';
import { hrefOf, place, slideTo, VIEWS } from './route.ts';
import { source } from './source.ts';
import { board, connection } from './state.ts';
import { nextTheme, theme } from './theme.ts';
import { inStandings, money } from './words.ts';

export function Top({ toContents }: { toContents(): void }): JSX.Element {
  const now = board.value;
  const asking = now === null ? 0 : inStandings(now.tasks, ['blocked']).length;
  return (
    <header class="top">
      <button type="button" class="skip" onClick={toContents}>
        To the contents
      </button>
      <div class="bar-top">
        <a class="brand" href={hrefOf({ view: 'now' })}>
          kleiber
        </a>
        <span class="project">
          {now?.project ?? ''}
          {now?.branch == null ? '' : ` · ${now.branch}`}
        </span>
        <nav aria-label="Views">
          {VIEWS.map(({ name, label }) => (
            <a key={name} href={hrefOf({ view: name })} aria-current={place.value.view === name ? 'page' : undefined}>
              {label}
              {name === 'now' && asking > 0 ? <span class="badge">{asking}</span> : null}
            </a>
          ))}
        </nav>
        <span class="corner">
          <button type="button" class="quiet" onClick={() => (dialog.value = 'palette')} title="Ctrl K">
            Find
          </button>
          <button type="button" class="quiet" onClick={nextTheme} title="Light, dark, or as the system has it">
            {theme.value}
          </button>
        </span>
      </div>
      {now === null ? null : <Standing now={now} />}
      <Banner />
    </header>
  );
}

function Standing({ now }: { now: BoardSnapshot }): JSX.Element {
  const { conducting, today, tasks } = now;
  const working = inStandings(tasks, ['running']).length;
  if (now.isPast) return <div class="standing">The board as it was · {money(today.spent)} spent on tasks by then</div>;
  return (
    <div class="standing">
      <span>
        {conducting === null ? 'no conductor runs' : `▶ ${conducting}`}
        {working === 0 ? '' : ` · ${working} at work`} · today {money(today.spent)} of {money(today.cap)}{' '}
        <span class={`zone ${today.zone}`}>{today.zone}</span>
        {source.isLive ? '' : ' · a report, as of '}
        {source.isLive ? null : <Time at={now.at} />}
      </span>
      <ActionButtons task="" actions={now.actions} />
      <ActionForm task={null} actions={now.actions} />
    </div>
  );
}

function Banner(): JSX.Element | null {
  if (connection.value === 'locked')
    return (
      <p class="banner bad" role="alert">
        ✗ This page has no key to the board. Open the address that <code>kleiber board</code> printed, all of it.
      </p>
    );
  if (connection.value === 'stale')
    return (
      <p class="banner warn" role="alert">
        ! Nothing heard from the board for a while; what you see may be old. If it was ended, start it again with{' '}
        <code>kleiber board</code>.
      </p>
    );
  return null;
}

/** The slider through time: on the log always, elsewhere while the board shows the past. */
export function TimeTravel(): JSX.Element | null {
  const now = board.value;
  const { at, view } = place.value;
  if (now === null || !source.isLive || (at === null && view !== 'log')) return null;
  const move = (position: number): void => slideTo({ ...place.value, at: position >= now.last ? null : position });
  return (
    <section class={`travel${now.isPast ? ' past' : ''}`} aria-label="Through time">
      <label>
        {now.isPast ? 'Looking back' : 'The board at'}
        <input
          type="range"
          min={1}
          max={Math.max(1, now.last)}
          value={at ?? now.last}
          aria-valuetext={`event ${now.position} of ${now.last}`}
          onInput={event => move(Number(event.currentTarget.value))}
        />
      </label>
      <span>
        event {now.position} of {now.last}, <Time at={now.at} />
      </span>
      {at === null ? (
        <span class="muted">now</span>
      ) : (
        <>
          {view === 'board' ? null : <a href={hrefOf({ view: 'board' })}>the whole board then</a>}
          <a href={hrefOf({ ...place.value, at: null })}>back to now</a>
        </>
      )}
    </section>
  );
}

/** What the last command said, and the four keys that help most. */
export function Foot(): JSX.Element {
  const ran = lastRan.value;
  return (
    <footer class="foot">
      <div role="status" class="ran">
        {ran === null ? null : (
          <>
            <CommandLine line={ran.line} />
            <span class={ran.code === 0 ? 'good' : 'bad'}>
              {ran.code === 0 ? '✓' : '✗'} {ran.output}
            </span>
          </>
        )}
      </div>
      <p class="muted keys-line">
        <kbd>Ctrl K</kbd> find · <kbd>j</kbd> <kbd>k</kbd> move · <kbd>a</kbd> answer · <kbd>?</kbd>{' '}
        <button type="button" class="quiet" onClick={() => (dialog.value = 'help')}>
          all keys
        </button>
      </p>
    </footer>
  );
}
