/** What a person decides on the command line: pause, choice of a model, the table, and the weekly review of it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import type { Context } from '../../src/cli/context.ts';
import { placesOf } from '../../src/cli/places.ts';
import { runProgram } from '../../src/cli/program.ts';
import { isTrusted, readTrusted, remember, trustedFiles } from '../../src/cli/trust-store.ts';
import { CONTROL_STREAM, type Event, planStream, type TaskEvent, taskStream } from '../../src/domain/event.ts';
import type { Tier } from '../../src/domain/tier.ts';
import {
  claimed,
  created,
  intended,
  landed,
  OWNER,
  proven,
  ROUTE,
  returned,
  submitted,
  TARGET,
  validated,
} from '../support/policy-values.ts';
import { textOf } from '../support/report-desk.ts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kleiber-controls-')));
  root = join(folder, 'shop');
  mkdirSync(root);
  git('init', '-q', '-b', 'main', '.');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.org');
  git('commit', '-q', '--allow-empty', '-m', 'first');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...words: string[]): string {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', words, { cwd: root, env, stdio: 'pipe', encoding: 'utf8' }).trimEnd();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const contextWith = (said: { out: string; error: string }): Context => ({
  cwd: root,
  environment: { PATH: process.env.PATH, KLEIBER_NO_INPUT: '1' },
  home: folder,
  stdout: { write: text => (said.out += text) },
  stderr: { write: text => (said.error += text) },
  stdin: { read: async () => '' },
  stopping: new AbortController().signal,
  killed: new AbortController().signal,
});

async function kleiber(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const said = { out: '', error: '' };
  const code = await runProgram(words, contextWith(said));
  return { code, ...said };
}

/** The state that a command has written, or writes into. */
function log() {
  const places = placesOf(contextWith({ out: '', error: '' }), join(root, '.git'));
  mkdirSync(places.state, { recursive: true });
  const baton = openBaton(places.baton);
  if (!baton.ok) throw new Error('the log cannot be opened');
  return baton.value;
}

function happen(stream: string, ...events: Event[]): void {
  const baton = log();
  for (const event of events) {
    const seq = baton.read(stream).length + 1;
    baton.append({ stream, seq, event, at: `2026-11-21T12:00:0${seq % 10}.000Z` });
  }
  baton.close();
}

function toldIn(stream: string): Event[] {
  const baton = log();
  const events = baton.read(stream).map(({ event }) => event);
  baton.close();
  return events;
}

const trusted = (): string => placesOf(contextWith({ out: '', error: '' }), join(root, '.git')).trusted;

/** kleiber.yml as a person has written, committed and trusted it. */
function settle(text: string): void {
  write('kleiber.yml', text);
  git('add', '-A');
  git('commit', '-q', '-m', 'config');
  remember(trusted(), trustedFiles(root));
}

const on = (tier: Tier, attempt: number): TaskEvent =>
  ({ ...claimed(attempt), route: { ...ROUTE, tier } }) as TaskEvent;
const home = (attempt: number): TaskEvent[] => [
  submitted(attempt),
  proven(attempt),
  validated(attempt, 'green'),
  intended(attempt),
  landed(attempt),
];

/** `rework` of `tasks` database tasks of a plan were red once. */
function worked(rework: number, tasks: number, plan: string | null = 'p1'): void {
  for (let index = 0; index < tasks; index++) {
    const id = `${plan ?? 'x'}-0${index}`;
    write(`tasks/database/${id}.md`, textOf('database', id));
    const first = created({ agent: 'database', file: `tasks/database/${id}.md`, plan });
    const again = index < rework ? [submitted(1), returned(1), on('sonnet', 2), ...home(2)] : home(1);
    happen(taskStream(id), first, on('sonnet', 1), ...again);
  }
}

