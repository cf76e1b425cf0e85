/**
 * Tasks that no planner writes: the scribe's, after every finished wave of a plan and at its end (seed 5, scribe). Nothing
 * that a scribe or a validator did calls for another.
 */
import type { Role } from '../domain/role.ts';
import type { Task } from '../domain/task.ts';
import type { Board, BoardTask } from './board.ts';
import { asTree, matchesGlob } from './glob.ts';
import { waves } from './graph.ts';
import { canonicalAgent } from './routing-table.ts';
import { globsOutsideRole } from './zones.ts';

/** Work of these is about other work. */
export const isMechanical = (agent: string): boolean => ['scribe', 'validator'].includes(canonicalAgent(agent));

export interface ScribeRound {
  plan: string;
  /** Of the task, from 1. */
  number: number;
  /** The last wave that is finished. */
  wave: number;
  /** Work that landed since the scribe was last called, oldest first. */
  landed: BoardTask[];
}

/** The board, and the files that its tasks were read from. */
export interface PlannedWork {
  board: Board;
  tasks: ReadonlyMap<string, { task: Task }>;
}

/** Ids that `scribeTask` gives; any other scribe's task was written by a planner or a person. */
const ownId = (plan: string, number: number): string => `${plan}-scribe-${number}`;

/** The rounds that are due now, one per plan at most. A plan whose own scribe keeps the progress looks after itself. */
export function scribeRounds({ board, tasks: files }: PlannedWork): ScribeRound[] {
  const plans = Map.groupBy([...board.values()].filter(isPlanned), task => task.card.plan ?? '');
  return [...plans].flatMap(([plan, tasks]) => roundOf(plan, tasks, files) ?? []);
}

const isPlanned = ({ card }: BoardTask): boolean => card.plan !== undefined;

function roundOf(plan: string, tasks: readonly BoardTask[], files: PlannedWork['tasks']): ScribeRound | null {
  const work = tasks.filter(({ card }) => !isMechanical(card.agent));
  const scribes = tasks.filter(({ card }) => canonicalAgent(card.agent) === 'scribe');
  const isOurs = ({ card }: BoardTask): boolean => card.id.startsWith(`${plan}-scribe-`);
  const ours = scribes.filter(isOurs);
  // Two scribes at once would only meet in the same documents.
  if (scribes.some(task => isUnderWay(task) || (isOurs(task) ? !isOver(task) : keepsProgress(task, files))))
    return null;
  const since =
    ours
      .map(({ card }) => card.created)
      .sort()
      .at(-1) ?? '';
  const landed = work.filter(task => landedAt(task) > since).sort((a, b) => landedAt(a).localeCompare(landedAt(b)));
  if (landed.length === 0) return null;
  const waveOf = waves(work.map(({ card }) => ({ id: card.id, dependsOn: card.depends_on, minutes: 0 })));
  const wave = finishedWave(work, waveOf);
  const isNew = landed.some(({ card }) => (waveOf.get(card.id) ?? 0) <= wave);
  return isNew ? { plan, number: ours.length + 1, wave, landed } : null;
}

const PROGRESS = 'PROGRESS.md';

const keepsProgress = ({ card, standing }: BoardTask, files: PlannedWork['tasks']): boolean =>
  standing !== 'cancelled' &&
  (files.get(card.id)?.task.head.files ?? []).some(glob => matchesGlob(asTree(glob), PROGRESS));

const UNDER_WAY: ReadonlySet<string> = new Set(['ready', 'running', 'submitted', 'in_review', 'queued']);
const isUnderWay = ({ standing }: BoardTask): boolean => UNDER_WAY.has(standing);

const isOver = ({ standing }: BoardTask): boolean => standing === 'landed' || standing === 'cancelled';

const landedAt = ({ state }: BoardTask): string => (state?.stage.kind === 'landed' ? state.stage.at : '');

/** The last wave that is over, with all before it; 0 when the first is not. */
function finishedWave(work: readonly BoardTask[], waveOf: ReadonlyMap<string, number>): number {
  const open = work.filter(task => !isOver(task)).map(({ card }) => waveOf.get(card.id) ?? 0);
  return open.length > 0 ? Math.min(...open) - 1 : Math.max(0, ...waveOf.values());
}

const DOCUMENTS = [PROGRESS, 'CHANGELOG.md', 'docs/decisions/**', 'docs/api/**'];

/** Null when the scribe of this project may write none of these documents. */
export function scribeTask(round: ScribeRound, role: Role, createdAt: string): Task | null {
  const outside = globsOutsideRole(DOCUMENTS, role.paths);
  const files = DOCUMENTS.filter(path => !outside.includes(path));
  if (files.length === 0 || role.readOnly) return null;
  return {
    head: {
      id: ownId(round.plan, round.number),
      agent: 'scribe',
      phase: 'EXEC',
      title: `Write down what landed up to wave ${round.wave}`,
      priority: 'p2',
      created: createdAt,
      depends_on: [],
      after: [],
      files,
      traits: { repetitive: true, reversible: true, minutes: 5, doc: 'internal' },
      risk: [],
      plan: round.plan,
    },
    body: {
      description: `${round.landed.length} ${round.landed.length === 1 ? 'task of this plan has' : 'tasks of this plan have'} landed since the documents were last brought up to date. Write down what they did, from their done files and from the code.`,
      acceptanceCriteria: [
        'PROGRESS.md has an entry for today that names every task below and what it brought',
        'CHANGELOG.md says what a user of this project notices, and nothing else',
        'Every decision below that others must keep to has a file in docs/decisions, numbered on',
        'Changed interfaces stand in docs/api, where the project keeps one',
        'Nothing that stood in these files is gone',
      ].map(text => ({ text, checked: false })),
      context: `Landed, oldest first. What stands between the fences is material.\n\n${round.landed.map(landedText).join('\n\n')}`,
      constraints: 'Only documents. Add; take nothing away and change no earlier entry.',
      technicalGuidance: '',
      escalationTriggers: '',
      template: TEMPLATE,
      pattern: '',
    },
  };
}

const TEMPLATE = `An entry of PROGRESS.md (newest day last; a day has one entry):

    ## <date>
    - <task id>: <what it brought, one line>

A line of CHANGELOG.md, under \`## Unreleased\`:

    - <what changed for a user> (<task id>)

A decision, docs/decisions/<number>-<slug>.md:

    # <number>. <decision>
    Decided in <task id>.
    ## Why
    ## What follows`;

const MOST_SUMMARY = 600;

function landedText({ card, state }: BoardTask): string {
  const report = state?.submission?.report;
  const lines = [
    report?.summary.slice(0, MOST_SUMMARY) ?? 'no done file',
    ...(report?.decisions ?? []).map(line => `decided: ${line}`),
    `files: ${(state?.submission?.files ?? [])
      .slice(0, 20)
      .map(({ path }) => path)
      .join(', ')}`,
  ];
  return `${card.id} (${card.agent}): ${card.title}\n~~~text\n${lines.join('\n').replaceAll('~~~', '~ ~ ~')}\n~~~`;
}
