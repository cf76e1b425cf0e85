/** What stands around every view: where one can go, how things are, the way back from the past, what was done last. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { BoardSnapshot } from '../../src/board/view.ts';
import { ActionButtons, ActionForm, lastRan } from './act.tsx';
import { dialog, keysHere } from './keys.ts';
import { notifying, switchNotifying } from './notify.ts';
import { CommandLine, Time } from './parts.tsx';
import { hrefOf, place, slideTo, VIEWS } from './route.ts';
import { source } from './source.ts';
import { board, connection, topHeight } from './state.ts';
import { nextTheme, theme } from './theme.ts';
import { inStandings, money } from './words.ts';

export function Top({ toContents }: { toContents(): void }): JSX.Element {
  const now = board.value;
  const asking = now === null ? 0 : inStandings(now.tasks, ['blocked']).length;
  const self = useRef<HTMLElement>(null);
  useEffect(() => {
    // What stays in view below the frame has to know where that ends.
    const watch = new ResizeObserver(([seen]) => {
      topHeight.value = seen?.borderBoxSize[0]?.blockSize ?? 0;
    });
    if (self.current !== null) watch.observe(self.current);
    return () => watch.disconnect();
  }, []);
  return (
    <header class="top" ref={self}>
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
          <button type="button" class="quiet" onClick={() => (dialog.value = 'palette')}>
            Find <kbd>Ctrl K</kbd>
          </button>
          <NotifySwitch />
          <button type="button" class="quiet" onClick={nextTheme} title="Light, dark, or as the system has it">
            theme: {theme.value}
          </button>
        </span>
      </div>
      {now === null ? null : <Standing now={now} />}
      <Banner />
    </header>
  );
}

const NOTIFY_TITLES = {
  on: 'Tells you, outside this page, when you are needed and when all is done or has stopped',
  off: 'Be told, outside this page, when you are needed and when all is done or has stopped',
  refused: 'The browser does not let this page notify you; allow it in the settings of the page',
};

function NotifySwitch(): JSX.Element | null {
  const state = notifying.value;
  if (state === null) return null;
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={state === 'on'}
      title={NOTIFY_TITLES[state]}
      onClick={switchNotifying}
    >
      notify: {state}
    </button>
  );
}

function Standing({ now }: { now: BoardSnapshot }): JSX.Element {
  const { conducting, today, tasks, person, isPaused } = now;
  const working = inStandings(tasks, ['running']).length;
  if (now.isPast) {
    const spent = tasks.reduce((sum, { cost }) => sum + cost, 0);
    return <div class="standing">The board as it was · {money(spent)} spent on tasks by then</div>;
  }
  return (
    <div class="standing">
      <span>
        {isPaused ? <strong class="bad">‖ paused · </strong> : null}
        {conducting === null ? 'no conductor runs' : `▶ ${conducting}`}
        {person === '' ? '' : ` · for ${person}`}
        {working === 0 ? '' : ` · ${working} at work`} · <a href={hrefOf({ view: 'budget' })}>today</a>{' '}
        {money(today.spent)} of {money(today.cap)} <span class={`zone ${today.zone}`}>{today.zone}</span>
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
  if (now === null || (at === null && view !== 'log')) return null;
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
        <span class="muted">now; draw it to the left to see the board as it was</span>
      ) : (
        <>
          {view === 'board' ? null : <a href={hrefOf({ view: 'board' })}>the whole board then</a>}
          <a href={hrefOf({ ...place.value, at: null })}>back to now</a>
        </>
      )}
    </section>
  );
}

/** What the last command said, and the keys that help most here. */
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
        {keysHere()
          .slice(0, MOST_KEYS)
          .map(({ keys, short }) => (
            <span key={keys}>
              <kbd>{keys}</kbd> {short}{' '}
            </span>
          ))}
        <button type="button" class="quiet" onClick={() => (dialog.value = 'help')}>
          <kbd>?</kbd> all keys
        </button>
      </p>
    </footer>
  );
}

const MOST_KEYS = 4;
