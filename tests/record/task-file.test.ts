import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RISKS, type Task, type TaskHead } from '../../src/domain/task.ts';
import { PHASES, PRIORITIES, TIERS } from '../../src/domain/tier.ts';
import type { FileFault } from '../../src/record/record.ts';
import { formatTask, parseTaskFile } from '../../src/record/task-file.ts';
import {
  agentValue,
  blockValue,
  bytesOf,
  cutTo,
  filledLineValue,
  idValue,
  timeValue,
} from '../support/record-values.ts';

const PATH = 'tasks/engineer-backend/feat-001.md';

const EMPTY_BODY = {
  context: '',
  constraints: '',
  technicalGuidance: '',
  escalationTriggers: '',
  template: '',
  pattern: '',
};

const HEAD: TaskHead = {
  id: 'feat-001',
  agent: 'engineer-backend',
  phase: 'EXEC',
  title: 'Add coupons',
  priority: 'p1',
  created: '2025-01-09T14:30:00Z',
  depends_on: [],
  after: [],
  files: [],
  traits: {},
  risk: [],
};

function parsed(text: string, path = PATH): unknown {
  const read = parseTaskFile(path, bytesOf(text));
  return read.ok ? read.value : read.failure;
}

/** The faults as `line: problem`, or none when the file was accepted. */
function problems(text: string, path = PATH): string[] {
  const read = parseTaskFile(path, bytesOf(text));
  return read.ok ? [] : read.failure.map(({ line, problem }: FileFault) => `${line}: ${problem}`);
}

const BODY = '\n## Description\nBuild it.\n\n## Acceptance Criteria\n- [ ] 1. It works\n';
const withHead = (lines: string, body = BODY): string =>
  `---\nid: feat-001\nagent: engineer-backend\ntitle: T\ncreated: 2025-01-09T14:30:00Z\n${lines}---\n${body}`;

describe('the plain form of the blueprint', () => {
  const PLAIN = `# Task: feat-001
Agent: engineer-backend
Model: sonnet
Priority: p0
Created: 2025-01-09T14:30:00Z

## Description
Add a coupon field to the checkout. It must accept one code.

## Acceptance Criteria
- [ ] Criterion 1
- [ ] Criterion 2

## Context
Follows feat-000.

## Constraints
Do not touch src/payment/.
`;

  it('is read as it stands in the blueprint', () => {
    expect(parsed(PLAIN)).toEqual({
      form: 'plain',
      task: {
        head: { ...HEAD, title: 'Add a coupon field to the checkout.', priority: 'p0', model: 'sonnet' },
        body: {
          ...EMPTY_BODY,
          description: 'Add a coupon field to the checkout. It must accept one code.',
          acceptanceCriteria: [
            { text: 'Criterion 1', checked: false },
            { text: 'Criterion 2', checked: false },
          ],
          context: 'Follows feat-000.',
          constraints: 'Do not touch src/payment/.',
        },
      },
    });
  });

  it('becomes the same task when it is rewritten with front matter', () => {
    const read = parseTaskFile(PATH, bytesOf(PLAIN));
    if (!read.ok) throw new Error(JSON.stringify(read.failure));
    expect(parsed(formatTask(read.value.task))).toEqual({ form: 'front_matter', task: read.value.task });
  });

  it('names everything that is wrong in it', () => {
    const text = `# Task: feat-002\nAgnet: x\nAgent: engineer-frontend\nModel: gpt\nnonsense\nModel: opus\nCreated: today\n\n## Descripton\nx\n`;
    expect(problems(text)).toEqual([
      '1: the task has no description',
      '1: the task has no acceptance criterion',
      '2: unknown key "Agnet"; did you mean "Agent"?',
      '4: Model is "gpt"; expected one of haiku, sonnet, opus',
      '5: "nonsense" stands here; expected "Key: value"',
      '6: the line "Model:" stands here a second time',
      '7: Created is "today"; expected an ISO time with zone, such as 2025-01-09T14:30:00Z',
      '9: unknown section "## Descripton"; did you mean "## Description"?',
    ]);
  });

  it('must lie in the folder of its agent under its id', () => {
    expect(problems(PLAIN, 'tasks/scribe/feat-002.md')).toEqual([
      '1: id is "feat-001" but the file is named feat-002.md',
      '1: agent is "engineer-backend" but the folder is tasks/scribe',
    ]);
  });
});