describe('pause and resume', () => {
  test('are written once, head the status, and end', async () => {
    write('tasks/engineer-backend/a.md', textOf('engineer-backend', 'a'));
    expect(await kleiber('pause', 'the release goes first')).toEqual({
      code: 0,
      out: [
        'paused: no attempt, review, advice or plan begins, in any process, until: kleiber resume',
        'what is handed in is still proven and checked, and what needs no review any more still lands: that asks no model',
        '',
      ].join('\n'),
      error: '',
    });
    expect((await kleiber('pause')).out).toBe('Ada <ada@example.org> has paused it already\n');
    const { out } = await kleiber('status');
    expect(out.split('\n')[0]).toMatch(
      /^PAUSED by Ada <ada@example\.org> on \d{4}-\d\d-\d\d: the release goes first; nothing new is started until: kleiber resume$/,
    );
    expect((await kleiber('show', 'a', '--why')).out).toContain(
      'the release goes first; go on with: kleiber resume (seed 3, pause system)',
    );
    expect((await kleiber('resume')).out).toBe('resumed: workers take tasks again, and reviews go on\n');
    expect((await kleiber('resume')).out).toBe('nothing is paused\n');
    expect((await kleiber('status')).out).not.toContain('PAUSED');
    expect(toldIn(CONTROL_STREAM).map(({ kind }) => kind)).toEqual(['paused', 'resumed']);
  });

  test('a pause names what goes on', async () => {
    write('tasks/engineer-backend/a.md', textOf('engineer-backend', 'a'));
    happen(taskStream('a'), created({ plan: null }), claimed(1));
    const baton = log();
    baton.takeLane('review/b', { tier: 'sonnet', limit: 1, owner: OWNER });
    baton.close();
    expect((await kleiber('pause')).error).toBe('attempt 1 of a, the review of b go on to the end\n');
  });

  test('a plan is not begun, and says what lets it go on', async () => {
    await kleiber('pause', 'the release goes first');
    expect(await kleiber('plan', 'Add coupons')).toEqual({
      code: 3,
      out: '',
      error: [
        'kleiber: Ada <ada@example.org> paused all work: the release goes first',
        '  Nothing was planned and nothing spent.',
        '  fix   kleiber resume',
        '',
      ].join('\n'),
    });
  });
});

describe('override', () => {
  const SECURITY = 'tasks/security/s.md';

  test('upward is written with its reason and shown in the route', async () => {
    write('tasks/engineer-backend/a.md', textOf('engineer-backend', 'a'));
    expect(await kleiber('override', 'a', '--model', 'opus', '--reason', 'novel pattern')).toEqual({
      code: 0,
      out: 'a gets opus\n',
      error: '',
    });
    expect(toldIn(taskStream('a'))).toMatchObject([
      { kind: 'created', agent: 'engineer-backend', target: { checkout: root, branch: 'main' } },
      { kind: 'overridden', by: 'Ada <ada@example.org>', to: 'opus', reason: 'novel pattern' },
    ]);
    const { out } = await kleiber('route', 'a');
    expect(out).toContain('a: opus (');
    expect(out).toContain('2. opus: Ada <ada@example.org> chose it: novel pattern (seed 3, manual override)');
  });

  test('below the floor it is refused with the name and the source of the rule, and nothing is written', async () => {
    write(SECURITY, textOf('security', 's'));
    expect(await kleiber('override', 's', '--model', 'sonnet', '--reason', 'cheaper')).toEqual({
      code: 2,
      out: '',
      error: [
        'kleiber: s may not go below opus',
        '  SECURITY is always opus (seed 4, NEVER rule 1)',
        '  fix   kleiber override s --model opus --reason "…"',
        '   or   kleiber route s',
        '',
      ].join('\n'),
    });
    expect(toldIn(taskStream('s'))).toEqual([]);
  });

  test('downward above the floor is allowed, and says that it is weaker', async () => {
    write('tasks/database/d.md', textOf('database', 'd'));
    expect((await kleiber('override', 'd', '--model', 'haiku', '--reason', 'a template is there')).out).toBe(
      'd gets haiku, weaker than sonnet\n',
    );
  });

  test('that an escalation outranks is noted, and says what the task stays on', async () => {
    write('tasks/database/d.md', textOf('database', 'd'));
    const raised = { kind: 'escalated', by: 'conductor', to: 'opus', reason: 'complex_debugging', note: 'x' } as const;
    happen(taskStream('d'), created({ agent: 'database', file: 'tasks/database/d.md' }), raised);
    expect((await kleiber('override', 'd', '--model', 'haiku', '--reason', 'cheap')).out).toBe(
      'noted, and d stays on opus: opus: escalated: complex debugging (seed 1, escalation path)\n',
    );
  });

  test.each([
    ['without a reason', ['--model', 'opus', '--reason', ' '], 2],
    ['of a model that nobody knows', ['--model', 'gpt', '--reason', 'x'], 2],
    ['of nothing', ['--reason', 'x'], 2],
  ])('%s it is refused', async (_name, words, code) => {
    write('tasks/database/d.md', textOf('database', 'd'));
    expect((await kleiber('override', 'd', ...words)).code).toBe(code);
    expect(toldIn(taskStream('d'))).toEqual([]);
  });

  test('of landed work there is nothing left to choose', async () => {
    worked(0, 1);
    expect((await kleiber('override', 'p1-00', '--model', 'opus', '--reason', 'x')).code).toBe(1);
  });
});

