/**
 * `npm run load [-- --tasks 1000 --workers 8,32,64 --files 10000]`: so many workers in one process on so many tasks against the
 * embedded server, with time, throughput, memory, and whether anything was lost; then what `status`, `check` and
 * `conduct --once` take where so many task files lie.
 */
import { parseArgs } from 'node:util';
import { runLoad } from '../tests/support/chaos-load.ts';
import { kleiber, median, packageFolder, peakMemory, placeFor, removeFolders, timeProcess } from './bench/measure.mjs';
import { writeTasks } from './bench/tasks.mjs';

const OPTIONS = { tasks: '1000', workers: '8,32,64', files: '10000' };
const say = line => process.stdout.write(`${line}\n`);
const seconds = ms => `${(ms / 1000).toFixed(1)} s`;

function sayLoad(report) {
  const { workers, tasks, tookMs, tasksPerMinute, medianMs, p95Ms, heapFirstMb, heapLastMb, rssMb } = report;
  say(`
${workers} workers, ${tasks} tasks: ${seconds(tookMs)}, ${tasksPerMinute.toFixed(0)} tasks a minute
  claimed to landed   median ${seconds(medianMs)}, p95 ${seconds(p95Ms)}
  heap                ${heapFirstMb.toFixed(1)} MB after the first tenth, ${heapLastMb.toFixed(1)} MB after the last: ${(heapLastMb / heapFirstMb).toFixed(2)} times
  resident            ${rssMb.toFixed(0)} MB at most`);
  for (const { name, ok, detail } of report.findings)
    say(`  ${ok ? ' ok ' : 'BAD '} ${name}${ok ? '' : `\n${detail}`}`);
  return report.findings.every(({ ok }) => ok) && heapLastMb <= heapFirstMb * 1.3;
}

/** The second look at the same files is the usual one: an index remembers the first. */
function sayCommands(files) {
  const place = placeFor('many');
  writeTasks(place.repository, files);
  place.git('add', '-A');
  place.git('commit', '-qm', 'first');
  place.environment.ANTHROPIC_API_KEY = 'none';
  say(`\n${files} task files`);
  for (const words of [['status'], ['check'], ['conduct', '--once', '--no-workers', '--no-sandbox']]) {
    const first = timeProcess(kleiber(...words), place);
    const later = median(Array.from({ length: 5 }, () => timeProcess(kleiber(...words), place)));
    const memory = peakMemory(kleiber(...words), place);
    say(
      `  ${words.slice(0, 2).join(' ').padEnd(16)} ${seconds(first)} the first time, then ${seconds(later)}, ${memory.toFixed(0)} MB`,
    );
  }
}

async function main() {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  const { values } = parseArgs({ options });
  packageFolder();
  const [, launcher] = kleiber();
  let isGood = true;
  for (const workers of values.workers.split(',').map(Number))
    isGood = sayLoad(await runLoad({ launcher, workers, tasks: Number(values.tasks) })) && isGood;
  sayCommands(Number(values.files));
  return isGood ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  removeFolders();
}
