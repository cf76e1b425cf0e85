/** Is it good? The difference first, then what was asked for, how it was checked and judged, what was said, and its story. */
import type { ComponentChildren, JSX } from 'preact';
import type { BoardSnapshot, TaskView } from '../../../src/board/view.ts';
import { ActionButtons, ActionForm, pageActions } from '../act.tsx';
import { Markdown } from '../markdown.tsx';
import { Age, CommandLine, Empty, Scrolls, Spent, State, Table, Tier, Time, useValue } from '../parts.tsx';
import { place, taskHref } from '../route.ts';
import { topHeight } from '../state.ts';
import { duration, money, needWord, plural } from '../words.ts';
import { Diff } from './diff.tsx';
import { Line } from './log.tsx';
import { Transcript } from './transcript.tsx';

const TABS = [
  { name: 'diff', label: 'Diff' },
  { name: 'task', label: 'Task' },
  { name: 'checks', label: 'Checks' },
  { name: 'verdicts', label: 'Verdicts' },
  { name: 'transcript', label: 'Transcript' },
  { name: 'history', label: 'History' },
] as const;

export function Task({ board }: { board: BoardSnapshot }): JSX.Element {
  const { task: id, tab: wanted } = place.value;
  const view = useValue<TaskView>(`/api/task/${encodeURIComponent(id)}`);
  if (view === undefined) return <Empty>Reading …</Empty>;
  if (view === null)
    return (
      <Empty>
        There is no task {id} here. <a href="#/board">All tasks</a>
      </Empty>
    );
  pageActions.value = view.card.actions;
  const tab = TABS.find(({ name }) => name === wanted)?.name ?? (view.submission === null ? 'task' : 'diff');
  // The board may be of an earlier moment; what can be done is always of now. A word to the model has its place below what was said.
  const actions = board.isPast ? [] : view.card.actions.filter(({ name }) => name !== 'tell' || tab !== 'transcript');
  return (
    <>
      <Head view={view} />
      <div class="tabs-bar" style={{ '--top-height': `${topHeight.value}px` }}>
        <nav class="tabs" aria-label="Parts of this task">
          {TABS.map(({ name, label }) => (
            <a key={name} href={taskHref(id, name)} aria-current={name === tab ? 'page' : undefined} data-tab={name}>
              {label}
            </a>
          ))}
        </nav>
        <ActionButtons task={id} actions={actions} />
        <ActionForm task={view.card} actions={actions} />
      </div>
      {tab === 'diff' ? <Diff view={view} /> : null}
      {tab === 'task' ? <File view={view} /> : null}
      {tab === 'checks' ? <Checks view={view} /> : null}
      {tab === 'verdicts' ? <Verdicts view={view} /> : null}
      {tab === 'transcript' ? <Transcript view={view} isPast={board.isPast} /> : null}
      {tab === 'history' ? <History view={view} /> : null}
    </>
  );
}

function Head({ view }: { view: TaskView }): JSX.Element {
  const { card } = view;
  return (
    <header class="task-head">
      <p class="task-title">{card.title}</p>
      <p>
        <State standing={card.standing} /> · <Tier tier={card.tier} /> · {card.agent} · {card.phase} · {card.priority}
        {card.critical ? ' · critical path' : ''}
        {card.place === null ? '' : ` · ${card.place}. in line`}
        {card.attempts === 0 ? '' : ` · attempt ${card.attempts}`}
        {card.strikes === 0 ? '' : ` · ${plural(card.strikes, 'strike')}`}
        {card.since === null ? null : (
          <>
            {' · '}
            <Age since={card.since} />
          </>
        )}
        {card.spent === 0 ? null : (
          <>
            {' · '}
            <Spent cost={card.spent} cap={card.cap} />
          </>
        )}
      </p>
      {card.blocker === null ? null : <Blocker view={card.blocker} />}
      {view.submission === null ? null : <TakeAlong id={card.id} branch={view.submission.branch} />}
    </header>
  );
}

/** A page must start no editor and sign in nowhere, so a person takes the line to a terminal of theirs. */
const TakeAlong = ({ id, branch }: { id: string; branch: string }): JSX.Element => (
  <details>
    <summary>Open in an editor, make a pull request</summary>
    <p>
      The branch, opened beside your checkout:{' '}
      <CommandLine line={`kleiber branch ${id} && git worktree add ../${id} ${branch} && $EDITOR ../${id}`} />
    </p>
    <p>
      A pull request of it alone:{' '}
      <CommandLine line={`kleiber branch ${id} && git push -u origin ${branch} && gh pr create --head ${branch}`} />
    </p>
  </details>
);

