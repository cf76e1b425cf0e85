/** Words for the planner and for the architect who reviews its plan. */
import { handOverText } from '../../agent/hand-over-texts.ts';
import type { Role } from '../../domain/role.ts';
import type { PlanFault } from '../../policy/check-plan.ts';

/** What the planner starts from: the request, who there is, and a brief of the repository. `planner` may have texts of its own. */
export function planOpening(
  request: string,
  roles: readonly Role[],
  brief: string,
  checks: readonly string[],
  planner: Pick<Role, 'texts'> | null,
): string {
  return `## Request

${request.trim()}

## Agents

${roles.map(roleLine).join('\n')}

## Checks that every task must keep green

${checks.map(check => `- \`${check}\``).join('\n') || 'none are configured'}

## The repository

${brief}

## Your answer

Look around with your tools as far as you need, then answer with the plan.

- Each task is a unit that one agent finishes in one go and one reviewer can judge; the whole plan fulfils the request and no more.
- Tasks that can run at the same time never write the same file. \`files\` names what a task may write, inside its agent's paths; tests belong to the task whose code they test.
- \`depends_on\` only where a task needs what another one lands. Fewer dependencies mean more work at the same time. \`after\` where the order is better but a marked stand-in will do for a while.
- Every task stands for itself: its agent sees the task and the repository, nothing of this conversation. Write names, signatures and formats out.
- Acceptance criteria are statements that can be checked one by one.
- Repetitive work gets an exact template and is marked repetitive; everything that needs a decision is not.
- Mark risk honestly: payment, authentication, authorization, encryption, pii, compliance, multi_service and the rest lead to a stronger model and a person.

## How work is handed over

${handOverText(planner, 'give_to_sonnet')}

${handOverText(planner, 'give_to_haiku')}`;
}

const roleLine = (role: Role): string =>
  `- ${role.name}: ${role.purpose}; works in ${role.paths === null ? 'what its task names' : role.paths.join(', ') || 'nothing (reads only)'}`;

export const faultNews = (faults: readonly PlanFault[]): string =>
  `The plan cannot be used as it is:\n${faults.map(fault => `- ${fault.task === '' ? '' : `${fault.task}: `}${fault.problem}`).join('\n')}\n\nAnswer with the whole plan again, mended.`;

export const feedbackNews = (feedback: readonly string[]): string =>
  `The architect asks for changes before this plan may be used:\n${feedback.map(line => `- ${line}`).join('\n')}\n\nAnswer with the whole plan again.`;

/** The architect judges the plan on its own, without the planner's conversation. */
export const reviewOpening = (
  request: string,
  planText: string,
): string => `A plan for a feature request needs your review before any work begins.

## Request

${request.trim()}

## Plan

${planText}

## Your answer

Judge module boundaries, interfaces between the tasks, missing work, needless work, and security-sensitive design. Look into the repository where it matters.
Approve, or request changes with one line of feedback per change. Small matters of taste are no reason to hold a plan up.`;
