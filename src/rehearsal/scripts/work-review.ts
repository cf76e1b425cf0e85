/** The reviewers: each reads what was handed in, judges every numbered criterion, and sends back what does not hold. */
import { call, look, type Move, type Script } from '../moves.ts';
import { type Talk, taskKeyOf } from '../talk.ts';

interface Finding {
  /** The criterion that it breaks, as it stands in the opening. */
  criterion: RegExp;
  file: string;
  line: number | null;
  text: string;
}

/** The criteria with their numbers, read where a model would read them. */
function criteriaIn({ opening }: Talk): { number: number; text: string }[] {
  const [, section = ''] = /## Criteria\n\n([\s\S]*?)\n\n## /.exec(opening) ?? [];
  return [...section.matchAll(/^(\d+)\. (.*)$/gm)].map(([, number, text = '']) => ({ number: Number(number), text }));
}

/** Approves when nothing was found; else asks for changes, criterion by criterion and line by line. */
const judge =
  (summary: string, findIn: (talk: Talk) => Finding[] = () => []): Move =>
  talk => {
    const findings = findIn(talk);
    const criteria = criteriaIn(talk).map(({ number, text }) => {
      const broken = findings.find(({ criterion }) => criterion.test(text));
      return { number, met: broken === undefined, note: broken?.text ?? 'holds, as I read it' };
    });
    const comments = findings.map(({ file, line, text }) => ({ file, line, text }));
    const value =
      findings.length === 0
        ? { decision: 'approve', summary, criteria, comments }
        : { decision: 'request_changes', summary: 'One sentence promises too much.', criteria, comments };
    return { content: [{ type: 'json', value }] };
  };

/** A promise about refunds, as long as the code of this very submission still pays the list price. */
function promiseIn({ outcomes }: Talk): Finding[] {
  const paysListPrice = outcomes.some(({ text }) =>
    text.includes('return line === undefined ? null : lineTotal(line)'),
  );
  const promise = outcomes.map(({ text }) => /^(\d+)\t.*A refund pays back.*$/m.exec(text)).find(hit => hit !== null);
  if (!paysListPrice || promise === undefined) return [];
  return [
    {
      criterion: /promises only what has landed/,
      file: 'docs/coupons.md',
      line: Number(promise?.[1]),
      text: 'Nothing of this has landed: refundFor in src/backend/refunds.js pays the list price. Say that refunds are not settled.',
    },
  ];
}

const REVIEWS: Readonly<Record<string, readonly Move[]>> = {
  pricing: [
    look('I read the rounding and the test that pins it.', 'src/backend/pricing.js', 'src/backend/pricing.test.js'),
    judge('One rounding, on the order, with a test that fails when lines are rounded instead.'),
  ],
  'final-checks': [
    () => ({ content: [call('search', { pattern: "from '[./]*backend/", path: 'src/frontend' })] }),
    judge('I searched myself and found the same: no page imports from the back end.'),
  ],
  changelog: [
    look('I hold each promise against the code.', 'docs/coupons.md', 'CHANGELOG.md', 'src/backend/refunds.js'),
    judge('Everything that it says has landed, and nothing that stood there is gone.', promiseIn),
  ],
  refunds: [
    look(
      'Money goes out here: I read code and tests line by line.',
      'src/backend/refunds.js',
      'src/backend/refunds.test.js',
    ),
    judge('Shares add up to the total for any rounding. Whether this is the rule to have is a decision for a person.'),
  ],
};

export const workReview: Script = talk => REVIEWS[taskKeyOf(talk)] ?? [];
