/**
 * The record commit: one per tick, however many tasks it covers, touching record paths only. While its delivery waits, the
 * same bytes are written into the checkout, except where a person is typing.
 */
import { planStream, type Stored, type Target, targetStream, validatorStream } from '../domain/event.ts';
import { branchReportId, LOG_FILE, STATE_TABLE, validationPath } from '../domain/record-paths.ts';
import { whyGit } from '../git/git.ts';
import type { TaskState } from '../policy/task-state.ts';
import { formatDailySummary, formatLogRow, logAddition, parseLog } from '../record/log-file.ts';
import type { LogRow } from '../record/record.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { planPage, planPagePath } from '../report/plan-page.ts';
import { progressPage } from '../report/progress-page.ts';
import { STATE_TABLE_MARK } from '../report/state-table.ts';
import { appendTarget } from './append.ts';
import type { Courier } from './deliver.ts';
import type { ConductorEdges } from './edges.ts';
import { logRowsOf, recordOf, validationOfBranch } from './record.ts';
import { writeIntoCheckout } from './record-checkout.ts';

/** True when a commit was made. */
export async function commitRecord(
  target: Target,
  view: BoardView,
  courier: Pick<Courier, 'isFlowing'>,
  edges: ConductorEdges,
): Promise<boolean> {
  const events = edges.holder.baton.read(targetStream(target.branch));
  const last = events.findLast(stored => stored.event.kind === 'recorded');
  const since = last?.event.kind === 'recorded' ? last.event.upTo : 0;
  const news = edges.holder.baton
    .after(since)
    .filter(stored => stored.position <= view.position && isAbout(stored, target, view));
  const tip = await edges.store.integrationTip(target.branch);
  if (!news.some(stored => SAID.has(stored.event.kind)) || tip === null) return false;
  const files = await recordFiles(news, tip, view, target, edges);
  const committed = await edges.store.commitFiles(tip, files, messageOf(news), edges.holder.at());
  if (!committed.ok) {
    edges.obstacle(`the record could not be committed (${whyGit(committed.failure)})`);
    return false;
  }
  const { commit } = committed.value;
  if (commit !== tip && !(await edges.store.moveIntegration(target.branch, tip, commit))) return false;
  appendTarget(target.branch, { kind: 'recorded', commit, upTo: view.position }, edges);
  // Where nothing waits, the delivery that follows brings the files along, and says so when it cannot.
  const isShown = courier.isFlowing(target.branch, tip) || edges.target()?.branch !== target.branch;
  if (!isShown) await writeIntoCheckout(files, [tip], edges);
  return true;
}

/** Events of tasks and plans that land on this branch. */
function isAbout(stored: Stored, target: Target, view: BoardView): boolean {
  const { event, stream } = stored;
  if (event.kind === 'branch_validated') return stream === validatorStream(target.branch);
  if (event.kind === 'planned' || event.kind === 'abandoned') return event.target.branch === target.branch;
  return stream.startsWith('task/') && stateOf(stored, view)?.target.branch === target.branch;
}

const stateOf = (stored: Stored, view: BoardView): TaskState | undefined =>
  view.states.get(stored.stream.slice('task/'.length));

async function recordFiles(
  news: readonly Stored[],
  tip: string,
  view: BoardView,
  target: Target,
  edges: ConductorEdges,
): Promise<Map<string, Uint8Array | null>> {
  const texts = new Map<string, string | null>();
  for (const state of new Set(news.map(stored => stateOf(stored, view)).filter(found => found !== undefined))) {
    const file = view.tasks.get(state.id);
    for (const [path, text] of recordOf(state, file?.task ?? null)) texts.set(path, text);
    if (file !== undefined) texts.set(file.path, file.text);
    for (const path of takenBack(state, edges)) texts.set(path, null);
  }
  const validated = validationOfBranch(news, target.branch);
  if (validated !== null) texts.set(validationPath(branchReportId(target.branch)), validated);
  for (const [path, text] of planPages(news, view, edges)) texts.set(path, text);
  const table = progressPage(view.board, target.branch);
  if (table !== null && (await isOurTable(tip, edges))) texts.set(STATE_TABLE, table);
  const log = await logText(news, tip, view, target, edges);
  if (log !== null) texts.set(LOG_FILE, log);
  return new Map([...texts].map(([path, text]) => [path, text === null ? null : new TextEncoder().encode(text)]));
}

