/** Draws the pictures of the documents anew: `npm run pictures`. They are kept in git, so look at them before you commit them. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await buildPage(join(root, 'dist/page'));
const words = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'tests/board/pictures.test.ts'];
const { status } = spawnSync(process.execPath, words, {
  cwd: root,
  env: { ...process.env, KLEIBER_DRAW: '1' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
