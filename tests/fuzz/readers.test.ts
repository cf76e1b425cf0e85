/** Every reader of files under any input: an answer or faults with their lines, soon, and nothing run. */
import { describe, expect, test } from 'vitest';
import { NO_USAGE } from '../../src/domain/money.ts';
import { neutralise } from '../../src/domain/plain-text.ts';
import { blockedPath, donePath, startedPath, taskPath, validationPath } from '../../src/domain/record-paths.ts';
import type { Result } from '../../src/domain/result.ts';
import { formatBlocked, parseBlocked, readAnswer } from '../../src/record/blocked-file.ts';
import { formatConfig, parseConfig } from '../../src/record/config-file.ts';
import { formatDone, parseDone } from '../../src/record/done-file.ts';
import { readFrontMatter } from '../../src/record/front-matter.ts';
import { formatLogRow, logHeader, parseLog } from '../../src/record/log-file.ts';
import { readOrdinaryTask } from '../../src/record/ordinary-task.ts';
import { readPlainYaml } from '../../src/record/plain-yaml.ts';
import type { FileFault } from '../../src/record/record.ts';
import { parseRole } from '../../src/record/role-file.ts';
import { formatStarted, parseStarted } from '../../src/record/started-file.ts';
import { formatTask, parseTaskFile } from '../../src/record/task-file.ts';
import { formatValidation, parseValidation } from '../../src/record/validation-file.ts';
import { taskOf } from '../support/policy-values.ts';
import { hostileBytes, hostileText, survives } from './hostile-input.ts';

const AT = '2026-11-21T10:00:00Z';
const [AGENT, ID] = ['engineer-backend', 'shop-1-01-basket'];
const TASK = formatTask(
  taskOf({ depends_on: ['a'], traits: { minutes: 30 }, budget_usd: 2 }, { context: 'c', template: 't' }),
);
const PLAIN_TASK = `# Task: feat-001\nAgent: ${AGENT}\nModel: sonnet\nPriority: p0\nCreated: ${AT}\n\n## Description\nx\n\n## Acceptance Criteria\n- [ ] y\n`;
const blocker = { type: 'technical' as const, problem: 'p', tried: ['t'], need: 'n', options: ['a', 'b'] };
const BLOCKED = formatBlocked({ id: ID, agent: AGENT, attempt: 1, since: AT, blocker, answer: 'a' });
const STARTED = formatStarted({
  id: ID,
  agent: AGENT,
  attempt: 1,
  model: 'sonnet',
  started: AT,
  estimateMinutes: [10, 20],
  approach: 'a',
  files: ['src/**'],
});
const DONE = formatDone(
  {
    id: ID,
    agent: AGENT,
    attempt: 1,
    completed: AT,
    model: 'sonnet',
    usage: NO_USAGE,
    costUsd: '0.10',
    commit: 'a'.repeat(40),
    report: { summary: 's', testsAdded: ['t'], decisions: ['d'] },
    files: [{ path: 'src/a', status: 'created', mode: '100644' }],
  },
  [{ text: 'Tests pass locally', checked: true }],
);
const RUN = { name: 'test', command: 'npm test', result: 'red' as const, exitCode: 1, durationMs: 5, output: 'o' };
const VALIDATION = formatValidation({
  id: ID,
  commit: 'a'.repeat(40),
  tree: 'b'.repeat(40),
  at: AT,
  result: 'red',
  baseResult: 'green',
  runs: [RUN],
});
const LOG = `${logHeader()}${formatLogRow({ at: AT, agent: AGENT, task: ID, model: 'sonnet', inputTokens: 1, outputTokens: 2, costUsd: '0.10' })}\n`;
const CONFIG = `checks:\n  - { name: test, command: npm test, timeout_minutes: 5 }\nroles:\n  ${AGENT}: { paths: ['src/**'] }\nbudget: { task_usd: 3 }\nmodels: { opus: claude-opus-5-5 }\n`;
const ROLE = `---\nname: ${AGENT}\ndescription: d\ntools: Read, Edit\nkleiber:\n  paths: [src/**]\n---\nYou build.\n`;

/** An answer, or at least one fault, each with a line and a text that is safe to print. */
function hasAnswer(result: Result<unknown, readonly FileFault[]>): void {
  if (result.ok) return;
  expect(result.failure.length).toBeGreaterThan(0);
  for (const { line, problem, example } of result.failure) {
    if (!Number.isInteger(line) || line < 1) throw new Error(`line ${line}`);
    for (const text of [problem, example])
      if (neutralise(text) !== text) throw new Error(`raw: ${JSON.stringify(text)}`);
  }
}

describe('whatever stands in it', () => {
  test('a task file', () =>
    survives(hostileBytes(TASK, PLAIN_TASK), bytes => hasAnswer(parseTaskFile(taskPath(AGENT, ID), bytes))));
  test('a task file under the quick reader, which only ever says the same', () =>
    survives(hostileBytes(TASK), bytes => {
      const quick = readOrdinaryTask(taskPath(AGENT, ID), bytes);
      if (quick === null) return;
      const strict = parseTaskFile(taskPath(AGENT, ID), bytes);
      expect(strict.ok && strict.value.task).toEqual(quick);
    }));
  test('front matter', () =>
    survives(hostileText(TASK, ROLE, '---\na: 1\n---\n'), text => hasAnswer(readFrontMatter('a.md', text))));
  test('plain YAML', () =>
    survives(hostileText('a: 1\nb:\n  - x\n  - "y"\n', "c: 'd'\n"), text => readPlainYaml(text)));
  test('kleiber.yml', () =>
    survives(hostileText(CONFIG, formatted()), text => hasAnswer(parseConfig('kleiber.yml', text))));
  test('a role', () =>
    survives(hostileBytes(ROLE), bytes => hasAnswer(parseRole(`.claude/agents/${AGENT}.md`, bytes))));
  test('a started file', () =>
    survives(hostileBytes(STARTED), bytes => hasAnswer(parseStarted(startedPath(AGENT, ID), bytes))));
  test('a done file', () => survives(hostileBytes(DONE), bytes => hasAnswer(parseDone(donePath(AGENT, ID), bytes))));
  test('a blocked file', () =>
    survives(hostileBytes(BLOCKED), bytes => hasAnswer(parseBlocked(blockedPath(AGENT, ID), bytes))));
  test('an answer typed into one', () => survives(hostileText(BLOCKED), text => readAnswer(text)));
  test('a validation file', () =>
    survives(hostileBytes(VALIDATION), bytes => hasAnswer(parseValidation(validationPath(ID), bytes))));
  test('the log', () => survives(hostileText(LOG), text => hasAnswer(parseLog(text))));
});

function formatted(): string {
  return formatConfig({
    checks: [{ name: 'test', command: 'npm test' }],
    deps: ['node_modules'],
    roles: { [AGENT]: { paths: ['src/**'] } },
  });
}
