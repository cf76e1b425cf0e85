/**
 * The texts that travel between models, after the protocols of seed 1 and the prompts of seed 2. A project replaces them
 * per role in `.claude/agents/<role>.md` under `kleiber: { texts: … }`; `{name}` stands for what only the moment knows.
 */
import type { Role, TextName } from '../domain/role.ts';

const BUILT_IN: Readonly<Record<TextName, string>> = {
  give_to_sonnet: `Work for sonnet says why it exists and where it fits (context), what must be there (description and criteria), and
how: approach and patterns to use, code to look at, mistakes to avoid (technical guidance). Escalation triggers name
the findings at which it must stop and ask instead of deciding itself.`,
  give_to_haiku: `Work for haiku is one narrow thing with nothing to decide: a complete example to copy (template), the exact pattern
with its gaps marked (pattern), every file by name, and what must not be done or must be kept (constraints).`,
  escalate: `When you are stuck for good, call block with a reason. From {tier} these move the task on: {reasons}.
Say what you tried, where exactly you are stuck, which options you see with what each costs, and what you would choose.
A design question that you can go on from once it is answered has the type unclear_requirements; work that is too hard
for you has the type technical; a business question has no reason, and a person answers it.`,
  report: `Follow the template to the letter and decide nothing yourself. A file that does not fit the pattern is a reason to call block
(pattern_mismatch, or unclear_template), not to improvise. Finish the whole batch before you submit. In the summary name each
file with what changed in it, then every deviation you could not avoid, then what the reviewer should look at.`,
  advise: `A worker stands still until you answer. Decide, if it is a technical matter: your decision in a sentence or two, a brief
rationale, and the patterns to follow. If it depends on what the business wants, on money or on dates, say that a
person is needed, and what to ask that person. Be brief.`,
  conflict: `Your work conflicts with what landed meanwhile, in: {files}.
{owners}
The worktree holds the new base merged with your work; the conflicts stand in the files between <<<<<<< and >>>>>>>.
Resolve them so that both intentions survive, run the checks, and submit again.`,
  resolve: `A task of {agent} conflicts with what landed meanwhile, in files that are yours: {files}.
It stands above, and only the conflict is yours to resolve. The worktree holds the new base merged with its work; the
conflicts stand in the files between <<<<<<< and >>>>>>>. Keep what landed as it is, give what the task adds a place of its
own, and let both intentions survive. You may write these files alone; what else the merge needs, {agent} mends.
Run the checks, then submit and say how you decided.`,
  not_ready: `These tasks were meant to land before yours and have not; do not wait for them:
{tasks}
Where you need what they bring, write the smallest stand-in inside your own zone and mark it with a comment that holds
exactly TODO(kleiber): consolidate <id of that task>. It will be replaced when both have landed.`,
  stricter: `What came back left the template. Once more, and now to the letter: copy the template exactly, change only the gaps it
marks, add nothing, improve nothing. If it cannot be followed that way, call block with pattern_mismatch.`,
  status: `{agent}

completed: {done}, {created} created
{completed}

working on
{current}

blocked or needs a decision
{blocked}

what came back
{feedback}

ready for the next: {ready}
{next}`,
};

/** The role's own text or the built-in one, with the gaps filled. */
export function handOverText(
  role: Pick<Role, 'texts'> | null,
  name: TextName,
  gaps: Readonly<Record<string, string>> = {},
): string {
  const text = role?.texts?.[name] ?? BUILT_IN[name];
  return text.replace(/\{([a-z]+)\}/g, (gap, key: string) => gaps[key] ?? gap).trim();
}
