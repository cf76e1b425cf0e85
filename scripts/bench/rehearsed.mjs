/** A project that is ready to run against the embedded Messages server: trusted, with one check that does nothing. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBaton } from '../../src/baton/sqlite-baton.ts';
import { startMessagesServer } from '../../src/rehearsal/messages-server.ts';
import { kleiber, placeFor } from './measure.mjs';

const KEY = 'bench-0123456789';
const CONFIG = `checks: [{ name: nothing, command: "true" }]
roles:
  engineer-backend: { paths: ["**"] }
budget: { task_usd: 50, plan_usd: 500, day_usd: 5000, week_usd: 5000, guard_usd: 5000 }
`;

/** `fill` puts files into the repository before its first commit. */
export async function rehearsedPlace(name, answer, fill = () => undefined) {
  const place = placeFor(name);
  writeFileSync(join(place.repository, 'kleiber.yml'), CONFIG);
  fill(place.repository);
  place.git('add', '-A');
  place.git('commit', '-q', '-m', 'first');
  const server = await startMessagesServer({ answer, acceptedKey: KEY });
  const environment = { ...place.environment, ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: server.url };
  const whole = { ...place, environment, server, sandbox: sandboxFlags(environment) };
  must(whole, 'trust', '--yes');
  return whole;
}

/** Without bubblewrap everything else is still worth measuring. */
const sandboxFlags = environment =>
  spawnSync('bwrap', ['--ro-bind', '/', '/', 'true'], { env: environment }).status === 0 ? [] : ['--no-sandbox'];

export function must({ repository, environment }, ...words) {
  const [command, ...rest] = kleiber(...words);
  const done = spawnSync(command, rest, { cwd: repository, env: environment, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`kleiber ${words.join(' ')} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

/** The log of the project; it lies under the git folder. */
export const logOf = ({ repository }) => openBaton(join(repository, '.git/kleiber/state.db')).value;

export const taskOf = (id, agent, body = 'Write the file.') => `---
id: ${id}
agent: ${agent}
title: Write ${id}
created: 2026-11-21T10:00:00Z
files: [ "src/**" ]
---

## Description

${body}

## Acceptance Criteria

- [ ] 1. The file is there
`;
