/** Broken and hostile files: every fault is named with file and line, nothing of them runs, and what is whole goes on. */
import '../support/journey-patience.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { landingsOf, statusOf } from '../support/journey-checks.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall, TASK_PATH, taskFile } from '../support/journey-small.ts';

const FOLDER = 'tasks/engineer-backend';

const FAULTS = [
  [`${FOLDER}/anchor.md:7`, 'the anchor &a is not allowed here'],
  [`${FOLDER}/anchor.md:8`, 'the alias *a is not allowed here'],
  [`${FOLDER}/big.md:1`, /^the file has \d+ bytes; at most 262144 are read$/],
  [`${FOLDER}/climb.md:2`, 'id is "../../climb"; expected lower-case letters, digits and hyphens, 1 to 64 long'],
  [`${FOLDER}/climb.md:2`, 'id is "../../climb" but the file is named climb.md'],
  [`${FOLDER}/empty.md:1`, 'expected front matter (a first line ---) or the heading "# Task: <id>"'],
  [`${FOLDER}/js.md:1`, 'the first line is "---js"; expected exactly ---'],
  [`${FOLDER}/nul.md:14`, 'a NUL byte stands here; expected text'],
  [`${FOLDER}/unknown-key.md:7`, 'unknown key "bugdet_usd"; did you mean "budget_usd"?'],
  [`${FOLDER}/utf8.md:14`, 'invalid UTF-8; expected text'],
  [`${FOLDER}/wrong-type.md:7`, 'budget_usd is "lots"; expected a number'],
  [`${FOLDER}/wrong-type.md:8`, 'priority is "urgent"; expected one of p0, p1, p2'],
  ['tasks/scribe/more.md:1', `the id more is already taken by ${TASK_PATH}`],
  [`${FOLDER}/Upper.md:1`, 'the file name is no task id; expected lower-case letters, digits and hyphens'],
  [`${FOLDER}/orphan.md:7`, 'depends on nowhere, which does not exist'],
  [`${FOLDER}/outside.md:6`, 'files: "../outside/**" is not a glob of literals, * and **'],
  [`${FOLDER}/outside.md:6`, 'files: "/etc/passwd" is not a glob of literals, * and **'],
  ['tasks/nobody/alone.md:3', /^no agent is named nobody; agents here: architect, /],
  [`${FOLDER}/circle-a.md:7`, 'depends on itself: circle-a → circle-b → circle-a'],
] as const;

/** Each is wrong in its own way; the second half is right by itself and wrong together with others. */
const brokenFiles = (canary: string): Record<string, string | Uint8Array> => ({
  [`${FOLDER}/anchor.md`]: taskFile('anchor', 'risk: &a [payment]\ntraits: *a\n'),
  [`${FOLDER}/big.md`]: taskFile('big') + 'x'.repeat(10 * 1024 * 1024),
  [`${FOLDER}/climb.md`]: taskFile('../../climb'),
  [`${FOLDER}/empty.md`]: '',
  [`${FOLDER}/js.md`]: taskFile('js').replace(
    '---',
    `---js\n{ id: (require('fs').writeFileSync('${canary}', 'ran'), 'js') }`,
  ),
  [`${FOLDER}/nul.md`]: `${taskFile('nul')}\0`,
  [`${FOLDER}/unknown-key.md`]: taskFile('unknown-key', 'bugdet_usd: 3\n'),
  [`${FOLDER}/utf8.md`]: Buffer.concat([Buffer.from(taskFile('utf8')), Buffer.from([0xff, 0xfe])]),
  [`${FOLDER}/wrong-type.md`]: taskFile('wrong-type', 'budget_usd: lots\npriority: urgent\n'),
  'tasks/scribe/more.md': taskFile('more').replace('engineer-backend', 'scribe').replace('lib/**', 'docs/**'),
  [`${FOLDER}/Upper.md`]: taskFile('Upper'),
  [`${FOLDER}/outside.md`]: taskFile('outside').replace('[lib/**]', "['../outside/**', /etc/passwd]"),
  [`${FOLDER}/orphan.md`]: taskFile('orphan', 'depends_on: [nowhere]\n'),
  'tasks/nobody/alone.md': taskFile('alone').replace('engineer-backend', 'nobody'),
  [`${FOLDER}/circle-a.md`]: taskFile('circle-a', 'depends_on: [circle-b]\n'),
  [`${FOLDER}/circle-b.md`]: taskFile('circle-b', 'depends_on: [circle-a]\n'),
});