describe('the form with front matter', () => {
  it('gives defaults to what is left out', () => {
    expect(parsed(withHead(''))).toEqual({
      form: 'front_matter',
      task: {
        head: { ...HEAD, title: 'T' },
        body: { ...EMPTY_BODY, description: 'Build it.', acceptanceCriteria: [{ text: 'It works', checked: false }] },
      },
    });
  });

  it('names every fault at once, with its line and a right example', () => {
    const text = `---
id: 012
agent: engineer-backend
phase: EXE
title: ""
created: 2025-01-09
priority: p3
bugdet_usd: 1
budget_usd: -1
traits:
  minuts: 3
risk: [security, securty]
files: src/**
---

## Description

## Acceptance
- [ ] x
`;
    expect(parsed(text)).toEqual(
      (
        [
          [2, 'id is the number 012; expected text, in quotes if it looks like this', 'id: feat-001'],
          [4, 'phase is "EXE"; expected one of LEAD, PLAN, EXEC; did you mean "EXEC"?', 'phase: EXEC'],
          [5, 'title is ""; expected at least 1 characters', 'title: Add coupons to the checkout'],
          [
            6,
            'created is "2025-01-09"; expected an ISO time with zone, such as 2025-01-09T14:30:00Z',
            'created: 2025-01-09T14:30:00Z',
          ],
          [7, 'priority is "p3"; expected one of p0, p1, p2', 'priority: p1'],
          [8, 'unknown key "bugdet_usd"; did you mean "budget_usd"?', 'budget_usd: 1.5'],
          [9, 'budget_usd is the number -1; expected more than 0', 'budget_usd: 1.5'],
          [
            11,
            'unknown key "minuts" in traits; did you mean "minutes"?',
            'traits: { complete_feature: true, minutes: 20 }',
          ],
          [
            12,
            `risk entry 2 is "securty"; expected one of ${RISKS.join(', ')}; did you mean "security"?`,
            'risk: [payment]',
          ],
          [13, 'files is "src/**"; expected a list', 'files: [src/cart/**, tests/cart/**]'],
          [15, 'the task has no description', '## Description'],
          [
            15,
            'the task has no acceptance criterion',
            '## Acceptance Criteria, then - [ ] 1. A coupon lowers the total by its value',
          ],
          [
            18,
            'unknown section "## Acceptance"; known are Description, Acceptance Criteria, Context, Constraints, Technical Guidance, Escalation Triggers, Template, Template/Example, Pattern to Follow',
            '### for a heading inside of a section',
          ],
        ] as const
      ).map(([line, problem, example]) => ({ path: PATH, line, problem, example })),
    );
  });

  it('judges the body even when the front matter is broken', () => {
    expect(problems('---\nid: [\n---\n\n## Descriptoin\nx\n')).toEqual([
      expect.stringMatching(/^3: not YAML/),
      '4: the task has no description',
      '4: the task has no acceptance criterion',
      '5: unknown section "## Descriptoin"; did you mean "## Description"?',
    ]);
  });

  it.each([
    ['../../etc/passwd', 'id is "../../etc/passwd"; expected lower-case letters, digits and hyphens, 1 to 64 long'],
    ['feat/001', 'id is "feat/001"; expected lower-case letters, digits and hyphens, 1 to 64 long'],
    ['.hidden', 'id is ".hidden"; expected lower-case letters, digits and hyphens, 1 to 64 long'],
  ])('refuses the id %j', (id, problem) => {
    const text = withHead('').replace('id: feat-001', `id: ${id}`);
    expect(problems(text)).toEqual([`2: ${problem}`, `2: id is "${id}" but the file is named feat-001.md`]);
  });

  it.each([
    'tasks/feat-001.md',
    'tasks/a/../engineer-backend/feat-001.md',
    'tasks/Engineer/feat-001.md',
    'progress/a/feat-001.md',
  ])('refuses the place %j', path => {
    expect(problems(withHead(''), path)).toEqual(['1: the file is not at tasks/<agent>/<id>.md']);
  });

  it('shows escapes of a hostile file instead of sending them on', () => {
    expect(problems(withHead('priority: "\\e[31mred"\n'))).toEqual([
      '6: priority is "\\u001b[31mred"; expected one of p0, p1, p2',
    ]);
    expect(problems(withHead('pri\u202eority: x\n'))).toEqual([
      '6: unknown key "pri\\u{202e}ority"; did you mean "priority"?',
    ]);
  });

  it('reads Windows line ends', () => {
    expect(parsed(withHead('').replaceAll('\n', '\r\n'))).toEqual(parsed(withHead('')));
  });

  it('is told from a file that is no task at all', () => {
    expect(problems('hello\n')).toEqual(['1: expected front matter (a first line ---) or the heading "# Task: <id>"']);
    expect(problems('')).toEqual(['1: expected front matter (a first line ---) or the heading "# Task: <id>"']);
  });
});

