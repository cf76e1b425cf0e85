import { expect, test } from 'vitest';
import { tellIfSlow } from '../../src/domain/slow.ts';

/** Sleeps until the test wakes it, or until it is told to stop. */
function bed() {
  const waking: (() => void)[] = [];
  const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      waking.push(resolve);
      signal?.addEventListener('abort', () => resolve());
    });
  const wake = (): void => {
    for (const resolve of waking) resolve();
  };
  return { sleep, wake };
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('what takes long is told of once, and gives what it gives', async () => {
  const [clock, said] = [bed(), [] as string[]];
  const { promise, resolve } = Promise.withResolvers<number>();
  const told = tellIfSlow(promise, 'still at it', clock, text => said.push(text));
  expect(said).toEqual([]);
  clock.wake();
  await settled();
  expect(said).toEqual(['still at it']);
  resolve(7);
  expect(await told).toBe(7);
  expect(said).toEqual(['still at it']);
});

test('what is quick is not told of, nor what fails quickly', async () => {
  const [clock, said] = [bed(), [] as string[]];
  const notice = (text: string): unknown => said.push(text);
  expect(await tellIfSlow(Promise.resolve('done'), 'still at it', clock, notice)).toBe('done');
  await expect(tellIfSlow(Promise.reject(new Error('no')), 'still at it', clock, notice)).rejects.toThrow('no');
  await settled();
  expect(said).toEqual([]);
});