test('with routing by hand the status names the tasks that wait, each with its command', async () => {
  settle('routing: manual\n');
  for (const id of ['a', 'b']) write(`tasks/database/${id}.md`, textOf('database', id));
  const waiting =
    'waits for your choice of a model (routing: manual)\n  ? kleiber override a --model sonnet --reason "…"';
  expect((await kleiber('status')).out).toContain(waiting);
  await kleiber('override', 'a', '--model', 'opus', '--reason', 'x');
  const { out } = await kleiber('status');
  expect([out.includes('override a'), out.includes('override b')]).toEqual([false, true]);
  expect(JSON.parse((await kleiber('status', '--json')).out)).toMatchObject({ waits_for_choice: ['b'], paused: null });
  expect((await kleiber('show', 'b', '--why')).out).toContain('(kleiber.yml:1, routing; seed 3, pause system)');
});

describe('the table', () => {
  test('shows every row with its source, the line of kleiber.yml, and the floor', async () => {
    settle('deps: []\nrouting:\n  EXEC:\n    testing: sonnet\n');
    const { out } = await kleiber('route', '--table');
    expect(out).toMatch(
      /\* testing +sonnet +kleiber\.yml:4, routing\.EXEC\.testing +instead of opus · comes out as opus · never below opus: TESTING in EXEC takes no downgrade \(seed 4, tier 3\)/,
    );
    expect(out).toMatch(/ {2}github +haiku +seed 4, EXEC table/);
    const { rows } = JSON.parse((await kleiber('route', '--table', '--json')).out);
    expect(rows).toContainEqual({
      phase: 'EXEC',
      agent: 'testing',
      tier: 'sonnet',
      source: 'kleiber.yml, routing.EXEC.testing',
      line: 4,
      by_traits: false,
      instead_of: 'opus',
      effective: 'opus',
      floor: 'opus',
      floor_because: ['TESTING in EXEC takes no downgrade (seed 4, tier 3)'],
    });
  });

  test('a rollback puts plain work on sonnet, leaves the floor, and can be taken back', async () => {
    write('tasks/github/g.md', textOf('github', 'g'));
    write('tasks/security/s.md', textOf('security', 's'));
    expect((await kleiber('route', '--rollback', 'too many surprises')).out).toBe(
      'every row is sonnet until: kleiber route --restore\n',
    );
    expect((await kleiber('route', 'g')).out).toContain('g: sonnet (');
    expect((await kleiber('route', 's')).out).toContain('s: opus (');
    expect((await kleiber('status')).out).toContain('every row of the table is on sonnet since');
    expect((await kleiber('route', '--restore')).out).toContain('the table counts again');
    expect((await kleiber('route', 'g')).out).toContain('g: haiku (');
    expect((await kleiber('route', '--restore')).out).toBe('the table is not rolled back\n');
  });

  test('a task of a plan is routed by the rows that its plan was made with', async () => {
    settle('routing:\n  EXEC:\n    database: opus\n');
    write('tasks/database/p1-00.md', textOf('database', 'p1-00'));
    happen(taskStream('p1-00'), created({ agent: 'database', plan: 'p1' }));
    happen(planStream('p1'), {
      kind: 'planned',
      target: TARGET,
      request: 'x',
      tasks: ['p1-00'],
      sessions: [],
      table: { EXEC: { database: 'haiku' } },
    });
    const { out } = await kleiber('route', 'p1-00');
    expect(out).toContain('1. haiku for database in EXEC (kleiber.yml, routing.EXEC.database)');
    expect(out).toContain('with which plan p1 was made (a table is frozen per plan)');
  });
});

