/** The architecture as a test: what no compiler forbids, and what would erode in silence. */
import { describe, expect, test } from 'vitest';
import {
  buckets,
  circles,
  longFiles,
  longFunctions,
  missingFiles,
  strangeFolders,
  strayPackages,
  unreachable,
  worldUses,
  wrongArrows,
  wrongExports,
} from './support/house-rules.ts';
import { readSource, readSources, type Source } from './support/house-sources.ts';

/** Violations that stand for a reason: the start of the line that a rule prints, and why. */
const EXCEPTIONS: Record<string, string> = {};

const withoutExceptions = (violations: string[]): string[] =>
  violations.filter(violation => !Object.keys(EXCEPTIONS).some(start => violation.startsWith(start)));

const sourcesOf = (texts: Record<string, string>): Source[] =>
  Object.entries(texts).map(([path, text]) => readSource(path, text));

describe('the sources keep the house rules', () => {
  const sources = readSources();

  test.each([
    ['every folder lies on a floor', strangeFolders],
    ['imports go down only', wrongArrows],
    ['every imported file is there', missingFiles],
    ['there is no circle of imports, types included', circles],
    ['every module is reached from src/main.ts', (all: Source[]) => unreachable(all, 'src/main.ts')],
    ['clock, environment, exit and console are named in main.ts and cli/ alone', worldUses],
    ['every package is imported at its one edge', strayPackages],
    ['exports are named, one by one', wrongExports],
    ['no file or folder is a bucket', buckets],
    ['no function is longer than 80 lines', longFunctions],
    ['no file is longer than 300 lines', longFiles],
  ])('%s', (_rule, judge) => {
    expect(withoutExceptions(judge(sources))).toEqual([]);
  });

  test('every exception is still needed', () => {
    const all = [wrongArrows, worldUses, strayPackages, longFunctions, longFiles].flatMap(judge => judge(sources));
    expect(Object.keys(EXCEPTIONS).filter(start => !all.some(violation => violation.startsWith(start)))).toEqual([]);
  });
});

describe('the rules themselves see a violation', () => {
  test('an arrow upwards, sideways, and from the rehearsal to what it measures', () => {
    const sources = sourcesOf({
      'src/policy/a.ts': "import type { B } from '../record/b.ts';\nimport { c } from '../domain/c.ts';",
      'src/agent/d.ts': "import { e } from '../worker/e.ts';\nimport { a } from '../policy/a.ts';",
      'src/rehearsal/f.ts': "import { g } from '../model/g.ts';",
    });
    expect(wrongArrows(sources)).toEqual([
      'src/policy/a.ts -> src/record/b.ts',
      'src/agent/d.ts -> src/worker/e.ts',
      'src/rehearsal/f.ts -> src/model/g.ts',
    ]);
  });

  test('a circle of types, and an import of a type in the middle of a line', () => {
    const sources = sourcesOf({
      'src/domain/a.ts': "import type { B } from './b.ts';",
      'src/domain/b.ts': "export type B = import('./a.ts').A;",
    });
    expect(circles(sources)).toEqual(['src/domain/a.ts -> src/domain/b.ts -> src/domain/a.ts']);
  });

  test('a module that nothing reaches, while a lazy import reaches', () => {
    const sources = sourcesOf({
      'src/main.ts': "await import('./cli/a.ts');",
      'src/cli/a.ts': "export { b } from './b.ts';",
      'src/cli/b.ts': '',
      'src/cli/c.ts': "import './b.ts';",
    });
    expect(unreachable(sources, 'src/main.ts')).toEqual(['src/cli/c.ts']);
  });

  test('an import of a file that is not there, and a folder of no floor', () => {
    const sources = sourcesOf({ 'src/web/a.ts': "import '../domain/gone.ts';" });
    expect([...missingFiles(sources), ...strangeFolders(sources)]).toEqual([
      'src/web/a.ts -> src/domain/gone.ts',
      'src/web/a.ts lies on no floor',
    ]);
  });

  test('the world in each of its forms, not in a comment, a string or a date made from a value', () => {
    const text = [
      '// Date.now() and console.log',
      "const words = 'process.env';",
      'const day = new Date(words);',
      'const a = Date.now();',
      'const b = new Date();',
      'const c = performance.now();',
      "const d = process.env.HOME ?? process['env'];",
      'process.exit(1);',
      "console.error('x');",
      'const { env } = process;',
      "import { env as e } from 'node:process';",
    ].join('\n');
    expect(worldUses(sourcesOf({ 'src/model/a.ts': text, 'src/cli/b.ts': text }))).toEqual([
      'src/model/a.ts:4: Date.now',
      'src/model/a.ts:5: new Date()',
      'src/model/a.ts:6: performance.now',
      'src/model/a.ts:7: process.env',
      'src/model/a.ts:7: process.env',
      'src/model/a.ts:8: process.exit',
      'src/model/a.ts:9: console.error',
      'src/model/a.ts:10: parts of process',
      'src/model/a.ts:11: import of env from node:process',
    ]);
  });

  test('a package away from home, one without a home, and the world in a pure folder', () => {
    const sources = sourcesOf({
      'src/model/a.ts': "import Anthropic from '@anthropic-ai/sdk/client';\nimport * as z from 'zod';",
      'src/agent/b.ts': "import type { Message } from '@anthropic-ai/sdk';\nimport leftPad from 'left-pad';",
      'src/policy/c.ts': "import { readFileSync } from 'node:fs';\nimport { createHash } from 'node:crypto';",
      'src/worker/d.ts': "const { spawn } = await import('node:child_process');",
    });
    expect(strayPackages(sources)).toEqual([
      'src/agent/b.ts imports @anthropic-ai/sdk',
      'src/agent/b.ts imports left-pad',
      'src/policy/c.ts imports node:fs',
      'src/worker/d.ts imports node:child_process',
    ]);
  });

  test('default exports, star exports and buckets', () => {
    const sources = sourcesOf({ 'src/agent/utils.ts': "export * from './a.ts';\nexport default 1;" });
    expect([...wrongExports(sources), ...buckets(sources)]).toEqual([
      'src/agent/utils.ts:1: export *',
      'src/agent/utils.ts:2: export default',
      'src/agent/utils.ts',
    ]);
  });

  test('a function of 81 lines and a file of 301, not one of 80 and 300', () => {
    const body = (lines: number): string => `const long = () => {\n${'  1;\n'.repeat(lines - 2)}};\n`;
    const sources = sourcesOf({
      'src/agent/a.ts': body(81),
      'src/agent/b.ts': body(80) + '// more\n'.repeat(220),
      'src/agent/c.ts': '// more\n'.repeat(301),
    });
    expect([...longFunctions(sources), ...longFiles(sources)]).toEqual([
      'src/agent/a.ts:1 long has 81 lines',
      'src/agent/c.ts has 301 lines',
    ]);
  });
});
