/** The validator: runs what there is to run, looks where tests do not, and reports. */
import { act, call, type Move, type Script, submitUnseen, TESTS, test } from '../moves.ts';

const report: Move = talk => {
  const [run, search] = talk.outcomes;
  const count = (word: string): string => new RegExp(`^. ${word} (\\d+)`, 'm').exec(run?.text ?? '')?.[1] ?? 'unknown';
  const outcome = run?.isError === false ? 'green' : 'RED';
  const strays = search?.text.trim() === 'no match' ? 'none' : (search?.text ?? 'not searched');
  return submitUnseen('', {
    summary: `\`${TESTS}\`: ${outcome}, ${count('pass')} passed, ${count('fail')} failed. Pages that import from the back end: ${strays}.`,
  })(talk);
};

export const finalChecks: Script = () => [
  act(
    'I run the tests on everything that has landed, and look for pages that reach into the back end.',
    test(),
    call('search', { pattern: "from '[./]*backend/", path: 'src/frontend' }),
  ),
  report,
];
