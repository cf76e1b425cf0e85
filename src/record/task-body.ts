/** The body of a task: its sections out of Markdown and back. */

import { nearestWord } from '../domain/nearest.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import type { Criterion, TaskBody } from '../domain/task.ts';
import { fault } from './fault.ts';
import { escapeComments, headingOf, readBlock, trimBlock, unescapeComments, writeBlock } from './free-text.ts';
import type { FileFault } from './record.ts';
import { type Section, splitSections } from './sections.ts';
import { TASK_SECTION_TITLES, TASK_SECTIONS, taskSectionOf } from './task-sections.ts';

export interface ReadTaskBody {
  body: TaskBody;
  /** What stands before the first section. */
  preamble: string[];
  faults: FileFault[];
}

const CRITERION_EXAMPLE = '- [ ] 1. A coupon lowers the total by its value';
const NUMBER = '\\d{1,9}[.)][ \\t]+';
const ITEM = new RegExp(`^ ?(?:[-*+]|\\d{1,9}[.)])[ \\t]+(?:\\[([ xX])\\](?=[ \\t]|$)[ \\t]*)?(?:${NUMBER})?(.*)$`);
const PLAIN_NUMBER = new RegExp(`^ ?${NUMBER}(?:\\[([ xX])\\](?=[ \\t]|$)[ \\t]*)?(.*)$`);

/** `- [ ] 1. text`, `1. [x] text`, `1. text` and `- text` are all criteria. */
function criterionOf(line: string): Criterion | null {
  const match = PLAIN_NUMBER.exec(line) ?? ITEM.exec(line);
  return match ? { checked: (match[1] ?? ' ') !== ' ', text: unescapeComments(match[2] ?? '').trim() } : null;
}

function readCriteria(path: string, section: Section): { criteria: Criterion[]; faults: FileFault[] } {
  const criteria: Criterion[] = [];
  const faults: FileFault[] = [];
  for (const [index, line] of section.text.split('\n').entries()) {
    if (line.trim() === '' || line.trim().startsWith('<!--')) continue;
    const criterion = criterionOf(line);
    const last = criteria.at(-1);
    if (criterion !== null) criteria.push(criterion);
    else if (last && /^[ \t]{2}/.test(line)) last.text = `${last.text} ${unescapeComments(line.trim())}`.trim();
    else {
      const problem = `${JSON.stringify(line.slice(0, 60))} under Acceptance Criteria; expected a check box`;
      faults.push(fault(path, section.line + index + 1, problem, CRITERION_EXAMPLE));
    }
  }
  if (criteria.some(criterion => criterion.text === '')) {
    faults.push(fault(path, section.line, 'an acceptance criterion without text', CRITERION_EXAMPLE));
  }
  return { criteria, faults };
}

function unknownSection(path: string, { title, line }: Section): FileFault {
  const nearest = nearestWord(title, TASK_SECTION_TITLES);
  const help = nearest === null ? `known are ${TASK_SECTION_TITLES.join(', ')}` : `did you mean "## ${nearest}"?`;
  return fault(path, line, `unknown section "## ${title}"; ${help}`, '### for a heading inside of a section');
}

const secondSection = (path: string, { title, line }: Section): FileFault =>
  fault(path, line, `the section "${title}" stands here a second time`, 'join the two sections');

function structureFaults(path: string, sections: readonly Section[]): FileFault[] {
  const seen = new Set<string>();
  return sections.flatMap(section => {
    const key = taskSectionOf(section.title);
    if (key === null) return [unknownSection(path, section)];
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst ? [] : [secondSection(path, section)];
  });
}

/** A section of level 2, known or not, or a known one of level 3; anything deeper belongs to the text. */
const divides = ({ level, title }: { level: number; title: string }): boolean =>
  level === 2 || (level === 3 && taskSectionOf(title) !== null);

function firstSections(sections: readonly Section[]): Map<keyof TaskBody, Section> {
  const byKey = new Map<keyof TaskBody, Section>();
  for (const section of sections) {
    const key = taskSectionOf(section.title);
    if (key !== null && !byKey.has(key)) byKey.set(key, section);
  }
  return byKey;
}

/** Reads the sections of a body that starts on the file's `firstLine`; whether any is missing is judged by `missingParts`. */
export function readTaskBody(path: string, body: string, firstLine: number): ReadTaskBody {
  const { preamble, sections } = splitSections(body, firstLine, divides);
  const byKey = firstSections(sections);
  const textOf = (key: keyof TaskBody): string => readBlock(byKey.get(key)?.text ?? '');
  const criteriaSection = byKey.get('acceptanceCriteria');
  const { criteria, faults } = criteriaSection ? readCriteria(path, criteriaSection) : { criteria: [], faults: [] };
  return {
    body: {
      description: textOf('description'),
      acceptanceCriteria: criteria,
      context: textOf('context'),
      constraints: textOf('constraints'),
      technicalGuidance: textOf('technicalGuidance'),
      escalationTriggers: textOf('escalationTriggers'),
      template: textOf('template'),
      pattern: textOf('pattern'),
    },
    preamble,
    faults: [...structureFaults(path, sections), ...faults],
  };
}

/** A task that says neither what to build nor how it is judged cannot be given to anybody (seed 5). */
export function missingParts(path: string, body: TaskBody, line: number): FileFault[] {
  const faults = [];
  if (body.description === '') faults.push(fault(path, line, 'the task has no description', '## Description'));
  if (body.acceptanceCriteria.length === 0) {
    faults.push(
      fault(
        path,
        line,
        'the task has no acceptance criterion',
        `## ${TASK_SECTIONS.acceptanceCriteria[0]}, then ${CRITERION_EXAMPLE}`,
      ),
    );
  }
  return faults;
}

/** Text that stands before the sections of a file with front matter opens the description; a title line is only a title. */
export function withPreamble(body: TaskBody, preamble: readonly string[]): TaskBody {
  const lines = [...preamble];
  const first = lines.findIndex(line => line.trim() !== '');
  if (first >= 0 && headingOf(lines[first] ?? '')?.level === 1) lines.splice(0, first + 1);
  const opening = readBlock(lines.join('\n'));
  return { ...body, description: [opening, body.description].filter(text => text !== '').join('\n\n') };
}

const writeCriteria = (criteria: readonly Criterion[]): string =>
  criteria
    .map(
      ({ text, checked }, index) => `- [${checked ? 'x' : ' '}] ${index + 1}. ${escapeComments(neutraliseLine(text))}`,
    )
    .join('\n');

/** The sections that say something, in the order of the blueprint; every text is escaped so that it stays in its section. */
export function writeTaskBody(body: TaskBody): string {
  // The entries of a literal have its keys; the type of `Object.entries` forgets them.
  const parts = Object.entries(TASK_SECTIONS) as [keyof TaskBody, readonly [string, ...string[]]][];
  return parts
    .map(([key, [title]]) => {
      const part = body[key];
      const text = typeof part === 'string' ? writeBlock(part) : writeCriteria(part);
      return text === '' ? '' : `## ${title}\n\n${text}\n`;
    })
    .filter(section => section !== '')
    .join('\n');
}

/** The description's first sentence on one line, shortened to what a title may have; empty when there is none. */
export function firstSentence(description: string): string {
  const paragraph = trimBlock(description).split(/\n\s*\n/)[0] ?? '';
  const sentence = neutraliseLine(/^[\s\S]*?[.!?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph);
  return sentence.length <= 120 ? sentence : `${sentence.slice(0, 119)}…`;
}
