/** One field that finds everything: views, tasks, and what can be done, each with the command line that it equals. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { actionKey, openAction } from './act.tsx';
import { dialog, KEYS } from './keys.ts';
import { hrefOf, taskHref, VIEWS } from './route.ts';
import { source } from './source.ts';
import { board } from './state.ts';
import { lookOf } from './words.ts';

interface Entry {
  name: string;
  hint: string;
  go(): void;
}

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
  const found = entries()
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
        aria-label="Find a task, a view or an action"
        placeholder="Find a task, a view or an action"
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
            <span>{entry.name}</span> <span class="muted">{entry.hint}</span>
          </div>
        ))}
      </div>
    </Modal>
  );
}

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
  const all = (board.value?.actions ?? []).map(action => ({
    name: action.label,
    hint: action.line,
    go: () => {
      openAction.value = actionKey('', action.name);
    },
  }));
  return [
    ...VIEWS.map(({ name, label, key }) => ({ name: label, hint: `g ${key}`, go: go(hrefOf({ view: name })) })),
    ...all,
    ...actions,
    ...tasks.map(task => ({
      name: task.id,
      hint: `${lookOf(task.standing).word} · ${task.title}`,
      go: go(taskHref(task.id)),
    })),
  ];
}

const Help = (): JSX.Element => (
  <Modal label="Keys">
    <h2>Keys</h2>
    <dl class="keys">
      {KEYS.map(({ keys, does }) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
    <form method="dialog">
      <button type="submit">Close</button>
    </form>
  </Modal>
);
