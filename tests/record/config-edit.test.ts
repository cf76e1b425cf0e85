/** Rows of kleiber.yml: written without touching anything else, and found again by their line. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGENT_PATTERN } from '../../src/domain/names.ts';
import { PHASES, TIERS } from '../../src/domain/tier.ts';
import { withRouting } from '../../src/record/config-edit.ts';
import { parseConfig } from '../../src/record/config-file.ts';
import { configLines } from '../../src/record/config-lines.ts';

const same = (written: string, agent: string): boolean => written.replace(/-agent$/, '') === agent;
const promote = (text: string | null): string =>
  withRouting(text, [{ agent: 'testing', phase: 'EXEC', to: 'opus' }], same);

describe('one row', () => {
  test.each<[string, string | null, string]>([
    ['no file yet', null, 'routing:\n  EXEC:\n    testing: opus\n'],
    ['a file of comments', '# ours\n', '# ours\n\nrouting:\n  EXEC:\n    testing: opus\n'],
    ['a file that does not end its last line', 'deps: []', 'deps: []\n\nrouting:\n  EXEC:\n    testing: opus\n'],
    [
      'a row that is there keeps the words behind it',
      'routing:\n  EXEC:\n    testing: sonnet   # why\n    api: opus\n',
      'routing:\n  EXEC:\n    testing: opus   # why\n    api: opus\n',
    ],
    [
      'a row under another spelling of its name',
      'routing:\n  EXEC: { testing-agent: sonnet }\n',
      'routing:\n  EXEC: { testing-agent: opus }\n',
    ],
    [
      'a new row under the last one of its phase, before what comes next',
      'routing:\n    EXEC:\n        api: opus # ours\n    # about plans\n    PLAN: { api: haiku }\n',
      'routing:\n    EXEC:\n        api: opus # ours\n        testing: opus\n    # about plans\n    PLAN: { api: haiku }\n',
    ],
    [
      'a new phase',
      'routing:\n  PLAN:\n    api: opus\nlanes: { opus: 1 }\n',
      'routing:\n  PLAN:\n    api: opus\n  EXEC: { testing: opus }\nlanes: { opus: 1 }\n',
    ],
    ['a phase in braces', 'routing:\n  EXEC: { api: opus }\n', 'routing:\n  EXEC: { api: opus, testing: opus }\n'],
    ['no rows at all', 'routing: {} # none\n', 'routing: { EXEC: { testing: opus } } # none\n'],
    ['a phase without rows', 'routing:\n  EXEC: {}\n', 'routing:\n  EXEC: { testing: opus }\n'],
    [
      'everything in braces',
      'routing: { PLAN: { api: opus } }\n',
      'routing: { PLAN: { api: opus }, EXEC: { testing: opus } }\n',
    ],
    [
      'a file that does not end the row',
      'routing:\n  EXEC:\n    api: opus',
      'routing:\n  EXEC:\n    api: opus\n    testing: opus\n',
    ],
  ])('%s', (_name, before, after) => {
    expect(promote(before)).toBe(after);
  });
});

test('property: a written row is read back, the others stay, and no comment is lost', () => {
  const agent = fc.constantFrom('testing', 'api', 'scribe', 'engineer-backend');
  const phase = fc.constantFrom(...PHASES);
  const tier = fc.constantFrom(...TIERS);
  const style = fc.constantFrom('block', 'braces', 'absent');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(phase, agent, tier), { selector: ([p, a]) => `${p}${a}`, maxLength: 6 }),
      style,
      phase,
      agent,
      tier,
      (rows, how, inPhase, ofAgent, to) => {
        expect(AGENT_PATTERN.test(ofAgent)).toBe(true);
        const text = `# head\nlanes: { opus: 2 } # two\n${how === 'absent' ? '' : routingText(rows, how)}# end\n`;
        const written = withRouting(text, [{ agent: ofAgent, phase: inPhase, to }], (a, b) => a === b);
        const parsed = parseConfig('kleiber.yml', written);
        const before = parseConfig('kleiber.yml', text);
        if (!parsed.ok || !before.ok || before.value.routing === 'manual') throw new Error(`not readable:\n${written}`);
        const old = before.value.routing;
        expect(parsed.value).toEqual({
          ...before.value,
          routing: { ...old, [inPhase]: { ...old[inPhase], [ofAgent]: to } },
        });
        for (const comment of ['# head', '# two', '# end']) expect(written).toContain(comment);
      },
    ),
  );
});

function routingText(rows: readonly (readonly [string, string, string])[], how: string): string {
  const phases = [...new Set(rows.map(([phase]) => phase))];
  if (phases.length === 0) return 'routing: {}\n';
  const lines = phases.map(phase => {
    const own = rows.filter(row => row[0] === phase).map(([, agent, tier]) => `${agent}: ${tier}`);
    return how === 'braces'
      ? `  ${phase}: { ${own.join(', ')} }`
      : `  ${phase}:\n${own.map(line => `    ${line}`).join('\n')}`;
  });
  return `routing:\n${lines.join('\n')}\n`;
}

describe('the line of a key', () => {
  const lineOf = configLines('# ours\nlanes:\n  opus: 1\nrouting:\n  EXEC:\n    testing: opus\n');

  test.each([
    ['routing.EXEC.testing', 6],
    ['lanes.opus', 3],
    ['lanes', 2],
    ['lanes.sonnet', null],
    ['routing.PLAN.testing', null],
    ['budget.guard_usd', null],
  ])('%s stands on line %s', (key, line) => {
    expect(lineOf(key)).toBe(line);
  });

  test('is known of no file, and of none that cannot be read', () => {
    expect([configLines(null)('lanes'), configLines('lanes: [')('lanes')]).toEqual([null, null]);
  });
});
