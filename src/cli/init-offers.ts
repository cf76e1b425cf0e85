/** What `init` writes only when it is asked to: a section for CLAUDE.md, and the sign-off list as a decision (seed 3, task 4 and checklist). */

/** The world as an offer sees it; a part of what `init` has. */
export interface OfferEdges {
  readText(path: string): string | null;
  confirm?(question: string): Promise<boolean>;
  /** ISO date. */
  today?(): string;
}

export interface OfferedWrite {
  path: string;
  text: string;
  action: 'create' | 'append';
  lines: number;
  purpose: string;
}

export interface Offers {
  claudeMd?: boolean;
  signOff?: boolean;
  dryRun: boolean;
  yes: boolean;
}

const SECTION_HEADING = '## Which model does what (kleiber)';

/** For people and for every agent that reads CLAUDE.md; short, because each session pays for it. */
export const CLAUDE_SECTION = `${SECTION_HEADING}

Work is cut into task files under \`tasks/\`; kleiber gives each to the cheapest model that can do it and lands only tested merges.

- haiku: repetitive work with a template, under ten minutes, reversible. Reviewed by sonnet.
- sonnet: features, tests, interfaces; the default. On the critical path reviewed by opus.
- opus: architecture, security, planning, and the gates of planning and execution. Never lowered to save money.
- A person as well: payment, authentication and authorisation, encryption, personal data, compliance, several services at once.
- Stuck: haiku asks sonnet, sonnet asks opus, opus asks a person, each with what was tried and what it would choose.
- Money: green below 70 % of a cap, yellow below 85, orange below 95, then red. What cannot be paid for waits; it is not done by a weaker model.
- Files under \`tasks/ progress/ complete/ blocked/ reports/\` and \`orchestration_log.md\` are kleiber's record. Agents do not edit them.
`;

const SIGN_OFF: readonly string[] = [
  'Models: haiku for mechanical agents, sonnet for most work, opus for architecture, security and gates (kleiber route --table)',
  'Safety: security and critical gates are never lowered, whatever the budget says',
  'Money: the caps in kleiber.yml, and the zones at 70, 85 and 95 percent of them, fit this team',
  'Haiku may be the default for routine work; its work is reviewed, and the table learns from rework',
  'Every session is logged with its model, tokens and cost in orchestration_log.md',
  'Begin with a small, uncritical plan, look at the numbers after a week, and then decide again',
];

const DECISION = 'how-models-are-allocated';

/** The files of what was asked for; null when the list needs answers and nobody can give them. */
export async function offeredWrites(
  offers: Offers,
  edges: OfferEdges,
  files: readonly string[],
): Promise<OfferedWrite[] | null> {
  const section = offers.claudeMd === true ? sectionWrite(edges) : null;
  const list = offers.signOff === true ? await signOffWrite(offers, edges, files) : null;
  if (list === 'nobody_to_ask') return null;
  return [section, list].filter(write => write !== null);
}

function sectionWrite(edges: OfferEdges): OfferedWrite | null {
  const text = edges.readText('CLAUDE.md');
  if (text?.includes(SECTION_HEADING) === true) return null;
  const before = text === null || text.trim() === '' ? '' : `${text.trimEnd()}\n\n`;
  return {
    path: 'CLAUDE.md',
    text: before + CLAUDE_SECTION,
    action: text === null ? 'create' : 'append',
    lines: CLAUDE_SECTION.split('\n').length - 1,
    purpose: 'tells every agent which model does what',
  };
}

/** Asked once: a second list would need a reason, and that is a decision of its own. */
async function signOffWrite(
  offers: Offers,
  edges: OfferEdges,
  files: readonly string[],
): Promise<OfferedWrite | 'nobody_to_ask' | null> {
  if (files.some(path => path.startsWith('docs/decisions/') && path.includes(DECISION))) return null;
  if (!offers.yes && !offers.dryRun && edges.confirm === undefined) return 'nobody_to_ask';
  const answers: [string, boolean][] = [];
  for (const point of SIGN_OFF)
    answers.push([point, offers.yes || (!offers.dryRun && (await edges.confirm?.(point)) === true)]);
  const number = nextNumber(files);
  const text = decisionText(number, verdictOf(answers, offers.yes), answers, edges.today?.() ?? '');
  return {
    path: `docs/decisions/${String(number).padStart(4, '0')}-${DECISION}.md`,
    text,
    action: 'create',
    lines: text.split('\n').length - 1,
    purpose: 'your answers to the sign-off list',
  };
}

const nextNumber = (files: readonly string[]): number =>
  1 + Math.max(0, ...files.map(path => Number(/^docs\/decisions\/(\d{1,4})-/.exec(path)?.[1] ?? 0)));

/** Whoever said yes to everything at once was not asked, and the decision says so. */
function verdictOf(answers: readonly [string, boolean][], isWholesale: boolean): string {
  if (isWholesale) return 'Agreed to as a whole (`--yes`); nobody was asked point by point.';
  const open = answers.filter(([, isAgreed]) => !isAgreed).length;
  return open === 0
    ? 'All points are agreed.'
    : `${open} of ${answers.length} points are not agreed; settle them before the first plan.`;
}

function decisionText(number: number, verdict: string, answers: readonly [string, boolean][], today: string): string {
  const list = answers.map(([point, isAgreed]) => `- [${isAgreed ? 'x' : ' '}] ${point}`).join('\n');
  return `# ${number}. How models are allocated\n\nDate: ${today}\n\n${verdict}\n\n${list}\n\nWhat changes here changes \`kleiber.yml\` too: \`routing:\`, \`budget:\`, \`risks:\` and \`escalate_when:\`.\n`;
}