describe('the weekly review', () => {
  const CONFIG = '# ours\nrouting:\n  EXEC:\n    database: sonnet # so far\n';

  test('of nothing says so', async () => {
    expect((await kleiber('calibrate')).out).toContain('nothing to review yet');
    expect((await kleiber('metrics')).out).toContain('not enough data');
  });

  test('seed 4’s first week: 3 of 5 on sonnet is a proposal, with how weak it is', async () => {
    settle(CONFIG);
    worked(3, 5);
    const { out } = await kleiber('calibrate');
    expect(out).toMatch(/database +EXEC +sonnet +5 +8 +60 % +23-88 % .* PROMOTE → opus/);
    expect(out).toContain(
      'database EXEC on sonnet: PROMOTE. 60 % rework is over 20 % (seed 4). Evidence: very weak, 5 tasks. Expected of sonnet: under 10 %.',
    );
    expect(out).toContain('database EXEC → opus (3 of 5 reworked on sonnet)');
  });

  test.each([
    ['--agent', 'database'],
    ['--days', '7'],
  ])('is applied whole, never with %s', async (...part) => {
    settle(CONFIG);
    worked(3, 5);
    const { code, error } = await kleiber('calibrate', '--apply', ...part);
    expect([code, error.split('\n')[0], toldIn(CONTROL_STREAM)]).toEqual([
      2,
      'kleiber: a review goes on record whole, so --apply takes neither --agent nor --days',
      [],
    ]);
  });

  test('with --dry-run it says what would be committed or watched, and writes nothing', async () => {
    settle(CONFIG);
    worked(3, 5);
    const [tip, told] = [git('rev-parse', 'HEAD'), toldIn(CONTROL_STREAM)];
    const applied = await kleiber('calibrate', '--apply', '--dry-run');
    expect(applied.out.trimEnd().split('\n').slice(-2)).toEqual([
      'would commit kleiber.yml: calibration: database EXEC → opus (3 of 5 reworked on sonnet)',
      'would put this review on record',
    ]);
    expect(await kleiber('calibrate', '--shadow', '--dry-run')).toMatchObject({
      code: 0,
      error: 'would watch database EXEC → opus (3 of 5 reworked on sonnet)\n',
    });
    const asJson = await kleiber('calibrate', '--apply', '--dry-run', '--json');
    expect([JSON.parse(asJson.out).kind, asJson.error.includes('would commit')]).toEqual(['calibration', true]);
    expect(readFileSync(join(root, 'kleiber.yml'), 'utf8')).toBe(CONFIG);
    expect([git('rev-parse', 'HEAD'), toldIn(CONTROL_STREAM)]).toEqual([tip, told]);
  });

  test('applied, it is one commit of one file that keeps its comments, is trusted, and is logged', async () => {
    settle(CONFIG);
    worked(3, 5);
    write('notes.txt', 'mine');
    const applied = await kleiber('calibrate', '--apply');
    expect(applied).toMatchObject({
      code: 0,
      error: 'committed kleiber.yml: calibration: database EXEC → opus (3 of 5 reworked on sonnet)\n',
    });
    expect(applied.out).toContain('applied; it counts from the next plan on');
    expect(readFileSync(join(root, 'kleiber.yml'), 'utf8')).toBe(
      '# ours\nrouting:\n  EXEC:\n    database: opus # so far\n',
    );
    expect(
      git('show', '--name-only', '--format=%s %an', 'HEAD')
        .split('\n')
        .filter(line => line !== ''),
    ).toEqual(['calibration: database EXEC → opus (3 of 5 reworked on sonnet) Ada', 'kleiber.yml']);
    expect(isTrusted(readTrusted(root), trusted())).toBe(true);
    expect(toldIn(CONTROL_STREAM)).toEqual([
      {
        kind: 'calibrated',
        by: 'Ada <ada@example.org>',
        changes: ['database EXEC → opus (3 of 5 reworked on sonnet)'],
        moves: [
          { agent: 'database', phase: 'EXEC', from: 'sonnet', to: 'opus', evidence: '3 of 5 reworked on sonnet' },
        ],
      },
    ]);
    expect((await kleiber('calibrate')).out).toContain('nothing to change');
  });

  test.each<[string, () => void, number, string]>([
    ['a plan is under way', () => happen(taskStream('p2-00'), created({ plan: 'p2' })), 1, 'p2: 1 task is open'],
    [
      'kleiber.yml has changes',
      () => {
        write('kleiber.yml', `${CONFIG}# more\n`);
        remember(trusted(), trustedFiles(root));
      },
      1,
      'kleiber.yml has changes that are not committed',
    ],
    [
      'kleiber.yml is not trusted',
      () => {
        write('kleiber.yml', `${CONFIG}# more\n`);
        git('commit', '-qam', 'more');
      },
      2,
      'kleiber.yml is not trusted',
    ],
    ['a person chooses each model', () => settle('routing: manual\n'), 2, 'routing is manual'],
  ])('is not applied while %s, and nothing is written', async (_name, hinder, code, said) => {
    settle(CONFIG);
    worked(3, 5);
    hinder();
    const before = [git('rev-parse', 'HEAD'), readFileSync(join(root, 'kleiber.yml'), 'utf8')];
    const applied = await kleiber('calibrate', '--apply');
    expect({ code: applied.code, isSaid: applied.error.includes(said) }).toEqual({ code, isSaid: true });
    expect([git('rev-parse', 'HEAD'), readFileSync(join(root, 'kleiber.yml'), 'utf8')]).toEqual(before);
    expect(toldIn(CONTROL_STREAM)).toEqual([]);
  });

  test('without a proposal, applying puts the review on record and no more', async () => {
    settle(CONFIG);
    worked(0, 5);
    const head = git('rev-parse', 'HEAD');
    expect((await kleiber('calibrate', '--apply')).out).toContain('the review is on record; the table stays as it is');
    expect([git('rev-parse', 'HEAD'), toldIn(CONTROL_STREAM)]).toEqual([
      head,
      [{ kind: 'calibrated', by: 'Ada <ada@example.org>', changes: [], moves: [] }],
    ]);
  });

  test('watched only, it changes nothing and says what it would have cost', async () => {
    settle(CONFIG);
    worked(3, 5);
    const { out } = await kleiber('calibrate', '--shadow');
    expect(out).toContain('p1-00  sonnet  → opus');
    expect(out).toContain('watched from now on and not used');
    expect(readFileSync(join(root, 'kleiber.yml'), 'utf8')).toBe(CONFIG);
    expect((await kleiber('calibrate')).out).toContain('not in use: database EXEC → opus (3 of 5 reworked on sonnet)');
  });

  test('watched only counts what the new row would have moved: a person’s choice stands', async () => {
    settle(CONFIG);
    worked(3, 5);
    happen(taskStream('p1-00'), { kind: 'overridden', by: 'Ada', to: 'sonnet', reason: 'enough' });
    const { out } = await kleiber('calibrate', '--shadow');
    expect([out.includes('p1-00  sonnet  → opus'), out.includes('p1-01  sonnet  → opus')]).toEqual([false, true]);
  });

  test('carries every attempt with its sort, complexity and quality', async () => {
    settle(CONFIG);
    worked(1, 1);
    const { attempts } = JSON.parse((await kleiber('calibrate', '--json')).out);
    expect(attempts).toMatchObject([
      {
        task: 'p1-00',
        attempt: 1,
        tier: 'sonnet',
        type: 'other',
        complexity: 2,
        came: 'red',
        quality: 30,
        cost_usd: '0.0042',
      },
      { task: 'p1-00', attempt: 2, tier: 'sonnet', came: 'landed', quality: 100 },
    ]);
  });

  test('is told of a note, and is due a week after the first work', async () => {
    settle(CONFIG);
    worked(0, 5);
    expect((await kleiber('note', 'databse', 'exec', 'locks')).error).toContain('did you mean database?');
    expect((await kleiber('note', 'DATABASE', 'exec', 'locks')).code).toBe(0);
    const { out } = await kleiber('calibrate');
    expect(out).toContain('INVESTIGATE. Ada <ada@example.org> noted: locks.');
  });

  test('is named by the status a week after the first work, until it is on record', async () => {
    settle(CONFIG);
    const baton = log();
    const event = created({ agent: 'database', plan: null });
    baton.append({ stream: taskStream('x-00'), seq: 1, at: '2026-01-01T12:00:00.000Z', event });
    baton.close();
    expect((await kleiber('status')).out).not.toContain('weekly review');
    happen(taskStream('x-00'), on('sonnet', 1), ...home(1));
    expect((await kleiber('status')).out).toMatch(/kleiber calibrate +the weekly review is due, \d+ days late/);
    expect(JSON.parse((await kleiber('status', '--json')).out)).toMatchObject({ review_due: true });
    await kleiber('calibrate', '--apply');
    expect((await kleiber('status')).out).not.toContain('weekly review');
  });

  test('metrics of the same work', async () => {
    settle(CONFIG);
    worked(3, 5);
    expect(JSON.parse((await kleiber('metrics', '--json')).out)).toMatchObject({
      overall: 'red',
      metrics: [
        { name: 'haiku output acceptable', total: 0, share: null, colour: 'not enough data' },
        { name: 'rework rate', hits: 3, total: 5, share: 0.6, colour: 'red' },
        { name: 'escalation', hits: 0, total: 5, colour: 'green' },
        { name: 'zone predictions', hits: 5, total: 5, colour: 'green' },
        { name: 'token logging', total: 0, colour: 'not enough data' },
      ],
      overrides: { hits: 0, total: 5 },
    });
    expect((await kleiber('metrics', '--plan', 'nope')).code).toBe(2);
  });
});

