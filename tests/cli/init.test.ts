import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkoutFiles } from '../../src/cli/checkout-files.ts';
import { type InitEdges, type InitOptions, init } from '../../src/cli/init.ts';
import { CLAUDE_SECTION } from '../../src/cli/init-offers.ts';
import { parseConfig } from '../../src/record/config-file.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const SHOP = {
  'package.json': JSON.stringify({ scripts: { test: 'node --test', start: 'node .' }, dependencies: { express: '1' } }),
  'src/server/index.ts': '',
  'src/components/Cart.tsx': '',
  'README.md': '# shop\n',
};

function repository(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'kleiber-init-'));
  folders.push(root);
  execFileSync('git', ['init', '-q', root]);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

interface Run {
  code: number;
  out: string[];
  notes: string[];
  trusted: string[];
}

const PLAIN: InitOptions = { dryRun: false, yes: false, json: false };

async function run(root: string, options: Partial<InitOptions>, more: Partial<InitEdges> = {}): Promise<Run> {
  const said: Omit<Run, 'code'> = { out: [], notes: [], trusted: [] };
  const code = await init(
    { ...PLAIN, ...options },
    {
      root,
      ...checkoutFiles(root),
      listFiles: async () =>
        execFileSync('git', ['-C', root, 'ls-files', '-z', '-co', '--exclude-standard'], { encoding: 'utf8' })
          .split('\0')
          .filter(path => path !== ''),
      trust: text => said.trusted.push(text),
      out: line => said.out.push(line),
      refuse: line => said.notes.push(line),
      ...more,
    },
  );
  return { code, ...said };
}

/** Every path with its kind and content, git's own folder left out. */
function treeOf(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(path => !/^\.git(?:\/|$)/.test(path));
  return Object.fromEntries(
    paths.sort().map(path => {
      const found = lstatSync(join(root, path));
      const text = found.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(root, path)))
            .digest('hex')
        : 'not a file';
      return [path, `${found.mode.toString(8)} ${text}`];
    }),
  );
}

const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

const NEW_FILES = [
  '.gitattributes',
  '.gitignore',
  'blocked/.gitkeep',
  'complete/.gitkeep',
  'kleiber.yml',
  'progress/.gitkeep',
  'tasks/.gitkeep',
];

