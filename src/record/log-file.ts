/** `orchestration_log.md`: the blueprint's table, a row per agent session, and its daily summary (seed 5, cost tracking). */
import * as z from 'zod';
import { type NanoUsd, nanoFromUsd, usdText } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { TIERS, type Tier } from '../domain/tier.ts';
import { fault } from './fault.ts';
import { type FileFault, LOG_FILE, type LogRow } from './record.ts';
import { linesOf } from './sections.ts';

/** The log only grows: about a hundred and fifty thousand sessions fit, read with `readRecordFile(root, LOG_FILE, LOG_LIMIT_BYTES)`. */
export const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

const HEADER = '| Timestamp | Agent | Task | Model | Input Tokens | Output Tokens | Cost |';
const RULE = '|-----------|-------|------|-------|--------------|---------------|------|';
const EXAMPLE = '| 2025-01-09T14:30:00Z | engineer-backend | feat-001 | sonnet | 15000 | 8000 | $0.165 |';

/** The two lines that open a table of sessions. */
export const logHeader = (): string => `${HEADER}\n${RULE}\n`;

const writeCell = (text: string): string => neutraliseLine(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|');

/** One session, as a line of the table. */
export function formatLogRow(row: LogRow): string {
  const cells = [
    row.at,
    row.agent,
    row.task,
    row.model,
    String(row.inputTokens),
    String(row.outputTokens),
    `$${row.costUsd}`,
  ];
  return `| ${cells.map(writeCell).join(' | ')} |\n`;
}

/** What has to be appended to a log for these sessions: a line end or a table's head first, where they are missing. */
export function logAddition(existing: string, rows: readonly LogRow[]): string {
  const lines = linesOf(existing);
  const last = lines.at(-1) === '' ? lines.at(-2) : lines.at(-1);
  const isInTable = last?.startsWith('|') ?? false;
  const lineEnd = existing === '' || existing.endsWith('\n') ? '' : '\n';
  const gap = isInTable || existing === '' ? '' : '\n';
  return `${lineEnd}${gap}${isInTable ? '' : logHeader()}${rows.map(formatLogRow).join('')}`;
}

const sum = (rows: readonly LogRow[]): NanoUsd =>
  rows.reduce((total, { costUsd }) => total + nanoFromUsd(Number(costUsd)), 0);

const countTasks = (rows: readonly LogRow[]): number => new Set(rows.map(({ task }) => task)).size;

const tasksOf = (count: number): string => `${count} ${count === 1 ? 'task' : 'tasks'}`;

function usageLine(tier: Tier, rows: readonly LogRow[]): string {
  const own = rows.filter(({ model }) => model === tier);
  const name = tier.charAt(0).toUpperCase() + tier.slice(1);
  return `- ${name} usage: ${tasksOf(countTasks(own))}, $${usdText(sum(own))}\n`;
}

/** The summary of a day's sessions; a task that several models worked on counts for each of them, and once in total. */
export function formatDailySummary(day: string, rows: readonly LogRow[]): string {
  const perTier = TIERS.toReversed().map(tier => usageLine(tier, rows));
  const total = `- Total tasks: ${countTasks(rows)}\n`;
  return `## Daily Summary: ${day}\n${total}${perTier.join('')}- **Total: $${usdText(sum(rows))}**\n`;
}

const count = z
  .string()
  .regex(/^\d{1,15}$/, 'a number of tokens')
  .transform(Number);
const rowSchema = z.tuple([
  z.iso.datetime({ offset: true }),
  z.string().min(1),
  z.string().min(1),
  z.enum(TIERS),
  count,
  count,
  z.string().regex(/^\$\d{1,9}(?:\.\d{1,9})?$/, 'dollars such as $0.165'),
]);
const COLUMNS = ['Timestamp', 'Agent', 'Task', 'Model', 'Input Tokens', 'Output Tokens', 'Cost'];

/** The cells between the bars; a bar or backslash behind a backslash is text. */
function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '');
  const cells = [...inner.matchAll(/((?:\\[\s\S]|[^\\|])*)(?:\||$)/g)].map(([, cell = '']) => cell);
  // The pattern also matches the empty end behind the last cell.
  return cells.slice(0, -1).map(cell => cell.replace(/\\([\\|])/g, '$1').trim());
}

function parseRow(line: string, number: number): Result<LogRow, FileFault[]> {
  const parsed = rowSchema.safeParse(cellsOf(line));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const column = COLUMNS[Number(issue?.path[0])];
    const problem = column
      ? `the column ${column} is not right: ${issue?.message}`
      : `expected ${COLUMNS.length} columns`;
    return fail([fault(LOG_FILE, number, problem, EXAMPLE)]);
  }
  const [at, agent, task, model, inputTokens, outputTokens, cost] = parsed.data;
  return ok({ at, agent, task, model, inputTokens, outputTokens, costUsd: cost.slice(1) });
}

const isRule = (line: string): boolean => /^\|[\s:|-]+\|$/.test(line.trim());
const isHeader = (line: string): boolean => /^\|\s*Timestamp\s*\|/.test(line);

/** All sessions of a log, in order. Text outside of the tables, such as summaries and notes, is passed over. */
export function parseLog(text: string): Result<{ rows: LogRow[] }, FileFault[]> {
  const parsed = linesOf(text).flatMap((line, index) =>
    !line.startsWith('|') || isRule(line) || isHeader(line) ? [] : [parseRow(line, index + 1)],
  );
  const faults = parsed.flatMap(row => (row.ok ? [] : row.failure));
  return faults.length > 0 ? fail(faults) : ok({ rows: parsed.flatMap(row => (row.ok ? [row.value] : [])) });
}
