/** `kleiber budget`: how much is left, how fast it goes, where it went, and what came of it. */
import type { Command } from 'commander';
import { capUses } from '../agent/cap-uses.ts';
import { calendarOf } from '../agent/meter.ts';
import { planStream } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { readLimits } from '../model/limit-book.ts';
import { modelFor } from '../model/models.ts';
import { costOf } from '../model/prices.ts';
import { BURN_LOOKS_BACK_MS, budgetReport, type ReportQuestion } from '../policy/budget-report.ts';
import type { Range } from '../policy/estimate.ts';
import { TARGETS } from '../policy/targets.ts';
import type { BoardView } from '../report/board-keeper.ts';
import { type BudgetFacts, budgetJson, budgetText } from '../report/budget-text.ts';
import type { ExitCode } from '../report/problem.ts';
import { defineLog } from './budget-log.ts';
import { systemClock } from './clock.ts';
import { type Context, complain, say, sayJson, widthOf } from './context.ts';
import { openProject, type Project } from './project.ts';
import { pricesOf } from './purse.ts';

interface BudgetFlags {
  week?: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .enablePositionalOptions()
    .option('--week', 'where the money of this week went, not only that of today')
    .option('--json', 'as JSON')
    .action(async (flags: BudgetFlags) => done(await budget(flags, context)));
  defineLog(command, context, done);
}

async function budget(flags: BudgetFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const facts = budgetFacts(flags.week === true, project.value);
    if (flags.json) sayJson(context, 'budget', budgetJson(facts));
    else say(context, budgetText(facts, widthOf(context)));
    return 0;
  } finally {
    project.value.close();
  }
}

/** What there is to say about the money; the board shows the same. */
export function budgetFacts(wantsWeek: boolean, project: Project): BudgetFacts {
  const { config, keeper } = project;
  const view = keeper.look();
  return {
    report: budgetReport(questionOf(wantsWeek, view, project)),
    period: wantsWeek ? 'this week' : 'today',
    plans: openPlans(view, project),
    policy: config.budget.policy,
    reservePercent: config.budget.reserve_percent,
    limits: readLimits(project.places.limits),
  };
}

function questionOf(wantsWeek: boolean, view: BoardView, project: Project): ReportQuestion {
  const { config, ledger, facts } = project;
  const now = systemClock.now();
  const { day, week } = calendarOf(now);
  const yesterday = calendarOf(new Date(now.getTime() - BURN_LOOKS_BACK_MS)).day;
  const prices = pricesOf(project);
  return {
    lines: ledger.rows({ repository: facts.commonDir, ...(wantsWeek ? { week } : { day }) }),
    recent: [...ledger.rows({ day: yesterday }), ...ledger.rows({ day })],
    caps: capUses(ledger, config, now),
    states: [...view.states.values()],
    estimates: estimatesOf(view, project),
    targets: TARGETS[config.budget.targets],
    now,
    priceOn: (tier, usage, on) => costOf(prices, modelFor(tier, config.models), usage, on),
  };
}

/** What each plan was shown with; plans of older logs say nothing. */
function estimatesOf(view: BoardView, { baton }: Project): Map<string, Range> {
  const plans = new Set([...view.states.values()].flatMap(({ plan }) => plan ?? []));
  return new Map(
    [...plans].flatMap(plan => {
      const planned = baton.read(planStream(plan)).find(({ event }) => event.kind === 'planned')?.event;
      return planned?.kind === 'planned' ? Object.entries(planned.estimates ?? {}) : [];
    }),
  );
}

/** Plans with work left, and what their cap has seen. */
function openPlans(view: BoardView, { config, ledger, facts }: Project): BudgetFacts['plans'] {
  const isOpen = new Set(
    [...view.board.values()].flatMap(({ card, standing }) =>
      card.plan === undefined || standing === 'landed' || standing === 'cancelled' ? [] : [card.plan],
    ),
  );
  return [...isOpen].map(plan => {
    const place = { repository: facts.commonDir, plan, task: '', day: '', week: '', tier: 'haiku' as const };
    return { plan, ...ledger.standings(place).plan, cap: nanoFromUsd(config.budget.plan_usd) };
  });
}
