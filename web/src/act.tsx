/** What a person does to a task: the form, the command line that it equals while it is filled in, and what came of it. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Action, CardView, RanView } from '../../src/board/view.ts';
import { CommandLine } from './parts.tsx';
import { type Asked, source } from './source.ts';
import { refresh } from './state.ts';

/** The last thing that was done, for the line at the foot of the page. */
export const lastRan = signal<RanView | null>(null);

/** `task` and name of the action whose form is open. */
export const openAction = signal<string | null>(null);

/** Remarks about lines of the diff, for the form that asks for changes. */
export const remarks = signal('');

/** Opens that form with the place in it; nothing happens where no changes can be asked for. */
export function remarkOn(task: CardView, place: string): void {
  remarks.value += `${remarks.value === '' || remarks.value.endsWith('\n') ? '' : '\n'}${place}: `;
  openAction.value = actionKey(task.id, 'changes');
}

export const actionKey = (task: string, name: string): string => `${task}/${name}`;

export async function run(asked: Asked): Promise<RanView> {
  lastRan.value = { line: 'sent …', code: 0, output: '' };
  const ran = await source.run(asked);
  lastRan.value = ran;
  refresh();
  return ran;
}

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The line of the action with what has been typed so far. */
export const typedLine = (action: Action, text: string, widen: string): string =>
  (text === '' ? action.line : action.line.replace(/'?…'?/, () => quoted(text))) +
  (widen === '' ? '' : ` --widen=${quoted(widen)}`);

/** Those that can be done now; why the others cannot is said when their key is pressed. */
export function ActionButtons({ task, actions: all }: { task: string; actions: Action[] }): JSX.Element | null {
  const actions = all.filter(({ why }) => why === null);
  if (!source.isLive || actions.length === 0) return null;
  return (
    <div class="actions">
      {actions.map(action => (
        <button
          key={action.name}
          type="button"
          class={action.name === 'answer' || action.name === 'approve' ? 'primary' : ''}
          aria-expanded={action.asks === null ? undefined : openAction.value === actionKey(task, action.name)}
          title={action.line}
          data-action={action.name}
          onClick={() => press(task, action)}
        >
          {action.label}
        </button>
      ))}
    </div>
  );
}

/** All actions of the task whose page is open. */
export const pageActions = signal<readonly Action[]>([]);

/** For a key that found no button: what is in the way. */
export function sayWhyNot(): void {
  const [first] = pageActions.value;
  if (first?.why != null) lastRan.value = { line: first.line, code: 1, output: `not now: ${first.why}` };
}

function press(task: string, action: Action): void {
  const key = actionKey(task, action.name);
  openAction.value = openAction.value === key ? null : key;
}

/** The form of whichever of these actions is open. */
export function ActionForm({ task, actions }: { task: CardView | null; actions: Action[] }): JSX.Element | null {
  const id = task?.id ?? '';
  const action = actions.find(({ name }) => openAction.value === actionKey(id, name));
  if (action === undefined || !source.isLive) return null;
  return <Form key={action.name} task={task} action={action} isOpened />;
}

/** `isOpened`: it was asked for, so it takes the focus and can be closed again. */
export function Form({
  task,
  action,
  isOpened = false,
}: {
  task: CardView | null;
  action: Action;
  isOpened?: boolean;
}): JSX.Element {
  const [typed, setTyped] = useState('');
  const isAboutLines = action.name === 'changes';
  const text = isAboutLines ? remarks.value : typed;
  const setText = (next: string): void => {
    if (isAboutLines) remarks.value = next;
    else setTyped(next);
  };
  const [widen, setWiden] = useState('');
  const first = useRef<HTMLTextAreaElement & HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (isOpened) first.current?.focus();
  }, []);
  const options = action.name === 'answer' ? (task?.blocker?.options ?? []) : [];
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { code } = await run({ name: action.name, task: task?.id ?? '', text, widen, commit: task?.commit ?? '' });
    if (code !== 0) return;
    setText('');
    openAction.value = null;
    remarks.value = '';
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') openAction.value = null;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
  };
  return (
    <form class="act" onSubmit={send} onKeyDown={onKeyDown} aria-label={`${action.label} ${task?.id ?? ''}`}>
      {options.length === 0 ? null : (
        <fieldset>
          <legend>Choose an answer, or type one</legend>
          {options.map(option => (
            <label key={option} class="option">
              <input type="radio" name="option" checked={text === option} onChange={() => setText(option)} />
              <span>
                {option}
                {option === task?.blocker?.recommendation ? (
                  <em class="muted"> (the worker would choose this)</em>
                ) : null}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {action.asks === null ? null : (
        <label>
          {action.asks}
          <textarea ref={first} rows={3} value={text} onInput={event => setText(event.currentTarget.value)} />
        </label>
      )}
      {action.name !== 'answer' ? null : (
        <label class="widen">
          It may also write to <span class="muted">(a path or glob; leave empty for none)</span>
          <input value={widen} placeholder="src/shared/**" onInput={event => setWiden(event.currentTarget.value)} />
        </label>
      )}
      <div class="act-foot">
        <button
          type="submit"
          class="primary"
          ref={action.asks === null ? first : null}
          disabled={needsText(action) && text === ''}
        >
          {action.label}
        </button>
        {isOpened ? (
          <button type="button" onClick={() => (openAction.value = null)}>
            Cancel
          </button>
        ) : null}
        <CommandLine line={typedLine(action, text, widen)} />
      </div>
    </form>
  );
}

const needsText = ({ name }: Action): boolean => ['answer', 'changes', 'reject', 'tell'].includes(name);