describe('a pilot', () => {
  const draft = (changes: object): string =>
    JSON.stringify({
      tasks: [
        {
          key: 'pages',
          agent: 'scribe',
          phase: 'EXEC',
          title: 'List the pages',
          priority: 'p1',
          depends_on: [],
          files: ['docs/pages.md'],
          architectural: false,
          complete_feature: false,
          repetitive: true,
          reversible: true,
          minutes: 5,
          risk: [],
          description: 'List every page with one line each.',
          acceptance_criteria: ['each page has its line'],
          context: '',
          constraints: '',
          technical_guidance: '',
          escalation_triggers: '',
          template: '',
          pattern: '',
          ...changes,
        },
      ],
    });
  const plan = async (changes: object, ...words: string[]) => {
    write('plan.json', draft(changes));
    return await kleiber('plan', '--from', join(root, 'plan.json'), '--pilot', ...words);
  };

  test('of easy work is written, keeps the table of its day, and names its four criteria', async () => {
    settle('routing:\n  PLAN:\n    api: opus\n');
    const { code, error } = await plan({}, '--yes');
    const id = /plan --undo (\w+)/.exec(error)?.[1] ?? '';
    expect({ code, isSaid: error.includes(`kleiber metrics --plan ${id}`) }).toEqual({ code: 0, isSaid: true });
    expect(toldIn(planStream(id))).toMatchObject([
      { kind: 'drafted' },
      { kind: 'planned', pilot: true, table: { PLAN: { api: 'opus' } } },
    ]);
    const { out } = await kleiber('metrics', '--plan', id);
    expect(out).toContain('· 1. haiku completes the work without major rework; 1 task is still open');
  });

  test('is refused with more than easy work, by code', async () => {
    const { code, error } = await plan(
      { agent: 'engineer-backend', files: ['src/backend/a.ts'], priority: 'p0' },
      '--yes',
    );
    expect(code).toBe(2);
    expect(error).toContain('engineer-backend is on sonnet in EXEC; a pilot takes agents of tier 1 (haiku) only');
    expect(error).toContain('p0 is critical; a pilot takes nothing critical');
  });
});
