import { defineConfig } from 'vitest/config';
import { brokenBuild } from './tests/mutations/broken-build.ts';

export default defineConfig({
  plugins: brokenBuild(process.env.KLEIBER_MUTATION),
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a test is waiting for processes, so one more than there are cores.
    maxWorkers: 3,
  },
});
