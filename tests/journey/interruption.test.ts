/** Ctrl-C and `kill -9` in the middle of an attempt: the conversation goes on where it stopped, and the work lands once. */
import '../support/journey-patience.ts';
import { afterEach, expect, test } from 'vitest';
import type { MessagesRequest } from '../../src/rehearsal/request-shape.ts';
import { expectAllLanded, landingsOf, statusOf } from '../support/journey-checks.ts';
import { run, say, submit, type Turn, write } from '../support/journey-models.ts';
import type { Journey } from '../support/journey-rig.ts';
import { openSmall, small, TITLE } from '../support/journey-small.ts';

/** A turn that keeps its reply back once: it says when it was asked, and waits to be let go. */
function heldBack(reply: ReturnType<typeof write>[]): { turn: Turn; asked: Promise<void>; letGo(): void } {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  return {
    turn: async () => {
      asked.resolve();
      await gate.promise;
      return reply;
    },
    asked: asked.promise,
    letGo: () => gate.resolve(),
  };
}

let journey: Journey;
afterEach(() => journey.close());

const WORK = ['work', '--all', '--until-idle'] as const;

const FIRST: Turn = [say('First one half, then the other.'), write('lib/one.sh', 'one() { :; }\n')];
const LAST: readonly Turn[] = [[run('make test')], [submit('Both halves.')]];

/** What must be the same for the prompt cache, and for the model, in every request of one conversation. */
const frame = ({ model, system, tools }: MessagesRequest) => ({ model, system, tools });

async function expectLandedOnce(attempts: number): Promise<void> {
  const { tasks } = await expectAllLanded(journey, [TITLE]);
  expect(tasks.map(task => task.attempts)).toEqual([attempts]);
  expect(landingsOf(journey).map(({ attempt }) => attempt)).toEqual([String(attempts)]);
  expect(journey.git('ls-tree', '--name-only', 'HEAD', 'lib/').split('\n')).toEqual([
    'lib/base.sh',
    'lib/one.sh',
    'lib/two.sh',
  ]);
  expect(journey.git('log', '--format=%H', '--grep', 'Kleiber-Task: more', 'HEAD').split('\n')).toHaveLength(1);
}

test('Ctrl-C finishes the step, hands the task back with its work, and the same conversation goes on', async () => {
  const second = heldBack([write('lib/two.sh', 'two() { :; }\n')]);
  journey = await openSmall(small([FIRST, second.turn, ...LAST]));
  const worker = journey.start(WORK);
  await second.asked;
  worker.child.kill('SIGINT');
  await worker.said(/finishing the current step and handing back; once more stops at once\n/);
  second.letGo();
  const { code, stdout } = await worker.ended;
  expect(code).toBe(130);
  expect(stdout).toContain('attempt 1 ended: interrupted\n');
  const { tasks, today } = await statusOf(journey);
  expect(tasks.map(({ id, state }) => `${id} ${state}`)).toEqual(['more ready']);
  expect(Number(today.spent_usd)).toBeGreaterThan(0);
  expect(await journey.must('show', 'more')).toContain('  attempts 1, strikes 0, ');

  const before = journey.requests();
  await journey.must(...WORK);
  await expectLandedOnce(2);
  const [interrupted, resumed] = [before.at(-1), journey.requests()[before.length]];
  expect(interrupted && frame(interrupted)).toEqual(resumed && frame(resumed));
  const length = interrupted?.messages.length ?? 0;
  expect(resumed?.messages.slice(0, length)).toEqual(interrupted?.messages);
  // The reply that came before the end, and the result of its tool.
  expect(resumed?.messages.slice(length).map(({ role }) => role)).toEqual(['assistant', 'user']);
  expect(journey.requests()).toHaveLength(4);
});

test('Ctrl-C twice stops at once, and nothing that was saved is lost', async () => {
  const second = heldBack([write('lib/two.sh', 'two() { :; }\n')]);
  journey = await openSmall(small([FIRST, second.turn, ...LAST]));
  const worker = journey.start(WORK);
  await second.asked;
  worker.child.kill('SIGINT');
  await worker.said(/once more stops at once\n/);
  worker.child.kill('SIGINT');
  expect((await worker.ended).code).toBe(130);
  second.letGo();
  await journey.must(...WORK);
  const [, cut, again] = journey.requests();
  expect(again).toEqual(cut);
  expect(landingsOf(journey).map(({ attempt }) => attempt)).toEqual(['2']);
  // The reply that was cut off may have been billed in full, so it counts in full.
  expect(Number((await statusOf(journey)).today.spent_usd)).toBeGreaterThan(0);
});

test('after kill -9 the next run takes the task over, in the same conversation, and lands it exactly once', async () => {
  const second = heldBack([write('lib/two.sh', 'two() { :; }\n')]);
  journey = await openSmall(small([FIRST, second.turn, ...LAST]));
  const worker = journey.start(WORK);
  await second.asked;
  worker.child.kill('SIGKILL');
  expect((await worker.ended).code).toBe(null);
  second.letGo();
  expect((await statusOf(journey)).conducting).toBe(false);

  const { code, stdout, stderr } = await journey.kleiber(...WORK);
  expect(code).toBe(0);
  expect(stderr).toBe('more: its worker is gone; the work is kept and the task goes on\n');
  expect(stdout).toContain('attempt 2 on sonnet');
  const [, cut, again] = journey.requests();
  expect(again).toEqual(cut);
  expect(landingsOf(journey).map(({ attempt }) => attempt)).toEqual(['2']);
  expect(journey.git('show', 'HEAD:lib/one.sh')).toBe('one() { :; }');
  expect(journey.read('orchestration_log.md').match(/\| engineer-backend \| more \|/g)).toHaveLength(2);
  expect((await journey.kleiber('check')).code).toBe(0);
  expect(journey.git('status', '--porcelain')).toBe('');
});