describe('task files that are broken or hostile', () => {
  let journey: Journey;
  let canary: string;

  beforeAll(async () => {
    journey = await openSmall();
    canary = join(journey.root, 'canary');
    journey.write({ ...brokenFiles(canary), [TASK_PATH]: taskFile().replaceAll('\n', '\r\n') });
  });
  afterAll(() => journey.close());

  test('are all named at once by check, with file, line, what stands there and what is right', async () => {
    const { code, stdout, stderr } = await journey.kleiber('check');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [head, ...lines] = stderr.trimEnd().split('\n');
    expect(head).toBe(`kleiber: ${FAULTS.length} problems in the files; the tasks they are about are not started`);
    expect(lines.slice(-2)).toEqual([
      `  fix   mend line 7 of ${FOLDER}/anchor.md, then: kleiber check`,
      '  help  kleiber help E02',
    ]);
    const found = lines.slice(0, -2);
    expect(found.filter((_line, index) => index % 2 === 0)).toEqual(
      FAULTS.map(([place, problem]) => {
        const matches = typeof problem === 'string' ? problem : expect.stringMatching(problem.source.slice(1));
        return typeof matches === 'string' ? `  ${place}  ${matches}` : matches;
      }),
    );
    expect(found.filter((_line, index) => index % 2 === 1 && !/^ {6}right: \S/.test(_line))).toEqual([]);
  });

  test('are the same for programs', async () => {
    const { code, stdout, stderr } = await journey.kleiber('check', '--json');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const { faults } = JSON.parse(stdout) as { faults: { path: string; line: number }[] };
    expect(faults.map(({ path, line }) => `${path}:${line}`)).toEqual(FAULTS.map(([place]) => place));
  });

  test('stop nothing but themselves: what is whole lands, also with the line ends of Windows', async () => {
    const { code, stdout, stderr } = await journey.kleiber('conduct', '--until-idle');
    expect(stdout).toContain('landed 1 of 6, blocked 0, waiting 3, ready 2');
    expect(stderr).toMatch(/^\d+ problems in the task files: kleiber check\n/);
    expect(stderr.match(/ is not started: /g)).toHaveLength(2);
    expect(stderr).toMatch(/kleiber: some tasks cannot be started as their files stand\n {2}fix {3}kleiber check\n$/);
    expect(code).toBe(2);
    expect(landingsOf(journey).map(({ task }) => task)).toEqual(['more']);
  });

  test('never run what stands in them, and stay as they are', () => {
    expect(existsSync(canary)).toBe(false);
    expect(existsSync(join(journey.root, 'climb-done.md'))).toBe(false);
    for (const [path, content] of Object.entries(brokenFiles(canary)))
      expect(readFileSync(join(journey.repository, path)).equals(Buffer.from(content)), path).toBe(true);
  });

  test('leave status and its numbers readable', async () => {
    const { file_faults: count, tasks } = await statusOf(journey);
    expect(count).toBeGreaterThan(10);
    expect(tasks.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
      'alone ready',
      'circle-a waiting',
      'circle-b waiting',
      'more landed',
      'orphan waiting',
      'outside ready',
    ]);
  });
});

describe('a kleiber.yml that is broken or that nobody has trusted', () => {
  let journey: Journey;
  let good: string;

  beforeAll(async () => {
    journey = await openSmall();
    good = journey.read('kleiber.yml');
  });
  afterAll(() => journey.close());

  test('is refused by every command that reads it, with every fault and its line', async () => {
    journey.write({ 'kleiber.yml': `${good}chekcs: []\nbudget: { day_usd: many, taks_usd: 3 }\n` });
    const line = good.split('\n').length;
    const stderr = [
      'kleiber: 3 problems in the files; nothing was started',
      `  kleiber.yml:${line}  unknown key "chekcs"; did you mean "checks"?`,
      '      right: checks: [{ name: test, command: npm test }]',
      `  kleiber.yml:${line + 1}  budget.day_usd is "many"; expected a number`,
      '      right: day_usd: 50',
      `  kleiber.yml:${line + 1}  unknown key "taks_usd" in budget; did you mean "task_usd"?`,
      '      right: task_usd: 5',
      `  fix   mend line ${line} of kleiber.yml, then: kleiber check`,
      '  help  kleiber help E02',
      '',
    ].join('\n');
    for (const words of [['status'], ['check'], ['conduct', '--until-idle'], ['plan', 'x'], ['doctor'], ['log']])
      expect(await journey.kleiber(...words), words[0]).toEqual({ code: 2, stdout: '', stderr });
    expect(journey.requests()).toEqual([]);
  });

  test('may lower but not raise while it is not trusted, and starts nothing', async () => {
    journey.write({ 'kleiber.yml': `${good}lanes: { sonnet: 2 }\n` });
    const run = await journey.kleiber('conduct', '--until-idle');
    expect(run).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('landed 0 of 1, blocked 0, waiting 0, ready 1'),
    });
    expect(run.stderr).toContain(
      ' are not trusted: their commands, paths and prices do not count. See: kleiber trust\n',
    );
    expect(run.stderr).toMatch(
      /kleiber: nothing new was started: kleiber.yml and the roles are not trusted\n {2}fix {3}kleiber trust\n$/,
    );
    expect((await journey.kleiber('plan', 'x', '--yes')).stderr).toMatch(/\n {2}fix {3}kleiber trust\n$/);
    expect(journey.requests()).toEqual([]);
  });

  test('counts as soon as a person has seen it', async () => {
    const shown = await journey.kleiber('trust');
    expect(shown).toEqual({
      code: 2,
      stdout: 'kleiber.yml\n  + lanes: { sonnet: 2 }\n\n',
      stderr: 'kleiber: nothing was trusted\n  fix   kleiber trust --yes\n',
    });
    await journey.must('trust', '--yes');
    expect(await journey.must('trust')).toBe('kleiber.yml and the roles are trusted as they stand\n');
    expect(await journey.must('conduct', '--until-idle')).toContain('landed 1 of 1');
  });
});
