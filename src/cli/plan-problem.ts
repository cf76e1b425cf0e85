/** What a person is told when the planner came to no plan that can be used. */
import type { PlanFailure } from '../conductor/plan/make-plan.ts';
import type { PlanFault } from '../policy/check-plan.ts';
import { type BudgetStop, raiseAdvice, settingValue, stopProblem } from '../policy/raise.ts';
import { type ExitCode, type Problem, problem } from '../report/problem.ts';

/** Why there is no plan, however it was lost. */
export function planProblem(failure: PlanFailure): Problem {
  switch (failure.reason) {
    case 'plan_faulty':
      return faultyPlan(1, failure.faults, 'kleiber plan with a more precise request');
    case 'plan_rejected':
      return problem(
        1,
        'the architect did not approve the plan in three rounds',
        failure.feedback,
        ['kleiber plan with a more precise request'],
        'plan_rejected',
      );
    case 'planner_stopped':
      return stoppedProblem(failure.outcome);
  }
}

/** Its own cap is that of `--budget`; all others stand in kleiber.yml. */
function budgetProblem(stop: BudgetStop): Problem {
  const own = stop.raises.find(({ scope }) => scope === 'task');
  const others = stop.raises.filter(({ scope }) => scope !== 'task');
  return problem(
    3,
    'planning stopped at a cap',
    [stopProblem(stop)],
    [
      ...(own === undefined ? [] : [`kleiber plan --budget ${settingValue(own)} …`]),
      ...(others.length === 0 ? [] : [`${raiseAdvice(others)}, then plan again`]),
      ...(stop.raises.length === 0 ? ['plan again: there is money for it now'] : []),
    ],
    'cap_reached',
  );
}

function stoppedProblem(outcome: Extract<PlanFailure, { reason: 'planner_stopped' }>['outcome']): Problem {
  switch (outcome.kind) {
    case 'budget':
      return budgetProblem(outcome);
    case 'unpriced':
      return problem(
        2,
        `the price of ${outcome.model} is unknown, so no cap could be kept`,
        [],
        ['add a row under prices: in kleiber.yml'],
        'unpriced',
      );
    case 'model_failed':
      if (outcome.failure.reason === 'unauthorized')
        return problem(
          4,
          'the API refused the key',
          [outcome.failure.detail],
          ['export ANTHROPIC_API_KEY=…', 'kleiber doctor'],
        );
      return problem(
        1,
        `the model could not answer (${outcome.failure.reason.replaceAll('_', ' ')})`,
        'detail' in outcome.failure ? [outcome.failure.detail] : [],
        ['kleiber doctor'],
      );
    default:
      return problem(
        1,
        `planning ended without a plan (${outcome.kind.replaceAll('_', ' ')})`,
        [],
        ['kleiber plan again'],
      );
  }
}

/** `fix` is what helps against all of them. */
export const faultyPlan = (exitCode: ExitCode, faults: readonly PlanFault[], fix: string): Problem =>
  problem(
    exitCode,
    'the plan cannot be used',
    faults.map(fault => `${fault.task}${fault.task === '' ? '' : ': '}${fault.problem}`),
    [fix],
    'faulty_plan',
  );
