/** What a command costs before it does anything. */
import { compareProcesses, kleiber, NODE, peakMemory, placeFor } from './measure.mjs';

export function* benchStart() {
  const place = placeFor('start');
  const times = compareProcesses({ node: NODE, version: kleiber('--version'), help: kleiber('--help') }, place, {
    rounds: 21,
  });
  for (const name of ['version', 'help']) {
    const words = kleiber(`--${name}`);
    yield { name: `kleiber --${name} against node -e 0`, value: times[name].ratio, unit: 'x', limit: 1.3 };
    yield { name: `kleiber --${name}: memory`, value: peakMemory(words, place), unit: 'MiB', limit: 55 };
  }
}
