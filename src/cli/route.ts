/** `kleiber route`: which model a task or an agent gets, with every step that decided. */
import { type Command, Option } from 'commander';
import { traitsSchema } from '../domain/task.ts';
import { PHASES, type Phase } from '../domain/tier.ts';
import { modelFor } from '../model/models.ts';
import { type Routing, route } from '../policy/route.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type Context, complain, say, sayJson } from './context.ts';
import { findTask } from './find-task.ts';
import { openProject, type Project } from './project.ts';

interface RouteFlags {
  agent?: string;
  phase: Phase;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[task]', 'a task; or give --agent')
    .option('--agent <name>', 'what the table says for an agent')
    .addOption(new Option('--phase <phase>', 'LEAD, PLAN or EXEC').choices(PHASES).default('EXEC'))
    .option('--json', 'as JSON')
    .action(async (task: string | undefined, flags: RouteFlags) => done(await show(task, flags, context)));
}

async function show(id: string | undefined, flags: RouteFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (id === undefined && flags.agent === undefined)
      return complain(
        context,
        problem(
          2,
          'route what?',
          ['Give a task, or an agent and a phase.'],
          ['kleiber route p1ab2-03', 'kleiber route --agent testing --phase EXEC'],
        ),
      );
    const found =
      id === undefined ? routeAgent(flags.agent ?? '', flags.phase, project.value) : routeTask(id, project.value);
    if ('what' in found) return complain(context, found);
    print(id ?? flags.agent ?? '', found, project.value, flags, context);
    return 0;
  } finally {
    project.value.close();
  }
}

function routeTask(id: string, project: Project) {
  const view = project.keeper.look();
  const task = findTask(view, id);
  if (!task.ok) return task.failure;
  const file = view.tasks.get(task.value.card.id);
  if (file === undefined)
    return problem(2, `the file of ${task.value.card.id} is gone or faulty`, [], ['kleiber check']);
  const evidence = {
    strikes: task.value.state?.strikes ?? 0,
    critical: task.value.critical,
    hasTemplate: file.task.body.template !== '',
  };
  return route(file.task.head, project.config.routing, evidence);
}

const routeAgent = (agent: string, phase: Phase, project: Project): Routing =>
  route({ agent, phase, priority: 'p1', risk: [], traits: traitsSchema.parse({}) }, project.config.routing, {
    strikes: 0,
    critical: false,
    hasTemplate: false,
  });

function print(name: string, routing: Routing, project: Project, flags: RouteFlags, context: Context): void {
  const model = modelFor(routing.tier, project.config.models);
  const { tier, effort, because, floor } = routing;
  if (flags.json) {
    sayJson(context, 'route', {
      subject: name,
      tier,
      effort,
      model,
      because,
      floor: floor.tier,
      needs_person: floor.needsPerson,
    });
    return;
  }
  say(
    context,
    `${name}: ${tier} (${model}), ${effort} effort${floor.needsPerson ? ', and a person before it lands' : ''}`,
  );
  for (const reason of because) say(context, `  ${reason}`);
  say(context, `  floor: ${floor.tier}${floor.because.length > 0 ? `, ${floor.because.join('; ')}` : ''}`);
}
