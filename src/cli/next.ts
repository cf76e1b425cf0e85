/** `kleiber next`: the task to take now, its model with the reason, and whether the budget lets it start (seed 3, sd:next). */
import type { Command } from 'commander';
import { capUses } from '../agent/cap-uses.ts';
import { nextAgent, readyTasks } from '../policy/board.ts';
import { zoneOfCaps } from '../policy/cap-use.ts';
import { LIGHT } from '../report/budget-text.ts';
import type { ExitCode } from '../report/problem.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say, sayJson } from './context.ts';
import { type Candidate, candidateOf } from './may-start.ts';
import { openProject, type Project } from './project.ts';

interface NextFlags {
  agent: string[];
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option(
      '-a, --agent <name>',
      'only tasks of this agent; may be given several times',
      (name: string, before: string[]) => [...before, name],
      [],
    )
    .option('--json', 'as JSON')
    .action(async (flags: NextFlags) => done(await next(flags, context)));
}

async function next(flags: NextFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const agents = flags.agent.length === 0 ? 'all' : new Set(flags.agent);
    const view = project.value.keeper.look();
    const candidates = readyTasks(view.board, agents, view.controls.line).flatMap(
      task => candidateOf(task, view, project.value) ?? [],
    );
    const chosen = candidates.find(isFree) ?? candidates.find(mayPay) ?? candidates[0] ?? null;
    if (flags.json) sayJson(context, 'next', { zone: zoneNow(project.value), task: chosen && jsonOf(chosen) });
    else say(context, textOf(chosen, project.value));
    return 0;
  } finally {
    project.value.close();
  }
}

const mayPay = ({ permission }: Candidate): boolean => permission.kind === 'go';
const isFree = (candidate: Candidate): boolean => mayPay(candidate) && candidate.held === null;

const zoneNow = ({ ledger, config }: Project) => zoneOfCaps(capUses(ledger, config, systemClock.now()));

function textOf(chosen: Candidate | null, project: Project): string {
  const light = LIGHT[zoneNow(project)];
  if (chosen === null) return `${light} · nothing is ready to start`;
  const { task, routing, model, permission, held } = chosen;
  const { card } = task;
  const agent = nextAgent(task);
  const word = permission.kind === 'defer' ? `deferred until ${permission.until}` : held === null ? 'go' : 'held';
  return [
    `${light} · ${word} · ${card.id}`,
    `  ${card.title}`,
    `  ${agent} on ${routing.tier} (${model}): ${routing.because.at(-1) ?? ''}`,
    ...(permission.kind === 'defer' ? [`  ${permission.why}`] : []),
    ...(permission.kind === 'go' && permission.advice !== null ? [`  ${permission.advice}`] : []),
    ...(held === null ? [] : [`  ${held.why}`, `  next   ${held.fix}`]),
    ...(isFree(chosen) ? [`  next   kleiber work --agent ${agent} --once`] : []),
  ].join('\n');
}

const jsonOf = ({ task, routing, model, permission, held }: Candidate): Record<string, unknown> => ({
  id: task.card.id,
  agent: nextAgent(task),
  title: task.card.title,
  tier: routing.tier,
  model,
  because: routing.because,
  zone: permission.zone,
  decision: permission.kind === 'go' && held !== null ? 'held' : permission.kind,
  why: permission.kind === 'defer' ? permission.why : (held?.why ?? permission.advice),
  until: permission.kind === 'defer' ? permission.until : null,
});
