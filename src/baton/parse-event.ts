/**
 * Reads an event of our own log back. Every required field must be there and of the right sort; nothing deeper is
 * checked, because only kleiber writes this log and a status command reads a hundred thousand of these.
 */
import type { Event, EventKind } from '../domain/event.ts';

/** The sort of a field, computed from its type, so that the compiler checks the table below against the events. */
type Sort<Value> = [Value] extends [string]
  ? 'text'
  : [Value] extends [string | null]
    ? 'text_or_null'
    : [Value] extends [number]
      ? 'number'
      : [Value] extends [boolean]
        ? 'flag'
        : [Value] extends [readonly unknown[]]
          ? 'list'
          : null extends Value
            ? 'record_or_null'
            : 'record';

type RequiredFields<Body> = keyof {
  [Field in keyof Body as Field extends 'kind'
    ? never
    : Record<never, never> extends Pick<Body, Field>
      ? never
      : Field]: true;
} &
  keyof Body;

type Shape<Body> = { [Field in RequiredFields<Body>]: Sort<Body[Field]> };

const SHAPES: { [Kind in EventKind]: Shape<Extract<Event, { kind: Kind }>> } = {
  created: { target: 'record', agent: 'text', file: 'text', fileHash: 'text', plan: 'text_or_null' },
  claimed: { attempt: 'number', owner: 'record', route: 'record', base: 'text', worktree: 'text', session: 'text' },
  approach: { attempt: 'number', text: 'text' },
  checkpoint: { attempt: 'number', commit: 'text' },
  told: { attempt: 'number', by: 'text', text: 'text' },
  submitted: {
    attempt: 'number',
    commit: 'text',
    tree: 'text',
    base: 'text',
    files: 'list',
    report: 'record',
    model: 'text',
    spend: 'record',
  },
  blocked: { attempt: 'number', blocker: 'record', checkpoint: 'text_or_null', spend: 'record', resumable: 'flag' },
  ended: { attempt: 'number', end: 'record', strike: 'flag', checkpoint: 'text_or_null', spend: 'record' },
  proven: { attempt: 'number', commit: 'text' },
  validated: { attempt: 'number', commit: 'text', validation: 'record', baseResult: 'text_or_null' },
  merge_intended: { attempt: 'number', base: 'text', candidate: 'text', validation: 'record' },
  landed: { attempt: 'number', commit: 'text', tree: 'text' },
  returned: { attempt: 'number', reason: 'text', note: 'text', strike: 'flag', draft: 'record_or_null' },
  risks_found: { attempt: 'number', commit: 'text', risks: 'list' },
  review_asked: { attempt: 'number', commit: 'text', tier: 'text', because: 'list' },
  reviewed: { attempt: 'number', verdict: 'record', reviewer: 'record', spend: 'record' },
  review_failed: {
    attempt: 'number',
    commit: 'text',
    reviewer: 'record',
    detail: 'text',
    scope: 'text_or_null',
    spend: 'record',
  },
  approved: { commit: 'text', by: 'text' },
  answered: { by: 'text', text: 'text', widen: 'list' },
  referred: { by: 'text', note: 'text', session: 'record_or_null' },
  branch_validated: { commit: 'text', validation: 'record', explanation: 'text', session: 'record_or_null' },
  escalated: { by: 'text', to: 'text', reason: 'text', note: 'text' },
  overridden: { by: 'text', to: 'text', reason: 'text' },
  deferred: { why: 'text', until: 'text' },
  paused: { by: 'text', reason: 'text' },
  resumed: { by: 'text' },
  routing_rolled_back: { by: 'text', reason: 'text' },
  routing_restored: { by: 'text' },
  noted: { by: 'text', agent: 'text', phase: 'text', text: 'text' },
  calibrated: { by: 'text', changes: 'list' },
  shadowed: { by: 'text', moves: 'list' },
  moved: { by: 'text', task: 'text', before: 'list', after: 'list' },
  alerted: { subject: 'text', text: 'text' },
  calmed: { subject: 'text' },
  requeued: { by: 'text', reason: 'text' },
  cancelled: { by: 'text', reason: 'text' },
  imported: { commit: 'text', model: 'text', costUsd: 'text' },
  drafted: { target: 'record', owner: 'record', request: 'text', files: 'record', sessions: 'list' },
  abandoned: { target: 'record', request: 'text', why: 'text', sessions: 'list' },
  planned: { target: 'record', request: 'text', tasks: 'list', sessions: 'list' },
  withdrawn: { by: 'text' },
  baseline: { commit: 'text', validation: 'record' },
  caught_up: { commit: 'text', from: 'text' },
  recorded: { commit: 'text', upTo: 'number' },
  catch_up_failed: { from: 'text', detail: 'text' },
  delivered: { commit: 'text' },
  held: { owner: 'record' },
  let_go: { owner: 'record' },
};

/** Each kind's required fields as a list, because walking a list is what makes reading a long log quick. */
const FIELDS = new Map<string, [string, string][]>(
  Object.entries(SHAPES).map(([kind, shape]) => [kind, Object.entries(shape)]),
);

/** The event, or what is wrong with it in a few words. */
export function parseEvent(text: string): { event: Event } | { damage: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Any text that is not JSON is the same damage; where it breaks off helps nobody.
    return { damage: 'not JSON' };
  }
  if (!isRecord(value)) return { damage: 'not an event' };
  const fields = typeof value.kind === 'string' ? FIELDS.get(value.kind) : undefined;
  if (!fields) return { damage: `unknown kind ${JSON.stringify(value.kind)}` };
  const wrong = fields.find(([field, sort]) => !isOfSort(value[field], sort));
  if (wrong) return { damage: `${String(value.kind)} without a proper ${wrong[0]}` };
  // The table above was checked field by field against this very type.
  return { event: value as unknown as Event };
}

function isOfSort(value: unknown, sort: string): boolean {
  if (sort === 'text') return typeof value === 'string';
  if (sort === 'text_or_null') return value === null || typeof value === 'string';
  if (sort === 'number') return typeof value === 'number';
  if (sort === 'flag') return typeof value === 'boolean';
  if (sort === 'list') return Array.isArray(value);
  if (sort === 'record_or_null' && value === null) return true;
  return isRecord(value);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
