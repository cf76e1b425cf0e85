/** Which tasks can go on side by side: wave 1 needs nothing, wave n something of wave n-1. */
import type { CardView } from '../../src/board/view.ts';

/** A circle typed by hand ends where it closes. */
export function wavesOf(tasks: readonly Pick<CardView, 'id' | 'dependsOn'>[]): Map<string, number> {
  const needs = new Map(tasks.map(({ id, dependsOn }) => [id, dependsOn]));
  const waves = new Map<string, number>();
  const waveOf = (id: string): number => {
    const known = waves.get(id);
    if (known !== undefined) return known;
    waves.set(id, 1);
    const before = (needs.get(id) ?? []).filter(other => needs.has(other)).map(waveOf);
    const wave = 1 + Math.max(0, ...before);
    waves.set(id, wave);
    return wave;
  };
  for (const { id } of tasks) waveOf(id);
  return waves;
}
