/** What was handed in, file by file. Only what is open is drawn, so that a difference of any length opens at once. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { DiffView, PatchFile, TaskView } from '../../../src/board/view.ts';
import { remarkOn } from '../act.tsx';
import { Empty, Scrolls, useValue } from '../parts.tsx';
import { recall, remember } from '../remembered.ts';
import { source } from '../source.ts';
import { plural } from '../words.ts';

/** Rows that are drawn of one file at once; the rest follows on request. */
const MOST_ROWS = 1_500;

export function Diff({ view }: { view: TaskView }): JSX.Element {
  const diff = useValue<DiffView>(`/api/task/${encodeURIComponent(view.card.id)}/diff`);
  const [style, setStyle] = useState(recall('diff') ?? 'unified');
  const [isWrapped, setWrapped] = useState(true);
  if (view.submission === null) return <Empty>Nothing has been handed in yet.</Empty>;
  if (diff === undefined) return <Empty>Reading …</Empty>;
  if (diff === null) return <Empty>The store does not have this commit any more.</Empty>;
  const choose = (next: string): void => {
    remember('diff', next);
    setStyle(next);
  };
  const canRemark = source.isLive && view.card.actions.some(({ name, why }) => name === 'changes' && why === null);
  const added = diff.files.reduce((sum, file) => sum + file.added, 0);
  const removed = diff.files.reduce((sum, file) => sum + file.removed, 0);
  return (
    <>
      <div class="tools">
        <span>
          {plural(diff.files.length, 'file')} <Counts added={added} removed={removed} />{' '}
          <span class="muted">
            {diff.base.slice(0, 9)} → {diff.commit.slice(0, 9)}
          </span>
        </span>
        <span class="choices">
          {['unified', 'side by side'].map(name => (
            <button key={name} type="button" class="quiet" aria-pressed={style === name} onClick={() => choose(name)}>
              {name}
            </button>
          ))}
          <button type="button" class="quiet" aria-pressed={isWrapped} onClick={() => setWrapped(!isWrapped)}>
            wrap lines
          </button>
        </span>
      </div>
      {diff.files.length === 0 ? <Empty>It changes nothing.</Empty> : null}
      {diff.files.map((file, index) => (
        <FileDiff
          key={file.path}
          file={file}
          isSplit={style !== 'unified'}
          isWrapped={isWrapped}
          isFirst={index < 20}
          remark={canRemark ? line => remarkOn(view.card, `${file.path}:${line}`) : null}
        />
      ))}
      {diff.cut === null ? null : <p class="warn">! {diff.cut}</p>}
    </>
  );
}

/** Begins a remark about a line of the new side; null where no changes can be asked for. */
type Remark = ((line: string) => void) | null;

const Counts = ({ added, removed }: { added: number; removed: number }): JSX.Element => (
  <span class="counts">
    <span class="good">+{added}</span> <span class="bad">−{removed}</span>
  </span>
);

function FileDiff({
  file,
  isSplit,
  isWrapped,
  isFirst,
  remark,
}: {
  file: PatchFile;
  isSplit: boolean;
  isWrapped: boolean;
  isFirst: boolean;
  remark: Remark;
}): JSX.Element {
  const [isOpen, setOpen] = useState(!file.isFolded && isFirst);
  const [isSeen, setSeen] = useState(false);
  const shown = isOpen && !isSeen;
  return (
    <section class="patch" aria-label={file.path}>
      <header>
        <button
          type="button"
          class="fold"
          aria-expanded={shown}
          onClick={() => (isSeen ? setSeen(false) : setOpen(!isOpen))}
          data-item
        >
          <span aria-hidden="true">{shown ? '▾' : '▸'}</span> {file.from === null ? '' : `${file.from} → `}
          {file.path}
        </button>
        <span>
          {file.status === 'modified' ? null : <span class="muted">{file.status} </span>}
          <Counts added={file.added} removed={file.removed} />
          {file.isFolded && !shown ? <span class="muted"> folded</span> : null}
        </span>
        <label class="seen">
          <input type="checkbox" checked={isSeen} onChange={event => setSeen(event.currentTarget.checked)} /> viewed
        </label>
      </header>
      {shown ? (
        <Rows text={file.text} isSplit={isSplit} isWrapped={isWrapped} name={file.path} remark={remark} />
      ) : null}
    </section>
  );
}

