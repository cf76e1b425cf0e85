/** One field that finds everything: views, tasks, and what can be done, each with the command line that it equals. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { actionKey, openAction, run } from './act.tsx';
import { dialog, KEYS } from './keys.ts';
import { copied } from './parts.tsx';
import { hrefOf, place, taskHref, VIEWS } from './route.ts';
import { source } from './source.ts';
import { board } from './state.ts';
import { lookOf } from './words.ts';

interface Entry {
  name: string;
  hint: string;
  go(): void;
}

/** Every command with an example, put in when the page is built. */
declare const COMMAND_LINES: readonly { summary: string; line: string }[];

const MOST = 12;

export function Dialogs(): JSX.Element | null {
  if (dialog.value === 'palette') return <Palette />;
  return dialog.value === 'help' ? <Help /> : null;
}

/** The browser's own dialog keeps the focus inside and gives it back. */
function Modal({ label, children }: { label: string; children: JSX.Element | JSX.Element[] }): JSX.Element {
  const self = useRef<HTMLDialogElement>(null);
  // At once, so that the next key already goes into the field.
  useLayoutEffect(() => self.current?.showModal(), []);
  return (
    <dialog ref={self} aria-label={label} onClose={() => (dialog.value = null)}>
      {children}
    </dialog>
  );
}

function Palette(): JSX.Element {
  const [find, setFind] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = [...entries(), ...COMMAND_LINES.map(copyEntry)]
    .filter(({ name, hint }) => `${name} ${hint}`.toLowerCase().includes(find.toLowerCase()))
    .slice(0, MOST);
  const take = (entry: Entry | undefined): void => {
    dialog.value = null;
    entry?.go();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setChosen((chosen + by + found.length) % Math.max(1, found.length));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      take(found[chosen]);
    }
  };
  return (
    <Modal label="Find anything">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={found.length === 0 ? undefined : `found-${chosen}`}
        aria-label="Find a task, a view, an action or a command"
        placeholder="Find a task, a view, an action or a command"
        value={find}
        onInput={event => {
          setFind(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="found" role="listbox" aria-label="Found">
        {found.map((entry, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
          <div
            key={entry.name}
            id={`found-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === chosen}
            class="found"
            onClick={() => take(entry)}
          >
            <span>{entry.name}</span> <code class="muted">{entry.hint}</code>
          </div>
        ))}
      </div>
    </Modal>
  );
}

/** What the page does not do itself is taken along to a terminal. */
const copyEntry = ({ summary, line }: { summary: string; line: string }): Entry => ({
  name: `Copy a command: ${summary}`,
  hint: line,
  go: () => copied(line),
});

const WORDS = { up: 'Move up', down: 'Move down', first: 'Move to the front', last: 'Move to the end' } as const;

function entries(): Entry[] {
  const go = (href: string) => () => {
    location.hash = href;
  };
  const tasks = board.value?.tasks ?? [];
  const actions = source.isLive
    ? tasks.flatMap(task =>
        task.actions
          .filter(({ why }) => why === null)
          .map(action => ({
            name: `${action.label}: ${task.id}`,
            hint: action.line,
            go: () => {
              location.hash = taskHref(task.id);
              openAction.value = actionKey(task.id, action.name);
            },
          })),
      )
    : [];
  const moves = tasks.flatMap(task =>
    task.ways.map(way => ({
      name: `${WORDS[way]}: ${task.id}`,
      hint: `kleiber move ${task.id} ${way}`,
      go: () => {
        run({ name: 'move', task: task.id, text: way, widen: '', commit: '' });
      },
    })),
  );
  const all = (board.value?.actions ?? []).map(action => ({
    name: action.label,
    hint: action.line,
    go: () => {
      openAction.value = actionKey('', action.name);
    },
  }));
  return [
    ...VIEWS.map(({ name, label, key, line }) => ({
      name: label,
      hint: `g ${key} · ${line}`,
      go: go(hrefOf({ view: name })),
    })),
    ...all,
    ...actions,
    ...moves,
    ...tasks.map(task => ({
      name: task.id,
      hint: `${lookOf(task.standing).word} · ${task.title}`,
      go: go(taskHref(task.id)),
    })),
  ];
}

/** The keys of the present view first. */
function Help(): JSX.Element {
  const { view } = place.value;
  const here = KEYS.filter(({ on }) => on?.includes(view));
  const label = view === 'task' ? 'a task' : (VIEWS.find(({ name }) => name === view)?.label ?? '');
  return (
    <Modal label="Keys">
      <KeyList title={`On ${label}`} keys={here} />
      <KeyList title="Everywhere" keys={KEYS.filter(({ on }) => on === undefined)} />
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </Modal>
  );
}

const KeyList = ({ title, keys: listed }: { title: string; keys: typeof KEYS }): JSX.Element => (
  <>
    <h2>{title}</h2>
    {listed.length === 0 ? <p class="empty">none of its own</p> : null}
    <dl class="keys">
      {listed.map(({ keys, does }) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </>
);