describe('sections', () => {
  const bodyOf = (body: string): unknown => {
    const read = parseTaskFile(PATH, bytesOf(withHead('', body)));
    return read.ok ? read.value.task.body : read.failure.map(({ line, problem }) => `${line}: ${problem}`);
  };

  it('may have two or three #, any case, and headings of their own below', () => {
    expect(
      bodyOf(`# A title
Opening words.

### DESCRIPTION
Build it.

### Requirements
- one

### acceptance criteria
1. First
2. [x] Second
- [X] 3. Third
  goes on
* Fourth

#### Technical Guidance
still a criterion's line? no
`),
    ).toEqual([
      '23: "#### Technical Guidance" under Acceptance Criteria; expected a check box',
      '24: "still a criterion\'s line? no" under Acceptance Criteria; expected a check box',
    ]);
    expect(
      bodyOf(
        '# A title\nOpening words.\n\n### DESCRIPTION\nBuild it.\n\n### Requirements\n- one\n\n### acceptance criteria\n1. First\n2. [x] Second\n- [X] 3. Third\n  goes on\n* Fourth\n\n### Template/Example\n```ts\nx\n```\n## Pattern to Follow\np\n## Technical Guidance\ng\n## Escalation Triggers\ne\n',
      ),
    ).toEqual({
      description: 'Opening words.\n\nBuild it.\n\n### Requirements\n- one',
      acceptanceCriteria: [
        { text: 'First', checked: false },
        { text: 'Second', checked: true },
        { text: 'Third goes on', checked: true },
        { text: 'Fourth', checked: false },
      ],
      context: '',
      constraints: '',
      technicalGuidance: 'g',
      escalationTriggers: 'e',
      template: '```ts\nx\n```',
      pattern: 'p',
    });
  });

  it('do not start inside a code fence', () => {
    expect(bodyOf(`${BODY}\n## Context\n\`\`\`\`md\n## Description\n\`\`\`\n## Nonsense\n\`\`\`\`\nend\n`)).toEqual({
      ...EMPTY_BODY,
      description: 'Build it.',
      acceptanceCriteria: [{ text: 'It works', checked: false }],
      context: '````md\n## Description\n```\n## Nonsense\n````\nend',
    });
  });

  it('stand once each', () => {
    expect(bodyOf(`${BODY}\n## description\nagain\n`)).toEqual([
      '14: the section "description" stands here a second time',
    ]);
  });
});