describe('init', () => {
  test('writes what it found, trusts it, and a second run changes nothing', async () => {
    const root = repository(SHOP);
    const first = await run(root, { yes: true });
    expect({ code: first.code, notes: first.notes }).toEqual({ code: 0, notes: [] });
    const added = Object.keys(treeOf(root)).filter(path => !(path in SHOP) && lstatSync(join(root, path)).isFile());
    expect(added).toEqual(NEW_FILES);
    expect(read(root, '.gitignore')).toBe('node_modules/\n');
    expect(read(root, '.gitattributes')).toBe('orchestration_log.md merge=union\nreports/** linguist-generated=true\n');
    expect(first.trusted).toEqual([read(root, 'kleiber.yml')]);
    expect(parseConfig('kleiber.yml', read(root, 'kleiber.yml'))).toMatchObject({
      ok: true,
      value: {
        checks: [{ name: 'test', command: 'npm test' }],
        deps: ['node_modules'],
        roles: {
          'engineer-frontend': { paths: ['src/components/**'] },
          'engineer-backend': { paths: ['src/server/**'] },
          scribe: { paths: ['docs/**', '*.md'] },
        },
      },
    });
    const before = treeOf(root);
    expect(await run(root, { yes: true })).toEqual({
      code: 0,
      out: ['This repository is set up; there is nothing to write.'],
      notes: [],
      trusted: [],
    });
    expect(treeOf(root)).toEqual(before);
  });

  test('shows every file with its lines and every decision with its reason, and a dry run touches nothing', async () => {
    const root = repository(SHOP);
    const before = treeOf(root);
    const shown = await run(root, { dryRun: true, yes: true });
    const size = /kleiber\.yml\s+(\d+) lines/.exec(shown.out.join('\n'))?.[1];
    expect(shown).toEqual({
      code: 0,
      out: [
        'Found',
        '  test: npm test (script test of package.json)',
        '  dependency folders, bound read-only: node_modules',
        '  engineer-frontend may write src/components/**',
        '  engineer-backend may write src/server/**',
        '  scribe may write docs/**, *.md',
        '',
        'Would write (nothing outside this repository)',
        `  kleiber.yml        ${size} lines   checks, dependency folders, roles`,
        '  .gitignore         1 line     dependency folders stay out of commits',
        '  .gitattributes     2 lines    the log merges by union, reports fold',
        '  tasks/.gitkeep     0 lines    keeps the folder in git',
        '  progress/.gitkeep  0 lines    keeps the folder in git',
        '  complete/.gitkeep  0 lines    keeps the folder in git',
        '  blocked/.gitkeep   0 lines    keeps the folder in git',
      ],
      notes: [],
      trusted: [],
    });
    expect(treeOf(root)).toEqual(before);
    await run(root, { yes: true });
    expect(read(root, 'kleiber.yml').split('\n').length - 1).toBe(Number(size));
  });

  test('keeps an existing kleiber.yml, even a broken one, and adds only the lines that are missing', async () => {
    const root = repository({
      ...SHOP,
      'kleiber.yml': 'not: [right',
      '.gitignore': '# ours\r\n/node_modules\r\n',
      '.gitattributes': '*.png binary\r\norchestration_log.md merge=union',
      'tasks/engineer-backend/a.md': 'x',
    });
    const { code, out, trusted } = await run(root, { yes: true });
    expect({ code, out, trusted }).toEqual({
      code: 0,
      out: [
        'kleiber.yml is there and stays as it is.\n',
        'Would write (nothing outside this repository)',
        '  .gitattributes     +1 line    the log merges by union, reports fold',
        '  progress/.gitkeep  0 lines    keeps the folder in git',
        '  complete/.gitkeep  0 lines    keeps the folder in git',
        '  blocked/.gitkeep   0 lines    keeps the folder in git',
        '\nDone.\n  next   kleiber plan "what you want"\n  also   kleiber init --claude-md --sign-off',
      ],
      trusted: [],
    });
    expect(read(root, 'kleiber.yml')).toBe('not: [right');
    expect(read(root, '.gitignore')).toBe('# ours\r\n/node_modules\r\n');
    expect(read(root, '.gitattributes')).toBe(
      '*.png binary\r\norchestration_log.md merge=union\r\nreports/** linguist-generated=true\r\n',
    );
  });

  test('without a terminal and without --yes it shows, writes nothing, names the flag and exits 2', async () => {
    const root = repository(SHOP);
    const before = treeOf(root);
    const { code, notes, out } = await run(root, {});
    expect({ code, notes, isShown: out.includes('Would write (nothing outside this repository)') }).toEqual({
      code: 2,
      notes: ['Nothing was written: there is no terminal to ask on.\nfix   kleiber init --yes'],
      isShown: true,
    });
    expect(treeOf(root)).toEqual(before);
  });

  test('asks where somebody can answer: no writes nothing and exits 3, yes writes', async () => {
    const root = repository(SHOP);
    const before = treeOf(root);
    const asked: string[] = [];
    const answer = (value: boolean) => ({
      confirm: async (question: string) => {
        asked.push(question);
        return value;
      },
    });
    const declined = await run(root, {}, answer(false));
    expect({ code: declined.code, notes: declined.notes, tree: treeOf(root) }).toEqual({
      code: 3,
      notes: ['Nothing was written.'],
      tree: before,
    });
    expect((await run(root, {}, answer(true))).code).toBe(0);
    expect(asked).toEqual(['Write these 7 files?', 'Write these 7 files?']);
    expect(read(root, 'tasks/.gitkeep')).toBe('');
  });

  test('refuses every link and every wrong kind at once and writes nothing', async () => {
    const root = repository(SHOP);
    const outside = repository({ 'victim.yml': 'precious' });
    symlinkSync(join(outside, 'victim.yml'), join(root, 'kleiber.yml'));
    symlinkSync(outside, join(root, 'tasks'));
    symlinkSync(join(outside, 'nowhere'), join(root, '.gitignore'));
    mkdirSync(join(root, '.gitattributes'));
    writeFileSync(join(root, 'progress'), '');
    mkdirSync(join(root, 'blocked'));
    symlinkSync(join(outside, 'made'), join(root, 'blocked/.gitkeep'));
    const before = [treeOf(root), treeOf(outside)];
    expect(await run(root, { yes: true })).toEqual({
      code: 2,
      out: [],
      notes: [
        'kleiber.yml is a symbolic link; kleiber writes only inside this repository',
        '.gitignore is a symbolic link; kleiber writes only inside this repository',
        '.gitattributes is there and is not a file',
        'tasks is a symbolic link; kleiber writes only inside this repository',
        'progress is there and is not a folder',
        'blocked/.gitkeep is a symbolic link; kleiber writes only inside this repository',
        'Nothing was written.\nfix   move what is in the way, then   kleiber init',
      ],
      trusted: [],
    });
    expect([treeOf(root), treeOf(outside)]).toEqual(before);
  });

  test('refuses an ignore file that is not text, because writing it back would change it', async () => {
    const root = repository(SHOP);
    writeFileSync(join(root, '.gitignore'), new Uint8Array([0x66, 0xff, 0xfe, 0x0a]));
    const { code, notes } = await run(root, { yes: true });
    expect({ code, first: notes[0] }).toEqual({ code: 2, first: '.gitignore cannot be read as text' });
  });

  test('does not follow a manifest that is a link', async () => {
    const root = repository({ 'src/a.ts': '' });
    const outside = repository({ 'package.json': JSON.stringify({ scripts: { test: 'curl x' } }) });
    symlinkSync(join(outside, 'package.json'), join(root, 'package.json'));
    const { out } = await run(root, { dryRun: true, json: true });
    expect(JSON.parse(out.join('\n'))).toMatchObject({ checks: [] });
  });

  test('--json prints one document on standard output and nothing else', async () => {
    const root = repository({ Makefile: 'check:\n\t./t\n', 'main.c': '' });
    const { code, out, notes } = await run(root, { json: true, yes: true });
    expect({ code, notes, lines: out.length }).toEqual({ code: 0, notes: [], lines: 1 });
    expect(JSON.parse(out[0] ?? '')).toEqual({
      schemaVersion: 1,
      kind: 'init',
      written: true,
      files: [
        { path: 'kleiber.yml', action: 'create', lines: read(root, 'kleiber.yml').split('\n').length - 1 },
        { path: '.gitattributes', action: 'create', lines: 2 },
        ...['tasks', 'progress', 'complete', 'blocked'].map(folder => ({
          path: `${folder}/.gitkeep`,
          action: 'create',
          lines: 0,
        })),
      ],
      checks: [{ name: 'test', command: 'make check' }],
      coverage: null,
      deps: [],
      roles: { 'engineer-backend': ['*.c'], scribe: ['docs/**', '*.md'] },
      reasons: [
        'test: make check (target check of Makefile)',
        'engineer-frontend has no folder of its kind here, so it may write what its task names',
        'engineer-backend may write *.c',
        'scribe may write docs/**, *.md',
      ],
    });
  });

  test('leaves dependency folders alone that an ignore file names already, here or below', async () => {
    const root = repository({
      'package.json': '{}',
      'apps/web/package.json': '{}',
      'apps/web/.gitignore': 'node_modules\n',
      'apps/cli/package.json': '{}',
      'apps/cli/.gitignore': '/dist\n',
      'api/requirements.txt': 'flask\n',
      '.gitignore': '**/.venv/\n/node_modules/\n',
    });
    await run(root, { yes: true });
    expect(read(root, '.gitignore')).toBe('**/.venv/\n/node_modules/\nnode_modules/\n');
  });

  test('shows a hostile file name with its escapes visible', async () => {
    const root = repository({ 'a\u001b[31mb/package.json': JSON.stringify({ scripts: { test: 'x' } }) });
    const { out } = await run(root, { dryRun: true });
    expect(out.filter(line => line.includes('\u001b'))).toEqual([]);
    expect(out).toContainEqual(expect.stringContaining('a\\u{1b}[31mb'));
  });
});

