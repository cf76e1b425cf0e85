import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIERS } from '../../src/domain/tier.ts';
import { formatDailySummary, formatLogRow, logAddition, logHeader, parseLog } from '../../src/record/log-file.ts';
import type { LogRow } from '../../src/record/record.ts';
import { filledLineValue, timeValue } from '../support/record-values.ts';

const TABLE = `| Timestamp | Agent | Task | Model | Input Tokens | Output Tokens | Cost |
|-----------|-------|------|-------|--------------|---------------|------|
| 2025-01-09T14:30:00Z | engineer-backend | feat-001 | sonnet | 15000 | 8000 | $0.165 |
`;
const ROW: LogRow = {
  at: '2025-01-09T14:30:00Z',
  agent: 'engineer-backend',
  task: 'feat-001',
  model: 'sonnet',
  inputTokens: 15_000,
  outputTokens: 8000,
  costUsd: '0.165',
};
const SUMMARY = `## Daily Summary: 2025-01-09
- Total tasks: 12
- Opus usage: 2 tasks, $4.50
- Sonnet usage: 8 tasks, $2.40
- Haiku usage: 2 tasks, $0.15
- **Total: $7.05**
`;

const sessions = (model: LogRow['model'], costs: readonly string[]): LogRow[] =>
  costs.map((costUsd, index) => ({ ...ROW, model, task: `${model}-${index}`, costUsd }));

describe('the table of sessions', () => {
  it('is the one of the blueprint', () => {
    expect(logHeader() + formatLogRow(ROW)).toBe(TABLE);
    expect(parseLog(TABLE)).toEqual({ ok: true, value: { rows: [ROW] } });
  });

  it('is continued where it ends, and begun again after other text', () => {
    const row = formatLogRow(ROW);
    expect(logAddition('', [ROW])).toBe(TABLE);
    expect(logAddition(TABLE, [ROW, ROW])).toBe(row + row);
    expect(logAddition(TABLE.trimEnd(), [ROW])).toBe(`\n${row}`);
    expect(logAddition(SUMMARY, [ROW])).toBe(`\n${TABLE}`);
  });

  it('passes over summaries and notes', () => {
    expect(parseLog(`${TABLE}\n${SUMMARY}\nA note.\n\n${TABLE}`.replaceAll('\n', '\r\n'))).toEqual({
      ok: true,
      value: { rows: [ROW, ROW] },
    });
  });

  it('names every row that is wrong', () => {
    const text = `${TABLE}| now | a | b | opus | 1 | 2 | $1.00 |\n| 2025-01-09T14:30:00Z | a | b | gpt | 1 | 2 | $1.00 |\n| x |\n`;
    const read = parseLog(text);
    expect(read.ok ? [] : read.failure.map(({ line, problem }) => `${line}: ${problem}`)).toEqual([
      '4: the column Timestamp is not right: Invalid ISO datetime',
      '5: the column Model is not right: Invalid option: expected one of "haiku"|"sonnet"|"opus"',
      '6: expected 7 columns',
    ]);
  });

  const row = fc.record<LogRow>({
    at: timeValue,
    agent: filledLineValue,
    task: filledLineValue,
    model: fc.constantFrom(...TIERS),
    inputTokens: fc.nat(),
    outputTokens: fc.nat(),
    costUsd: fc.constantFrom('0.00', '0.165', '12.345678'),
  });

  it('is undone by reading it, with bars and backslashes in names', () => {
    fc.assert(
      fc.property(fc.array(row), rows => {
        expect(parseLog(logAddition('', rows))).toEqual({ ok: true, value: { rows } });
      }),
    );
  });
});

describe('the daily summary', () => {
  it('is the one of the blueprint', () => {
    const rows = [
      ...sessions('opus', ['1.50', '3.00']),
      ...sessions('sonnet', ['0.30', '0.30', '0.30', '0.30', '0.30', '0.30', '0.30', '0.30']),
      ...sessions('haiku', ['0.05', '0.10']),
    ];
    expect(formatDailySummary('2025-01-09', rows)).toBe(SUMMARY);
  });

  it('counts a task once however many sessions it took, and adds without rounding', () => {
    const rows = [ROW, ROW, { ...ROW, model: 'opus' as const, costUsd: '0.000001' }];
    expect(formatDailySummary('2025-01-09', rows)).toBe(`## Daily Summary: 2025-01-09
- Total tasks: 1
- Opus usage: 1 task, $0.000001
- Sonnet usage: 1 task, $0.33
- Haiku usage: 0 tasks, $0.00
- **Total: $0.330001**
`);
  });
});
