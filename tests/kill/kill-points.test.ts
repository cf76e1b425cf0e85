/** Death at every durable write of whole lives: whatever the moment, everything lands exactly once and nothing is left lying. */
import { expect, test } from 'vitest';
import { cutAt, type Life, type Outcome, undisturbed } from '../support/house-rig-life.ts';
import { LIVES } from '../support/house-rig-lives.ts';
import { rotating } from '../support/rotation.ts';

/** In the full run every life is cut at every point; else some lives, each at a few points, the first by a seed of its own. */
const IS_FULL = process.env.KLEIBER_FULL === '1';
const LIVES_PER_RUN = 2;
const CUTS = 3;
const AT_ONCE = 3;

function chosen(points: number, seed: number): number[] {
  const step = IS_FULL ? 1 : Math.ceil(points / CUTS);
  const all = Array.from({ length: points }, (_, point) => point);
  return all.filter(point => point % step === (seed * 7) % step);
}

/** What differs from a life without a cut, by the point of the cut. */
async function differences(point: number, life: Life, expected: Outcome): Promise<string[]> {
  const { point: name, outcome } = await cutAt(point, life);
  const entries = Object.entries(outcome);
  const differing = entries.filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(expected, key)),
  );
  return differing.map(([key, value]) => `${point}, ${name}: ${key} is ${JSON.stringify(value)}`);
}

const lives = Object.entries(LIVES).map(([name, life], seed) => ({ name, life, seed }));

test.each(rotating(lives, LIVES_PER_RUN))(
  '$name: lands once and leaves nothing behind, wherever it is cut',
  { timeout: 1_800_000 },
  async ({ life, seed }) => {
    const { points, outcome } = await undisturbed(life);
    expect(outcome).toMatchObject({ delivered: true, checkout: '', lanes: [], rowsTwice: [], openReservations: 0 });
    expect(outcome.landings).toEqual(Object.keys(outcome.board));
    const left = chosen(points.length, seed);
    const wrong: string[] = [];
    const cutSome = async (): Promise<void> => {
      for (let point = left.shift(); point !== undefined; point = left.shift())
        wrong.push(
          ...(await differences(point, life, outcome).catch((error: unknown) => [
            `${point}, ${points[point ?? 0]}: ${error}`,
          ])),
        );
    };
    await Promise.all(Array.from({ length: AT_ONCE }, cutSome));
    expect(wrong).toEqual([]);
  },
);
