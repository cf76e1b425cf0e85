import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { brokenBuild } from './tests/mutations/broken-build.ts';

/** Folders of tests that take long, because in them whole houses live; what is quick fills the gaps at the end. */
const SLOW =
  /\/tests\/(?:kill|chaos|conductor|journey|starved|rehearsal|worker|board|package|mutations|cli|lied|api)\b/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification): boolean => SLOW.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter(file => !isSlow(file))];
  }
}

export default defineConfig({
  plugins: brokenBuild(process.env.KLEIBER_MUTATION),
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a test is waiting for processes, so one more than there are cores.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
  },
});