describe('what is written only when it is asked for', () => {
  const today = { today: () => '2026-11-21' };

  test('the section for CLAUDE.md is shown, appended to what stands there, and never twice', async () => {
    const root = repository({ ...SHOP, 'CLAUDE.md': '# Ours\n\nUse tabs.' });
    const { out } = await run(root, { yes: true, claudeMd: true });
    const text = readFileSync(join(root, 'CLAUDE.md'), 'utf8');
    expect(text).toBe(`# Ours\n\nUse tabs.\n\n${CLAUDE_SECTION}`);
    expect(out.join('\n')).toContain('The section for CLAUDE.md\n  ## Which model does what (kleiber)');
    expect((await run(root, { yes: true, claudeMd: true })).out).toEqual([
      'This repository is set up; there is nothing to write.',
    ]);
    expect(readFileSync(join(root, 'CLAUDE.md'), 'utf8')).toBe(text);
  });

  test('the sign-off list is asked point by point, and the answers are kept as the next decision', async () => {
    const root = repository({ ...SHOP, 'docs/decisions/0007-tabs.md': '# 7. Tabs\n' });
    const asked: string[] = [];
    const confirm = async (question: string): Promise<boolean> => {
      asked.push(question);
      return !question.startsWith('Haiku may');
    };
    const { code } = await run(root, { signOff: true }, { confirm, ...today });
    const text = readFileSync(join(root, 'docs/decisions/0008-how-models-are-allocated.md'), 'utf8');
    expect([code, asked.length]).toEqual([0, 7]);
    expect(text.split('\n').slice(0, 5)).toEqual([
      '# 8. How models are allocated',
      '',
      'Date: 2026-11-21',
      '',
      '1 of 6 points are not agreed; settle them before the first plan.',
    ]);
    expect(text.match(/^- \[.\]/gm)).toEqual(['- [x]', '- [x]', '- [x]', '- [ ]', '- [x]', '- [x]']);
    expect((await run(root, { signOff: true }, { confirm, ...today })).code).toBe(0);
    expect(asked.length).toBe(7);
  });

  test('with --yes the points are agreed to as a whole, and the decision says so; with nobody to ask nothing is written', async () => {
    const root = repository(SHOP);
    const refused = await run(root, { signOff: true });
    expect([refused.code, refused.notes]).toEqual([
      2,
      [
        'Nothing was written: the sign-off list needs answers, and there is no terminal to ask on.\nfix   kleiber init --sign-off --yes   (agrees to all of it)',
      ],
    ]);
    expect(Object.keys(treeOf(root)).sort()).toEqual(Object.keys(treeOf(repository(SHOP))).sort());
    await run(root, { signOff: true, yes: true }, today);
    const text = readFileSync(join(root, 'docs/decisions/0001-how-models-are-allocated.md'), 'utf8');
    expect(text).toContain('Agreed to as a whole (`--yes`); nobody was asked point by point.');
    expect(text).not.toContain('- [ ]');
  });

  test('a CLAUDE.md that is a link stands in the way only when it is to be written', async () => {
    const root = repository(SHOP);
    symlinkSync('README.md', join(root, 'CLAUDE.md'));
    expect((await run(root, { dryRun: true })).code).toBe(0);
    expect((await run(root, { dryRun: true, claudeMd: true })).notes[0]).toBe(
      'CLAUDE.md is a symbolic link; kleiber writes only inside this repository',
    );
  });
});
