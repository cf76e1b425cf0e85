import { expect, test } from 'vitest';
import { besideTheTicks } from '../../src/conductor/beside.ts';

/** A job that is over when the test says so. */
function job() {
  const over = Promise.withResolvers<boolean>();
  const slots: number[] = [];
  const work = (slot: number): Promise<boolean> => {
    slots.push(slot);
    return over.promise;
  };
  return { ...over, slots, work };
}

test('a job goes on while its caller does, once under each name, each in a slot of its own', async () => {
  const beside = besideTheTicks(2);
  const [a, b, c] = [job(), job(), job()];
  expect(await beside.begin('a', a.work)).toBe(false);
  await beside.begin('a', a.work);
  await beside.begin('b', b.work);
  await beside.begin('c', c.work);
  expect([a.slots, b.slots, c.slots, beside.isBusy()]).toEqual([[1], [2], [], true]);
  a.resolve(true);
  expect(await beside.next()).toBe(true);
  await beside.begin('c', c.work);
  expect(c.slots).toEqual([1]);
  b.resolve(false);
  expect(await beside.next()).toBe(false);
  c.resolve(true);
  expect([await beside.next(), beside.isBusy(), await beside.next()]).toEqual([true, false, false]);
});

test('a job that cannot begin takes no place', async () => {
  const beside = besideTheTicks(1);
  await beside.begin('a', () => null);
  expect(beside.isBusy()).toBe(false);
});

test('a job that throws ends the run at the next look', async () => {
  const beside = besideTheTicks(1);
  const a = job();
  await beside.begin('a', a.work);
  a.reject(new Error('bug'));
  await expect(beside.next()).rejects.toThrow('bug');
  expect(beside.isBusy()).toBe(false);
});
