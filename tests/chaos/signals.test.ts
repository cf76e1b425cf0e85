/** What else ends a process or confuses it: hang-ups, a closed terminal, a clock that jumps, a pid used again, a reboot. */
import '../support/journey-patience.ts';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { landedTasks } from '../support/chaos-journeys.ts';
import { expectAllLanded } from '../support/journey-checks.ts';
import { run, say, submit, type Turn, write } from '../support/journey-models.ts';
import { packedPackage } from '../support/journey-package.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall, small, TITLE } from '../support/journey-small.ts';

const PYTHON = '/usr/bin/python3';
const JUMPING_CLOCK = fileURLToPath(new URL('../../scripts/chaos/jumping-clock.mjs', import.meta.url));
const WORK = ['work', '--all', '--until-idle'] as const;

let journey: Journey;
afterEach(() => journey.close());

/** The small task whose second reply waits to be let go. */
async function openHeld(): Promise<{ asked: Promise<void>; letGo(): void }> {
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const second: Turn = async () => {
    asked.resolve();
    await gate.promise;
    return [write('lib/two.sh', 'two() { :; }\n')];
  };
  const first: Turn = [say('One half, then the other.'), write('lib/one.sh', 'one() { :; }\n')];
  journey = await openSmall(small([first, second, [run('make test')], [submit('Both halves.')]]));
  return { asked: asked.promise, letGo: () => gate.resolve() };
}

async function expectOneConversation(): Promise<void> {
  await journey.must(...WORK);
  await expectAllLanded(journey, [TITLE]);
  expect(journey.requests()).toHaveLength(4);
}

describe('asked to end', () => {
  test.each([
    ['SIGHUP', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s it finishes the step, ends with %s, and the same conversation goes on',
    async (signal, expected) => {
      const held = await openHeld();
      const worker = journey.start(WORK);
      await held.asked;
      worker.child.kill(signal);
      await worker.said(/finishing the current step and handing back/);
      held.letGo();
      expect((await worker.ended).code).toBe(expected);
      await expectOneConversation();
    },
  );

  test.skipIf(!hasPython())('by a terminal that is closed it does the same, with nobody to tell', async () => {
    const held = await openHeld();
    const terminal = spawn(PYTHON, ['-c', IN_A_TERMINAL, process.execPath, packedPackage().launcher, ...WORK], {
      cwd: journey.repository,
      env: journey.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let told = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await held.asked;
    terminal.stdin.write('close it\n');
    while (!told.includes('closed')) await once(terminal.stdout, 'data');
    held.letGo();
    await once(terminal, 'close');
    expect(told).toBe('closed\nexit code 130\n');
    await expectOneConversation();
  });
});

/** Opens a terminal, runs a command in it, closes the terminal when it is told to, and says how the command ended. */
const IN_A_TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
sys.stdin.readline()
os.close(terminal)
print('closed', flush=True)
_, status = os.waitpid(pid, 0)
print('exit code', os.waitstatus_to_exitcode(status))
`;

function hasPython(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import pty']);
    return true;
  } catch {
    return false; // then only the signal itself is tested
  }
}

test('a clock that jumps by a day, back and forth, delays nothing and costs nothing', async () => {
  journey = await openSmall();
  const node = [process.execPath, '--import', JUMPING_CLOCK, packedPackage().launcher];
  const began = performance.now();
  expect((await journey.startOther([...node, 'conduct', '--until-idle']).ended).code).toBe(0);
  expect(performance.now() - began).toBeLessThan(60_000);
  expect(landedTasks(journey)).toEqual(['more']);
  const ledger = new DatabaseSync(join(journey.home, '.local/state/kleiber/ledger.db'), { readOnly: true });
  const open = ledger.prepare('SELECT count(*) AS count FROM reservations WHERE settled IS NULL').get();
  ledger.close();
  expect({ ...open }).toEqual({ count: 0 });
  expect(journey.server.billed().replies).toBe(journey.requests().length);
});

describe('after kill -9, an owner in the log', () => {
  /** Makes the dead worker somebody else in everything that was written: `change` is SQL on the text. */
  function forge(change: string): void {
    const database = new DatabaseSync(join(journey.repository, '.git/kleiber/state.db'));
    database.exec(
      `UPDATE events SET event = ${change.replaceAll('TEXT', 'event')}; UPDATE lanes SET owner = ${change.replaceAll('TEXT', 'owner')}`,
    );
    database.close();
  }

  test.each([
    [
      'of an earlier boot, whose pid runs again',
      `json_replace(TEXT, '$.owner.bootId', 'an earlier boot', '$.bootId', 'an earlier boot', '$.owner.pid', ${process.pid}, '$.pid', ${process.pid})`,
    ],
    ['whose pid another process has now', `json_replace(TEXT, '$.owner.pid', ${process.pid}, '$.pid', ${process.pid})`],
  ])('%s is dead, and its task goes on at once', async (_case, change) => {
    const held = await openHeld();
    const worker = journey.start(WORK);
    await held.asked;
    worker.child.kill('SIGKILL');
    await worker.ended;
    held.letGo();
    forge(change);
    const { code, stderr } = await journey.kleiber(...WORK);
    expect([code, stderr]).toEqual([0, 'more: its worker is gone; the work is kept and the task goes on\n']);
    expect(landedTasks(journey)).toEqual(['more']);
  });
});
