/** The smallest repository that kleiber can work in, for journeys that go wrong: one check, one task, little to wait for. */
import type { Answer } from '../../src/rehearsal/compose-reply.ts';
import type { MessagesServerOptions } from '../../src/rehearsal/messages-server.ts';
import { builds, scripted, type Turn } from './journey-models.ts';
import { Journey } from './journey-rig.ts';

export const SMALL = {
  Makefile: 'test:\n\tsh -e check.sh\n',
  'check.sh': 'test -e lib/base.sh\n',
  'lib/base.sh': 'base() { :; }\n',
};

export const TITLE = 'A little more';
export const TASK_PATH = 'tasks/engineer-backend/more.md';

/** A task file typed by hand; `more` are further lines of its front matter. */
export const taskFile = (id = 'more', more = ''): string => `---
id: ${id}
agent: engineer-backend
title: ${TITLE}
created: 2026-11-21T10:00:00Z
files: [lib/**]
${more}---

## Description
Add a little more.

## Acceptance Criteria
- [ ] 1. there is a little more
`;

/** A worker of that task without any trouble. */
export const MORE = builds({ 'lib/more.sh': 'more() { :; }\n' }, 'make test');

export const small = (turns: readonly Turn[] = MORE): Answer => scripted({ tasks: { [TITLE]: turns } });

/** Set up by `init` and committed, with one task file on top that is not. */
export async function openSmall(
  answer: Answer = small(),
  options: Omit<MessagesServerOptions, 'answer'> & { files?: Record<string, string> } = {},
): Promise<Journey> {
  const { files = {}, ...rest } = options;
  const journey = await Journey.open(answer, rest);
  journey.commit({ ...SMALL, ...files });
  await journey.must('init', '--yes');
  journey.git('add', '-A');
  journey.git('commit', '-qm', 'kleiber');
  journey.write({ [TASK_PATH]: taskFile() });
  return journey;
}
