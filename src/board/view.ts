/** What the board sends to its page: plain JSON values. Money is in whole nano-dollars, times are ISO 8601 in UTC. */
import type { Blocker, ChangedFile, DoneReport } from '../domain/blocker.ts';
import type { Validation } from '../domain/check.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Phase, Priority, Tier } from '../domain/tier.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Way } from '../policy/line-moves.ts';
import type { BudgetFacts } from '../report/budget-text.ts';
import type { Calibration } from '../report/calibration-text.ts';

/** Something that a person may do here, and the command line that does the same. */
export interface Action {
  name: string;
  label: string;
  /** As it can be pasted into a terminal; `…` stands for the text that a person types. */
  line: string;
  /** What the text field asks for; null where there is nothing to type. */
  asks: string | null;
  /** Null when it can be done now; else why not. */
  why: string | null;
}

export interface CardView {
  id: string;
  title: string;
  agent: string;
  phase: Phase;
  priority: Priority;
  plan: string | null;
  standing: string;
  /** Of the last attempt, or the one that the table gives before the first. */
  tier: Tier;
  critical: boolean;
  dependsOn: string[];
  waitingFor: string[];
  /** The planner's guess of its size; null where there is none. */
  minutes: number | null;
  attempts: number;
  strikes: number;
  /** Of what has ended. */
  cost: NanoUsd;
  /** The same and the conversation under way, as its cap counts it. */
  spent: NanoUsd;
  cap: NanoUsd;
  /** Of a ready task: which one in line it is, from 1, and where a person can move it to. */
  place: number | null;
  ways: Way[];
  /** When it came to stand where it stands. */
  since: string | null;
  /** What it is about right now, in one line. */
  line: string;
  blocker: Blocker | null;
  /** What was handed in last; null before that. */
  commit: string | null;
  /** The process that works on it is gone. */
  isLost: boolean;
  /** On the board those that can be done now; on the task's own page all, with what is in the way. */
  actions: Action[];
}

/** What is new on a card; all of it at its first moment. */
export type CardChange = Pick<CardView, 'id'> & Partial<CardView>;

/** A moment of the past, as what has changed since the one before. */
export interface Moment {
  position: number;
  at: string;
  cards: CardChange[];
}

/** Something that a person should hear about besides the tasks. */
export interface Notice {
  text: string;
  /** The command that helps. */
  line: string;
  isBad: boolean;
}

export interface MoneyView {
  spent: NanoUsd;
  /** Reserved for requests that are under way. */
  open: NanoUsd;
  cap: NanoUsd;
  zone: string;
}

/** What is still to come, if nothing waits for a person. */
export interface ForecastView {
  /** Tasks that are not done. */
  open: number;
  /** What they will cost beyond what they have cost. */
  rest: { low: NanoUsd; likely: NanoUsd; high: NanoUsd };
  minutes: { low: number; high: number };
}

export interface PlanView {
  id: string;
  request: string;
  tasks: string[];
}

export interface BoardSnapshot {
  /** Events up to here are in it. */
  position: number;
  /** The last position there is. */
  last: number;
  /** When it was looked at; of a past moment, when its last event happened. */
  at: string;
  isPast: boolean;
  project: string;
  branch: string | null;
  conducting: string | null;
  notices: Notice[];
  today: MoneyView;
  /** Nothing new is started, by a person's word. */
  isPaused: boolean;
  /** Who answers for what is done here; empty where git knows no name. */
  person: string;
  /** Live conversations per tier, and how many there may be. */
  lanes: { tier: Tier; live: number; limit: number }[];
  /** Null of a past moment. */
  forecast: ForecastView | null;
  plans: PlanView[];
  tasks: CardView[];
  /** For the whole repository: pause, resume. */
  actions: Action[];
}

export interface BarView {
  task: string;
  attempt: number;
  /** Work of a model, a person's turn, or a wait for other tasks or for the model's own limits. */
  kind: 'work' | 'person' | 'tasks' | 'limit';
  from: string;
  /** Null while it goes on. */
  to: string | null;
  outcome: string | null;
}

export interface LaneView {
  tier: Tier;
  slot: number;
  bars: BarView[];
  /** Share of the time shown in which a model worked here: 0 to 1. */
  used: number;
}

export interface TimelineView {
  from: string;
  to: string;
  lanes: LaneView[];
  /** How the work is shared among the tiers, with what the seeds aim at. */
  work: BudgetFacts['report']['work'];
  /** Times in which nobody worked, and why. */
  gaps: { from: string; to: string; why: string }[];
}

export interface BudgetView {
  /** What `kleiber budget --week` says. */
  facts: BudgetFacts;
  /** Spend of this repository, added up: one point per settled request, thinned out. */
  line: { at: string; total: NanoUsd }[];
  /** What explains a step of the line. */
  marks: { at: string; kind: 'plan' | 'rework'; of: string }[];
  total: NanoUsd;
  /** What it will have cost when all tasks are done. */
  forecast: { low: NanoUsd; likely: NanoUsd; high: NanoUsd; open: number };
}

/** What `kleiber calibrate` says. */
export type CalibrationView = Calibration;

export interface LogLine {
  position: number;
  at: string;
  subject: string;
  /** The task that it is about, if it is one. */
  task: string | null;
  glyph: string;
  text: string;
}

export interface AttemptView {
  attempt: number;
  tier: Tier;
  effort: string;
  because: string[];
  approach: string;
  claimedAt: string;
  endedAt: string | null;
  outcome: string | null;
  cost: NanoUsd | null;
  model: string | null;
  hasTranscript: boolean;
}

export interface TaskView {
  card: CardView;
  /** The task file as it stands, and where. */
  file: { path: string; text: string } | null;
  criteria: string[];
  why: string;
  attempts: AttemptView[];
  submission: {
    /** Of the private store; `kleiber branch` brings it over. */
    branch: string;
    commit: string;
    base: string;
    at: string;
    model: string;
    files: ChangedFile[];
    report: DoneReport;
  } | null;
  validation: Validation | null;
  verdicts: { verdict: Verdict; by: string; at: string; isCurrent: boolean }[];
  log: LogLine[];
}

/** One file of a difference; `text` holds its hunks as git prints them. */
export interface PatchFile {
  path: string;
  /** The path it had before, if it had another. */
  from: string | null;
  status: 'created' | 'deleted' | 'modified' | 'renamed';
  added: number;
  removed: number;
  /** Long, or made by a machine: shown folded. */
  isFolded: boolean;
  text: string;
}

export interface DiffView {
  base: string;
  commit: string;
  files: PatchFile[];
  /** A line that says how much was left out, or null. */
  cut: string | null;
}

export interface TurnView {
  /** `person` is what somebody said with `kleiber tell`. */
  role: 'kleiber' | 'model' | 'tool' | 'person' | 'failure';
  /** Who said it, where it was a person. */
  by: string | null;
  at: string | null;
  /** From the request to the whole reply, and what it cost; null where it is no reply, or not settled yet. */
  tookMs: number | null;
  cost: NanoUsd | null;
  /** `edit`, `run`, …: what the model called, or what answered. */
  tool: string | null;
  isError: boolean;
  text: string;
}

export interface TranscriptView {
  attempt: number;
  model: string;
  turns: TurnView[];
  /** Turns left out in front because there are so many. */
  skipped: number;
  /** What people have said and this conversation has not heard: with its next turn, or with that of whoever goes on. */
  unheard: { by: string; at: string; text: string }[];
}

/** What a command said and how it ended. */
export interface RanView {
  line: string;
  code: number;
  output: string;
}
