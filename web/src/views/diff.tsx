/** What was handed in, file by file. Only what is open is drawn, so that a difference of any length opens at once. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DiffView, PatchFile, TaskView } from '../../../src/board/view.ts';
import { remarkOn } from '../act.tsx';
import { CommandLine, Empty, Scrolls, useValue } from '../parts.tsx';
import { recall, remember } from '../remembered.ts';
import { place, slideTo } from '../route.ts';
import { source } from '../source.ts';
import { plural } from '../words.ts';

/** Rows that are drawn of one file at once; the rest follows on request. */
const MOST_ROWS = 1_500;

/** So many files of a difference are open from the start. */
const MOST_OPEN = 20;

export function Diff({ view }: { view: TaskView }): JSX.Element {
  const [hasSpace, setSpace] = useState(true);
  const path = `/api/task/${encodeURIComponent(view.card.id)}/diff${hasSpace ? '' : '?space=ignored'}`;
  const diff = useValue<DiffView>(path);
  const [style, setStyle] = useRemembered('diff', 'unified');
  const [wrap, setWrap] = useRemembered('wrap', 'on');
  if (view.submission === null) return <Empty>Nothing has been handed in yet.</Empty>;
  if (diff === undefined) return <Empty>Reading …</Empty>;
  if (diff === null) return <Empty>The store does not have this commit any more.</Empty>;
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
            <button key={name} type="button" class="quiet" aria-pressed={style === name} onClick={() => setStyle(name)}>
              {name}
            </button>
          ))}
          <button
            type="button"
            class="quiet"
            aria-pressed={wrap === 'on'}
            onClick={() => setWrap(wrap === 'on' ? 'off' : 'on')}
          >
            wrap lines
          </button>
          {source.isLive ? (
            <button type="button" class="quiet" aria-pressed={!hasSpace} onClick={() => setSpace(!hasSpace)}>
              ignore white space
            </button>
          ) : null}
        </span>
      </div>
      {diff.files.length === 0 ? <Empty>It changes nothing{hasSpace ? '' : ' but white space'}.</Empty> : null}
      {diff.files.length < 3 ? null : <FileList files={diff.files} />}
      {diff.files.map((file, index) => (
        <FileDiff
          key={file.path}
          file={file}
          commit={diff.commit}
          isSplit={style !== 'unified'}
          isWrapped={wrap === 'on'}
          isFirst={index < MOST_OPEN}
          remark={canRemark ? line => remarkOn(view.card, `${file.path}${line === '' ? '' : `:${line}`}`) : null}
        />
      ))}
      {diff.cut === null ? null : <p class="warn">! {diff.cut}</p>}
      {source.isLive ? (
        <p class="muted">
          To open it in an editor: <CommandLine line={`kleiber branch ${view.card.id}`} />
        </p>
      ) : null}
    </>
  );
}

/** A choice that outlives the page. */
function useRemembered(key: string, first: string): [string, (next: string) => void] {
  const [value, setValue] = useState(recall(key) ?? first);
  return [
    value,
    next => {
      remember(key, next);
      setValue(next);
    },
  ];
}

/** Where everything is; a name opens its file. */
const FileList = ({ files }: { files: PatchFile[] }): JSX.Element => (
  <details class="file-list" open={files.length <= MOST_OPEN}>
    <summary>{plural(files.length, 'file')} of this difference</summary>
    <ul>
      {files.map(({ path, added, removed }) => (
        <li key={path}>
          <button type="button" class="link" onClick={() => slideTo({ ...place.value, file: path })}>
            {path}
          </button>{' '}
          <Counts added={added} removed={removed} />
        </li>
      ))}
    </ul>
  </details>
);

/** Begins a remark about a line of the new side, or about the file; null where no changes can be asked for. */
type Remark = ((line: string) => void) | null;

const Counts = ({ added, removed }: { added: number; removed: number }): JSX.Element => (
  <span class="counts">
    <span class="good">+{added}</span> <span class="bad">−{removed}</span>
  </span>
);

function FileDiff({
  file,
  commit,
  isSplit,
  isWrapped,
  isFirst,
  remark,
}: {
  file: PatchFile;
  commit: string;
  isSplit: boolean;
  isWrapped: boolean;
  isFirst: boolean;
  remark: Remark;
}): JSX.Element {
  const self = useRef<HTMLElement>(null);
  const isWanted = place.value.file === file.path;
  const [isOpen, setOpen] = useState((!file.isFolded && isFirst) || isWanted);
  const [isSeen, setSeen] = useSeen(commit, file.path);
  const shown = isOpen && !isSeen;
  useEffect(() => {
    if (!isWanted) return;
    setOpen(true);
    self.current?.scrollIntoView({ block: 'start' });
  }, [isWanted]);
  return (
    <section class="patch" aria-label={file.path} ref={self}>
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
        {remark === null ? null : (
          <button type="button" class="quiet" aria-label={`Remark on ${file.path}`} onClick={() => remark('')}>
            remark
          </button>
        )}
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

/** What was looked at of a commit; a new commit has to be looked at anew. */
function useSeen(commit: string, path: string): [boolean, (isSeen: boolean) => void] {
  const seen = (): string[] => {
    const [of, ...paths] = (recall('seen') ?? '').split('\n');
    return of === commit ? paths : [];
  };
  const [isSeen, setSeen] = useState(() => seen().includes(path));
  const set = (next: boolean): void => {
    const others = seen().filter(other => other !== path);
    remember('seen', [commit, ...others, ...(next ? [path] : [])].join('\n'));
    setSeen(next);
  };
  return [isSeen, set];
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