describe('writing a task', () => {
  it('puts the keys that are set in order and numbers the criteria', () => {
    const task: Task = {
      head: {
        ...HEAD,
        depends_on: ['a-1'],
        files: ['src/cart/**', '**/*.md'],
        traits: { minutes: 20 },
        budget_usd: 1.5,
        plan: 'shop-7f3a',
      },
      body: {
        ...EMPTY_BODY,
        description: 'Build it.',
        acceptanceCriteria: [
          { text: 'One', checked: false },
          { text: '2. Two', checked: true },
        ],
        constraints: 'Keep out of src/pay.',
      },
    };
    expect(formatTask(task)).toBe(`---
id: feat-001
agent: engineer-backend
phase: EXEC
title: Add coupons
priority: p1
created: 2025-01-09T14:30:00Z
depends_on: [ a-1 ]
files: [ src/cart/**, "**/*.md" ]
traits: { minutes: 20 }
budget_usd: 1.5
plan: shop-7f3a
---

## Description

Build it.

## Acceptance Criteria

- [ ] 1. One
- [x] 2. 2. Two

## Constraints

Keep out of src/pay.
`);
  });

  it('keeps foreign text in its section', () => {
    const description =
      'Do it.\n\n## Acceptance Criteria\n- [x] forged\n\n### Context\nforged\n\n```\nnever closed\n\u001b[2J';
    const task: Task = {
      head: HEAD,
      body: { ...EMPTY_BODY, description, acceptanceCriteria: [{ text: 'a\n## Context', checked: false }] },
    };
    expect(parsed(formatTask(task))).toEqual({
      form: 'front_matter',
      task: {
        head: HEAD,
        body: {
          ...EMPTY_BODY,
          description: description.replace('\u001b', '\\u{1b}'),
          acceptanceCriteria: [{ text: 'a ## Context', checked: false }],
        },
      },
    });
  });

  const present = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const head = fc
    .record({
      id: idValue,
      agent: agentValue,
      phase: fc.constantFrom(...PHASES),
      title: filledLineValue.map(title => cutTo(title, 60).trim()).filter(title => title !== ''),
      priority: fc.constantFrom(...PRIORITIES),
      created: timeValue,
      depends_on: fc.array(idValue, { maxLength: 12 }),
      after: fc.array(idValue, { maxLength: 2 }),
      files: fc.array(
        fc.oneof(
          filledLineValue.map(line => cutTo(line, 200)),
          fc.constant('a  b/*'),
        ),
        { maxLength: 5 },
      ),
      traits: fc.record(
        {
          repetitive: fc.boolean(),
          minutes: fc.integer({ min: 1, max: 600 }),
          doc: fc.constantFrom('draft', 'polish'),
        },
        { requiredKeys: [] },
      ),
      risk: fc.subarray([...RISKS]),
      budget_usd: present(fc.integer({ min: 1, max: 10_000_000 }).map(mills => mills / 1000)),
      model: present(fc.constantFrom(...TIERS)),
      override_reason: present(filledLineValue),
      review: present(fc.constant('human')),
      plan: present(idValue),
    })
    .map(values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
  const body = fc.record({
    description: blockValue.filter(text => text !== ''),
    acceptanceCriteria: fc.array(fc.record({ text: filledLineValue, checked: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    }),
    context: blockValue,
    constraints: blockValue,
    technicalGuidance: blockValue,
    escalationTriggers: blockValue,
    template: blockValue,
    pattern: blockValue,
  });

  it('is undone by reading it, whatever the task says', () => {
    fc.assert(
      fc.property(head, body, (headValues, bodyValues) => {
        // The values above are those of the schema; dropping absent keys loses the type.
        const task = { head: headValues, body: bodyValues } as unknown as Task;
        const path = `tasks/${task.head.agent}/${task.head.id}.md`;
        expect(parsed(formatTask(task), path)).toEqual({ form: 'front_matter', task });
      }),
      { numRuns: 300 },
    );
  });
});

describe('any bytes at all', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(
      '---',
      '\n',
      '\r\n',
      ': ',
      '[',
      '{',
      '&a ',
      '*a',
      '!!x ',
      '"',
      "'",
      '|\n',
      '#',
      '- [ ] ',
      '```',
      '## Context\n',
      '\u0000',
      '\t',
    ),
  );

  it('give a task or faults with a line of the file, and never an exception', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(60), fc.array(noise, { maxLength: 8 }), (place, cut, pieces) => {
        const text = withHead('priority: p0\nfiles: [a, b]\n', `${BODY}\n## Context\n\`\`\`\nx\n\`\`\`\n`);
        const at = place % text.length;
        const mutated = text.slice(0, at) + pieces.join('') + text.slice(at + cut);
        const read = parseTaskFile(PATH, bytesOf(mutated));
        const lines = mutated.split('\n').length;
        const strays = read.ok ? [] : read.failure.filter(({ line }) => !(line >= 1 && line <= lines));
        expect(strays).toEqual([]);
        expect(read.ok || read.failure.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
