/** Task files as a planner writes them, about 1.5 KB each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const AGENTS = ['architect', 'engineer-backend', 'engineer-frontend', 'scribe', 'validator'];
/** Tasks of one plan. */
const PLAN_SIZE = 25;

const DESCRIPTION = 'The total is computed in one place and shown in three; each of them reads it from there. '.repeat(
  8,
);
const CONTEXT = 'The module follows the pattern of its neighbours, with values in and values out. '.repeat(4);

const idOf = number =>
  `p${Math.floor(number / PLAN_SIZE)}x-${String(number % PLAN_SIZE).padStart(2, '0')}-part-${number}`;

/** Every second task waits for the one before it in its plan. */
export function taskText(number, { id = idOf(number), agent = AGENTS[number % AGENTS.length] } = {}) {
  const dependency = number % PLAN_SIZE > 0 && number % 2 === 1 ? `depends_on: [ ${idOf(number - 1)} ]\n` : '';
  return `---
id: ${id}
agent: ${agent}
phase: EXEC
title: Build part ${number} of the feature
priority: p${number % 3}
created: 2026-11-${String(1 + (number % 28)).padStart(2, '0')}T09:30:00Z
${dependency}files: [ src/part-${number}/**, tests/part-${number}/** ]
traits: { complete_feature: true, minutes: ${10 + (number % 30)} }
plan: p${Math.floor(number / PLAN_SIZE)}x
---

## Description

Build part ${number}. ${DESCRIPTION}

## Acceptance Criteria

- [ ] 1. Part ${number} does what the description says
- [ ] 2. Its tests pass

## Context

${CONTEXT}

## Constraints

- No new dependency
`;
}

export const taskFile = (number, agent = AGENTS[number % AGENTS.length]) => `tasks/${agent}/${idOf(number)}.md`;

/** Writes the first `count` tasks below `root` and gives their ids and agents. */
export function writeTasks(root, count) {
  for (const agent of AGENTS) mkdirSync(join(root, 'tasks', agent), { recursive: true });
  return Array.from({ length: count }, (_, number) => {
    writeFileSync(join(root, taskFile(number)), taskText(number));
    return { id: idOf(number), agent: AGENTS[number % AGENTS.length] };
  });
}
