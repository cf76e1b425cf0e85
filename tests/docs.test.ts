import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/cli/commands.ts';
import { runProgram } from '../src/cli/program.ts';
import { type Stage, setStage } from '../src/cli/rehearsal-stage.ts';
import { must } from './support/git-sandbox.ts';
import { visit } from './support/rehearsal-context.ts';
import { whySkipped } from './support/shell-sandbox.ts';

const ROOT = join(import.meta.dirname, '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
];

/** Every line of every shell block, with the page it stands on. */
const shellLines = pages.flatMap(page =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(block =>
    (block[1] ?? '')
      .trim()
      .split('\n')
      .map(line => ({ page, line })),
  ),
);

/** A command that would ask or go on for ever is given the flag with which a script would call it. */
const UNATTENDED: Record<string, string[]> = {
  init: ['--yes'],
  plan: ['--dry-run'],
  conduct: ['--dry-run'],
  work: ['--dry-run'],
};

const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2] ?? '');

const here = visit();

describe.skipIf(whySkipped !== null)('every command block of the documents runs', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = must(await setStage({ dir: join(here.folder, 'shop'), speed: 500 }, here.context));
  });

  afterAll(async () => {
    await stage.strike(true);
  });

  it.each(shellLines.filter(({ line }) => line.startsWith('kleiber ')))('$page: $line', async ({ line }) => {
    const [, command = '', ...rest] = words(line);
    const code = await runProgram([command, ...rest, ...(UNATTENDED[command] ?? [])], stage.context);
    expect({ code, printed: code === 0 ? '' : here.printed() }).toEqual({ code: 0, printed: '' });
  });

  it.each(shellLines.filter(({ line }) => line.startsWith('git ')))('$page: $line', ({ line }) => {
    expect(execFileSync('bash', ['-c', line], { cwd: join(here.folder, 'shop'), encoding: 'utf8' })).toContain(' ');
  });
});

it.each(shellLines.filter(({ line }) => line.startsWith('npm ')))(
  '$page: $line is a script of package.json',
  ({ line }) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(scripts)).toContain(words(line).filter(word => word !== 'run')[1]);
  },
);

afterAll(() => rmSync(here.folder, { recursive: true, force: true }));

it('there is no other kind of line in the shell blocks', () => {
  expect(shellLines.filter(({ line }) => !/^(kleiber|git|npm) /.test(line))).toEqual([]);
});

const examples = COMMANDS.flatMap(({ name, examples, load }) => examples.map(example => ({ name, example, load })));

it.each(examples)('the help example "$example" names options that $name has', async ({ name, example, load }) => {
  const command = new Command(name);
  (await load()).define(command, here.context, () => undefined);
  const options = command.options.flatMap(({ short, long }) => [short, long]);
  expect(words(example).filter(word => word.startsWith('-') && !options.includes(word))).toEqual([]);
});
