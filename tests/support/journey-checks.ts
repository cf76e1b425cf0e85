/** What must be true after every journey that went well, whatever the repository is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as z from 'zod';
import { usdText } from '../../src/domain/money.ts';
import { BUILT_IN_PRICES, costOf } from '../../src/model/prices.ts';
import type { Journey } from './journey-rig.ts';

const statusSchema = z.object({
  branch: z.string().nullable(),
  conducting: z.boolean(),
  trusted: z.boolean(),
  file_faults: z.number(),
  undelivered: z.string().nullable(),
  baseline: z.string().nullable(),
  today: z.object({ spent_usd: z.string(), cap_usd: z.string(), zone: z.string() }),
  tasks: z.array(
    z.object({
      id: z.string(),
      agent: z.string(),
      title: z.string(),
      state: z.string(),
      attempts: z.number(),
      cost_usd: z.string(),
      commit: z.string().nullable(),
    }),
  ),
});
export type Status = z.infer<typeof statusSchema>;

export const statusOf = async (journey: Journey): Promise<Status> => statusSchema.parse(await journey.json('status'));

export interface Landing {
  commit: string;
  title: string;
  task: string;
  attempt: string;
  model: string;
  costUsd: string;
}

/** The merges of kleiber on the checked-out branch, oldest first, as any git reads their trailers. */
export function landingsOf(journey: Journey): Landing[] {
  const trailers = ['Task', 'Attempt', 'Model', 'Cost-USD'].map(
    name => `%(trailers:key=Kleiber-${name},valueonly,separator=%x2C)`,
  );
  const lines = journey.git('log', '--merges', '--reverse', `--format=${['%H', '%s', ...trailers].join('%x09')}`);
  return lines.split('\n').flatMap(line => {
    const [commit = '', title = '', task = '', attempt = '', model = '', costUsd = ''] = line.split('\t');
    return task === '' ? [] : [{ commit, title, task, attempt, model, costUsd }];
  });
}

/** Everything has landed, is on the user's branch, is recorded and paid for, and every file of the record is readable. */
export async function expectAllLanded(journey: Journey, titles: readonly string[]): Promise<Status> {
  const status = await statusOf(journey);
  const { today, tasks, ...rest } = status;
  expect(rest).toEqual({
    branch: 'main',
    conducting: false,
    trusted: true,
    file_faults: 0,
    undelivered: null,
    baseline: null,
  });
  const live = tasks.filter(task => task.state !== 'cancelled');
  expect(live.map(task => `${task.state}: ${task.title}`).sort()).toEqual(
    titles.map(title => `landed: ${title}`).sort(),
  );
  const landings = landingsOf(journey);
  expect(landings.map(({ task, commit, title }) => ({ task, commit, title })).sort(byTask)).toEqual(
    live.map(({ id, commit, title }) => ({ task: id, commit, title })).sort(byTask),
  );
  for (const { model, costUsd } of landings) {
    expect(model).toMatch(/^claude-(?:haiku|sonnet|opus)-/);
    expect(Number(costUsd)).toBeGreaterThan(0);
    expect(Number(costUsd)).toBeLessThan(5);
  }
  for (const { id, agent } of live) expectRecord(journey, agent, id);
  expect(journey.refusals()).toEqual([]);
  expect(today.spent_usd).toBe(usdText(billed(journey)));
  expect(Number(today.spent_usd)).toBeGreaterThan(0);
  expect(Number(today.spent_usd)).toBeLessThan(Number(today.cap_usd));
  expect(await journey.kleiber('check')).toMatchObject({ code: 0, stderr: '' });
  return status;
}

const byTask = (a: { task: string }, b: { task: string }): number => (a.task < b.task ? -1 : 1);

function expectRecord(journey: Journey, agent: string, id: string): void {
  const paths = [
    `tasks/${agent}/${id}.md`,
    `progress/${agent}/${id}-started.md`,
    `complete/${agent}/${id}-done.md`,
    `reports/${id}-validation.md`,
  ];
  expect(paths.filter(path => !existsSync(join(journey.repository, path)))).toEqual([]);
  expect(existsSync(join(journey.repository, `blocked/${agent}/${id}-conflict.md`))).toBe(false);
  const tracked = journey.git('ls-files', '--', ...paths).split('\n');
  expect(tracked).toEqual(paths.sort());
  expect(journey.read('orchestration_log.md')).toContain(`| ${agent} | ${id} |`);
}

/** What the server says was used, at the list's prices: nobody's word but the API's. */
function billed(journey: Journey): number {
  const { byModel } = journey.server.billed();
  const day = new Date().toISOString().slice(0, 10);
  const costs = Object.entries(byModel).map(([model, usage]) => costOf(BUILT_IN_PRICES, model, usage, day) ?? 0);
  return costs.reduce((sum, cost) => sum + cost, 0);
}

/** A clone as a colleague would make it. */
export function freshClone(journey: Journey): string {
  const clone = join(journey.root, 'clone');
  journey.run('git', ['clone', '-q', journey.repository, clone], journey.root);
  return clone;
}