/** What a task that never began leaves in nobody's record: its file, once that is gone, and the page of its plan. */
function takenBack({ stage, attempts, file, plan }: TaskState, edges: ConductorEdges): string[] {
  if (stage.kind !== 'cancelled' || attempts.length > 0 || edges.record.read(file) !== null) return [];
  return plan !== null && isWithdrawn(plan, edges) ? [file, planPagePath(plan)] : [file];
}

const isWithdrawn = (plan: string, { holder }: ConductorEdges): boolean =>
  holder.baton.read(planStream(plan)).some(({ event }) => event.kind === 'withdrawn');

/** A page for each plan that is new: what was asked for, and how it was split. One that was taken back has none to show. */
const planPages = (news: readonly Stored[], { board }: BoardView, edges: ConductorEdges): [string, string][] =>
  news.flatMap(({ stream, event }) => {
    const plan = stream.slice('plan/'.length);
    if (event.kind !== 'planned' || isWithdrawn(plan, edges)) return [];
    return [[planPagePath(plan), planPage(plan, event, board)]];
  });

/** A person may have a file of that name; it stays theirs. */
async function isOurTable(tip: string, edges: ConductorEdges): Promise<boolean> {
  const bytes = (await edges.store.readBlob(tip, STATE_TABLE)) ?? edges.record.read(STATE_TABLE);
  return bytes === null || new TextDecoder().decode(bytes).startsWith(STATE_TABLE_MARK);
}

/** The log only grows: new rows, and the day's summary once nothing is left to do. */
async function logText(
  news: readonly Stored[],
  tip: string,
  view: BoardView,
  target: Target,
  edges: ConductorEdges,
): Promise<string | null> {
  const atRest = [...view.board.values()].every(
    task => task.state?.target.branch !== target.branch || AT_REST.has(task.standing),
  );
  const existing = (await edges.store.readBlob(tip, LOG_FILE)) ?? new Uint8Array();
  const before = new TextDecoder().decode(existing);
  // Rows that stand there already were committed by a process that died before it could say so.
  const rows = logRowsOf(news, view.states).filter(row => !before.includes(formatLogRow(row)));
  if (rows.length === 0 && !atRest) return null;
  const after = rows.length === 0 ? before : before + logAddition(before, rows);
  const summary = atRest ? summaryOf(after, edges) : '';
  return after + summary === before ? null : after + summary;
}

const AT_REST: ReadonlySet<string> = new Set(['landed', 'blocked', 'cancelled', 'waiting', 'deferred']);

/** Empty when today's last word is already a summary. */
function summaryOf(log: string, edges: ConductorEdges): string {
  const parsed = parseLog(log);
  if (!parsed.ok || log.trimEnd().endsWith('**')) return '';
  const day = edges.holder.at().slice(0, 10);
  const rows: LogRow[] = parsed.value.rows.filter(row => row.at.slice(0, 10) === day);
  return rows.length === 0 ? '' : `\n${formatDailySummary(day, rows)}`;
}

const subjectOf = ({ stream }: Stored): string => stream.replace(/^(?:task|plan|validator)\//, '');

function messageOf(news: readonly Stored[]): string {
  const ids = [...new Set(news.map(stored => subjectOf(stored)))];
  const lines = news
    .filter(stored => SAID.has(stored.event.kind))
    .map(stored => `- ${subjectOf(stored)}: ${stored.event.kind.replaceAll('_', ' ')}`);
  const subject = ids.length === 1 ? `record: ${ids[0]}` : `record: ${ids.length} tasks`;
  return [subject, '', ...lines.slice(0, 50)].join('\n').trimEnd();
}

/** Events that are worth a commit; the others come along with the next of these. */
const SAID: ReadonlySet<string> = new Set([
  'planned',
  'abandoned',
  'claimed',
  'submitted',
  'landed',
  'blocked',
  'answered',
  'reviewed',
  'review_failed',
  'referred',
  'escalated',
  'deferred',
  'branch_validated',
  'returned',
  'requeued',
  'cancelled',
  'approved',
  'ended',
]);