interface Row {
  kind: 'same' | 'added' | 'removed' | 'hunk' | 'note';
  old: number | null;
  now: number | null;
  text: string;
}

function rowsOf(text: string): Row[] {
  let [old, now] = [0, 0];
  return text.split('\n').map(line => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk !== null) {
      [old, now] = [Number(hunk[1]), Number(hunk[2])];
      return { kind: 'hunk', old: null, now: null, text: line };
    }
    const body = line.slice(1);
    if (line.startsWith('+')) return { kind: 'added', old: null, now: now++, text: body };
    if (line.startsWith('-')) return { kind: 'removed', old: old++, now: null, text: body };
    if (line.startsWith(' ')) return { kind: 'same', old: old++, now: now++, text: body };
    return { kind: 'note', old: null, now: null, text: line };
  });
}

/** Removed lines stand beside the added ones that follow them. */
function pairsOf(rows: readonly Row[]): [Row | null, Row | null][] {
  const pairs: [Row | null, Row | null][] = [];
  let at = 0;
  while (at < rows.length) {
    const block = (kind: Row['kind']): Row[] => {
      const from = at;
      while (rows[at]?.kind === kind) at += 1;
      return rows.slice(from, at);
    };
    const removed = block('removed');
    const added = block('added');
    for (let line = 0; line < Math.max(removed.length, added.length); line++)
      pairs.push([removed[line] ?? null, added[line] ?? null]);
    const row = rows[at];
    if (removed.length + added.length > 0 || row === undefined) continue;
    pairs.push([row, row]);
    at += 1;
  }
  return pairs;
}

function Rows({
  text,
  isSplit,
  isWrapped,
  name,
  remark,
}: {
  text: string;
  isSplit: boolean;
  isWrapped: boolean;
  name: string;
  remark: Remark;
}): JSX.Element {
  const rows = useMemo(() => rowsOf(text), [text]);
  const [most, setMost] = useState(MOST_ROWS);
  const shown = rows.slice(0, most);
  return (
    <Scrolls kind={isWrapped ? 'diff wrapped' : 'diff'} label={`Changes in ${name}`}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a short cut; the form takes remarks by keyboard */}
      <table
        class={remark === null ? '' : 'remarked'}
        title={remark === null ? undefined : 'Click the number of a line to say something about it'}
        onClick={event => {
          const line = lineOf(event);
          if (line !== '') remark?.(line);
        }}
      >
        <tbody>
          {isSplit
            ? pairsOf(shown).map(([left, right], at) => <SplitRow key={at} left={left} right={right} />)
            : shown.map((row, at) => <UnifiedRow key={at} row={row} />)}
        </tbody>
      </table>
      {rows.length > most ? (
        <button type="button" onClick={() => setMost(most + MOST_ROWS)}>
          Show {Math.min(MOST_ROWS, rows.length - most)} of {rows.length - most} more lines
        </button>
      ) : null}
    </Scrolls>
  );
}

/** The number of the new side that was clicked, or nothing. */
const lineOf = ({ target }: Event): string =>
  target instanceof HTMLElement && target.classList.contains('now') ? (target.textContent ?? '') : '';

const SIGNS: Record<Row['kind'], string> = { same: ' ', added: '+', removed: '−', hunk: '', note: '' };

const UnifiedRow = ({ row }: { row: Row }): JSX.Element => (
  <tr class={row.kind}>
    <td class="line-number">{row.old}</td>
    <td class="line-number now">{row.now}</td>
    <td class="sign">{SIGNS[row.kind]}</td>
    <td class="code">{row.text}</td>
  </tr>
);

function SplitRow({ left, right }: { left: Row | null; right: Row | null }): JSX.Element {
  if (left !== null && left === right && left.kind !== 'same')
    return (
      <tr class={left.kind}>
        <td colSpan={4} class="code">
          {left.text}
        </td>
      </tr>
    );
  return (
    <tr>
      <td class="line-number">{left?.old}</td>
      <td class={`code half ${left?.kind ?? 'none'}`}>{left?.text}</td>
      <td class="line-number now">{right?.now}</td>
      <td class={`code half ${right?.kind ?? 'none'}`}>{right?.text}</td>
    </tr>
  );
}