function Blocker({ view }: { view: NonNullable<TaskView['card']['blocker']> }): JSX.Element {
  return (
    <div class="blocker">
      <p>
        <strong>{needWord(view.type)}:</strong> {view.need}
      </p>
      <Markdown text={view.problem} />
      {view.tried.length === 0 ? null : (
        <details>
          <summary>What was tried</summary>
          <ul>
            {view.tried.map(tried => (
              <li key={tried}>{tried}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const File = ({ view }: { view: TaskView }): JSX.Element => (
  <>
    {view.submission === null ? null : (
      <details open>
        <summary>What was handed in, in the words of the worker</summary>
        <Markdown text={view.submission.report.summary} />
        <Bullets title="Tests added" items={view.submission.report.testsAdded} />
        <Bullets title="Decisions" items={view.submission.report.decisions} />
      </details>
    )}
    {view.file === null ? <Empty>Its file is gone.</Empty> : <FileText path={view.file.path} text={view.file.text} />}
  </>
);

const FileText = ({ path, text }: { path: string; text: string }): JSX.Element => (
  <section aria-label="The task file">
    <p class="muted">
      {path} · edit it by hand, or see exactly what was sent with <code>kleiber show --prompt</code>
    </p>
    <Markdown text={text} />
  </section>
);

const Bullets = ({ title, items }: { title: string; items: string[] }): JSX.Element | null =>
  items.length === 0 ? null : (
    <>
      <h2>{title}</h2>
      <ul>
        {items.map(item => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  );

const RESULTS: Record<string, string> = {
  green: '✓ green',
  red: '✗ red',
  could_not_run: '! could not run',
  could_not_tell: '· could not tell',
};

function Checks({ view: { validation, submission } }: { view: TaskView }): JSX.Element {
  if (validation === null)
    return (
      <Empty>
        {submission === null ? 'Nothing has been handed in, so nothing was checked.' : 'The checks have not run yet.'}
      </Empty>
    );
  return (
    <>
      <p>
        <strong class={`result ${validation.result}`}>{RESULTS[validation.result]}</strong>{' '}
        <span class="muted">on tree {validation.tree.slice(0, 9)}</span>
      </p>
      {validation.runs.map(run => (
        <details key={run.name} class="check" open={run.result !== 'green'}>
          <summary>
            <span class={`result ${run.result}`}>{RESULTS[run.result]}</span> <strong>{run.name}</strong>{' '}
            <code>{run.command}</code>{' '}
            <span class="muted">
              {duration(run.durationMs)}
              {run.exitCode === null ? '' : `, exit code ${run.exitCode}`}
            </span>
          </summary>
          <Output text={run.output} />
        </details>
      ))}
    </>
  );
}

export const Output = ({ text }: { text: string }): JSX.Element => (
  <Scrolls kind="output" label="Output">
    <pre>{text === '' ? '(it printed nothing)' : text}</pre>
  </Scrolls>
);

function Verdicts({ view: { verdicts, criteria } }: { view: TaskView }): JSX.Element {
  if (verdicts.length === 0)
    return (
      <>
        <Empty>Nobody has judged it yet. It is held against these criteria:</Empty>
        <ol>
          {criteria.map(text => (
            <li key={text}>{text}</li>
          ))}
        </ol>
      </>
    );
  return (
    <>
      {verdicts.map(({ verdict, by, at, isCurrent }) => (
        <section key={`${by}${at}${verdict.commit}`} class="verdict" aria-label={`Verdict of ${by}`}>
          <p>
            <strong class={verdict.decision === 'approve' ? 'good' : 'bad'}>
              {verdict.decision.replaceAll('_', ' ')}
            </strong>{' '}
            by {by}, commit {verdict.commit.slice(0, 9)}
            {isCurrent ? '' : ' (an earlier one; it counts no more)'}
          </p>
          <p>{verdict.summary}</p>
          {verdict.criteria.length === 0 ? null : (
            <Table
              columns={['criterion', 'met', 'note']}
              rows={verdict.criteria.map(({ number, text, met, note }) => [
                `${number}. ${text}`,
                met ? '✓ yes' : '✗ no',
                note,
              ])}
            />
          )}
          {verdict.comments.length === 0 ? null : (
            <ul>
              {verdict.comments.map(({ file, line, text }) => (
                <li key={`${file}${line}${text}`}>
                  <code>
                    {file}
                    {line === null ? '' : `:${line}`}
                  </code>{' '}
                  {text}
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </>
  );
}

function History({ view }: { view: TaskView }): JSX.Element {
  return (
    <>
      <details>
        <summary>Why it stands where it stands, and why this model</summary>
        <Output text={view.why} />
        <CommandLine line={`kleiber show ${view.card.id} --why`} />
      </details>
      <Table
        columns={['attempt', 'model', 'from', 'took', 'cost', 'ended as', 'how it went about it']}
        rows={view.attempts.map(attempt => [
          attempt.attempt,
          `${attempt.tier}, ${attempt.effort} effort`,
          <Time key="from" at={attempt.claimedAt} />,
          attempt.endedAt === null ? 'still' : duration(Date.parse(attempt.endedAt) - Date.parse(attempt.claimedAt)),
          attempt.cost === null ? '' : money(attempt.cost),
          attempt.outcome?.replaceAll('_', ' ') ?? 'at work',
          <Clamped key="approach">{attempt.approach}</Clamped>,
        ])}
      />
      <ol class="log of-task">
        {view.log.map(line => (
          <Line key={line.position} line={line} />
        ))}
      </ol>
    </>
  );
}

const Clamped = ({ children }: { children: ComponentChildren }): JSX.Element => <span class="clamped">{children}</span>;
