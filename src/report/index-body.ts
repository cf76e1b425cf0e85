/** The long part of the index: every card and every brief, packed. */
import { BLOCKER_TYPES, type Blocker } from '../domain/blocker.ts';
import { taskPath } from '../domain/record-paths.ts';
import { PHASES, PRIORITIES, TIERS } from '../domain/tier.ts';
import type { Card } from '../policy/board.ts';
import type { BriefStage, TaskBrief } from '../policy/task-brief.ts';
import type { CardFile, CardFolder, CardTree } from './card-tree.ts';
import { NotPacked, type Packed, Packer, Unpacker } from './packed.ts';

export interface IndexBody {
  tree: CardTree;
  briefs: Map<string, TaskBrief>;
}

export function packBody({ tree, briefs }: IndexBody): Packed {
  const into = new Packer();
  into.word(tree.stamp);
  into.number(tree.faults);
  into.list(tree.folders, folder => packFolder(into, folder));
  into.list([...briefs.values()], brief => packBrief(into, brief));
  return into.packed();
}

/** Null when the value was not made by `packBody`. */
export function unpackBody(value: unknown): IndexBody | null {
  try {
    const from = new Unpacker(value);
    const tree = { stamp: from.word(), faults: from.number(), folders: from.list(() => unpackFolder(from)) };
    const briefs = from.list(() => unpackBrief(from));
    return { tree, briefs: new Map(briefs.map(brief => [brief.id, brief])) };
  } catch (error) {
    // The index is only a cache: what cannot be read is made anew.
    if (error instanceof NotPacked) return null;
    throw error;
  }
}

function packFolder(into: Packer, { agent, stamp, faults, files }: CardFolder): void {
  into.word(agent);
  into.word(stamp);
  into.number(faults);
  into.list(files, file => packFile(into, agent, file));
}

function unpackFolder(from: Unpacker): CardFolder {
  const agent = from.word();
  return { agent, stamp: from.word(), faults: from.number(), files: from.list(() => unpackFile(from, agent)) };
}

/** The file's name and the card's id are one word, so the path takes no room. */
function packFile(into: Packer, agent: string, { path, stamp, card, faults }: CardFile): void {
  into.word(path.slice(taskPath(agent, '').length - '.md'.length, -'.md'.length));
  into.word(stamp);
  into.number(faults);
  into.list(card === null ? [] : [card], one => packCard(into, one));
}

const unpackFile = (from: Unpacker, agent: string): CardFile => ({
  path: taskPath(agent, from.word()),
  stamp: from.word(),
  faults: from.number(),
  card: from.list(() => unpackCard(from))[0] ?? null,
});

function packCard(into: Packer, card: Card): void {
  into.word(card.id);
  into.word(card.agent);
  into.word(card.phase);
  into.word(card.title);
  into.word(card.priority);
  into.word(card.created);
  into.list(card.depends_on, id => into.word(id));
  into.list(card.after, id => into.word(id));
  into.wordOrNull(card.plan ?? null);
  into.number(card.minutes ?? 0);
}

const unpackCard = (from: Unpacker): Card => ({
  id: from.word(),
  agent: from.word(),
  phase: from.choice(PHASES),
  title: from.word(),
  priority: from.choice(PRIORITIES),
  created: from.word(),
  depends_on: from.list(() => from.word()),
  after: from.list(() => from.word()),
  plan: from.wordOrNull() ?? undefined,
  minutes: from.number() || null,
});

function packBrief(into: Packer, brief: TaskBrief): void {
  into.word(brief.id);
  into.word(brief.agent);
  into.word(brief.file);
  into.wordOrNull(brief.plan);
  into.word(brief.createdAt);
  packStage(into, brief.stage);
  into.number(brief.tries);
  into.number(brief.strikes);
  into.list(brief.tier === null ? [] : [brief.tier], tier => into.word(tier));
  into.number(brief.cost);
}

const unpackBrief = (from: Unpacker): TaskBrief => ({
  id: from.word(),
  agent: from.word(),
  file: from.word(),
  plan: from.wordOrNull(),
  createdAt: from.word(),
  stage: unpackStage(from),
  tries: from.number(),
  strikes: from.number(),
  tier: from.list(() => from.choice(TIERS))[0] ?? null,
  cost: from.number(),
});

const STAGES = ['open', 'running', 'cancelled', 'submitted', 'landed', 'blocked'] as const;
const RESULTS = ['green', 'red', 'could_not_run'] as const;

function packStage(into: Packer, stage: BriefStage): void {
  into.word(stage.kind);
  if (stage.kind === 'submitted')
    into.list(stage.validation === null ? [] : [stage.validation.result], result => into.word(result));
  if (stage.kind === 'landed') into.word(stage.commit);
  if (stage.kind === 'blocked') packBlocker(into, stage.blocker);
}

function unpackStage(from: Unpacker): BriefStage {
  const kind = from.choice(STAGES);
  switch (kind) {
    case 'submitted': {
      const [result] = from.list(() => from.choice(RESULTS));
      return { kind, validation: result === undefined ? null : { result } };
    }
    case 'landed':
      return { kind, commit: from.word() };
    case 'blocked':
      return { kind, blocker: unpackBlocker(from) };
    default:
      return { kind };
  }
}

function packBlocker(into: Packer, blocker: Blocker): void {
  into.word(blocker.type);
  into.word(blocker.problem);
  into.word(blocker.need);
  into.list(blocker.tried, text => into.word(text));
  into.list(blocker.options, text => into.word(text));
}

const unpackBlocker = (from: Unpacker): Blocker => ({
  type: from.choice(BLOCKER_TYPES),
  problem: from.word(),
  need: from.word(),
  tried: from.list(() => from.word()),
  options: from.list(() => from.word()),
});
