/**
 * Every reader and parser under hostile input, for as many cases as wanted: `npm run fuzz -- [--cases N] [--seed S]`. A failure
 * prints its seed and the smallest input that shows it. The short form of the same properties is part of `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** One of the properties goes over a socket and takes a fifth of the cases of the others. */
const PROPERTIES = 25;
const SLOW_SHARE = 0.2;
const DEFAULT_CASES = 125_000;

const { values } = parseArgs({ options: { cases: { type: 'string' }, seed: { type: 'string' } } });
const cases = Number(values.cases ?? DEFAULT_CASES);
const seed = Number(values.seed ?? 20_261_121);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: npm run fuzz -- [--cases N] [--seed S]\n');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'kleiber-fuzz-'));
try {
  const runs = Math.ceil(cases / (PROPERTIES - 1 + SLOW_SHARE));
  const report = join(folder, 'report.json');
  const env = { ...process.env, KLEIBER_FUZZ_RUNS: String(runs), KLEIBER_FUZZ_SEED: String(seed) };
  const started = performance.now();
  const words = [
    'run',
    'tests/fuzz',
    '--testTimeout=3600000',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = spawnSync(process.execPath, [vitest, ...words], { cwd: root, env, stdio: 'inherit' });
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `${numPassedTests} of ${numTotalTests} properties held, ${Math.ceil(runs * (PROPERTIES - 1 + SLOW_SHARE))} cases, seed ${seed}, ${seconds} s\n`,
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
