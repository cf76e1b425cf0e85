/** Input that nobody meant well: mutated samples and plain noise, and a judge that lets no reader crash, hang or run anything. */
import fc from 'fast-check';
import { expect } from 'vitest';

declare global {
  /** Set by code that some of the inputs hold; nobody may ever run it. */
  var fuzzCanary: unknown;
}

/** Cases per property; `npm run fuzz` asks for many more. */
export const RUNS = Number(process.env.KLEIBER_FUZZ_RUNS ?? 250);
const SEED = process.env.KLEIBER_FUZZ_SEED;
const MOST_MS = 1_000;

/** Pieces that mean something to one of the readers. */
const PIECES = [
  '---\n',
  '---js\n',
  '---json\n',
  '\n---\n',
  '...\n',
  '&a ',
  '*a',
  '<<: ',
  '!!js/function ',
  '!!binary ',
  '%YAML 1.1\n',
  '? ',
  ': ',
  '- ',
  '| ',
  '> ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '#',
  '\t',
  '\r\n',
  '\0',
  '\u001b[31m',
  '\u202e',
  '\ufeff',
  '\u2028',
  '\ud800',
  '__proto__',
  'constructor',
  '## ',
  '# Task: ',
  '```',
  '~~~',
  '<!--',
  '-->',
  '- [ ] 1. ',
  '| a | b |\n',
  '|---|---|\n',
  '../',
  '/',
  '**',
  '*',
  '*a*a*a*a*a*a*a*a',
  '.git',
  '1e999',
  '-0',
  '0x10',
  '12:30:45',
  'a'.repeat(3_000),
  '['.repeat(200),
  '{a: '.repeat(60),
  '{}{globalThis.fuzzCanary = 1}',
  '$' + '{globalThis.fuzzCanary = 1}',
  '---js\n{ a: (globalThis.fuzzCanary = 1) }\n---\n',
  '(a+)+$',
  'data: {"type":',
  '\n\n',
  'null',
  'true',
  '9'.repeat(400),
];

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map(pieces => pieces.join('')),
);

/** One change of a text: a piece put in, a stretch taken out, doubled, or put elsewhere. */
const change = fc.record({
  at: fc.nat({ max: 10_000 }),
  length: fc.nat({ max: 60 }),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 6 })),
  kind: fc.constantFrom('insert', 'remove', 'double', 'replace'),
});

function changed(
  text: string,
  changes: readonly { at: number; length: number; piece: string; kind: string }[],
): string {
  return changes.reduce((rest, { at, length, piece, kind }) => {
    const start = rest.length === 0 ? 0 : at % rest.length;
    const [before, stretch, after] = [
      rest.slice(0, start),
      rest.slice(start, start + length),
      rest.slice(start + length),
    ];
    if (kind === 'insert') return before + piece + stretch + after;
    if (kind === 'remove') return before + after;
    return kind === 'double' ? before + stretch + stretch + after : before + piece + after;
  }, text);
}

/** Texts near the samples and far from them. */
export const hostileText = (...samples: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 6 }))
        .map(([text, changes]) => changed(text, changes)),
    },
    { weight: 1, arbitrary: noise },
  );

/** The same as bytes, some of them no UTF-8. */
export const hostileBytes = (...samples: readonly string[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 6, arbitrary: hostileText(...samples).map(text => new TextEncoder().encode(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  );

/** Time of this process alone, so that a busy machine makes no test fail. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

function judged(act: () => unknown): unknown {
  const started = cpuMs();
  const result = act();
  const ms = cpuMs() - started;
  if (ms > MOST_MS) throw new Error(`took ${Math.round(ms)} ms`);
  if (globalThis.fuzzCanary !== undefined) throw new Error('something in the input was run');
  return result;
}

const settings = <Input>(): fc.Parameters<Input> => ({
  numRuns: RUNS,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
});

/** Holds for every input: it ends, soon, without an exception, and what it says stands the look of `isRight`. */
export function survives<Input>(inputs: fc.Arbitrary<Input>, act: (input: Input) => unknown): void {
  fc.assert(
    fc.property(inputs, input => {
      judged(() => act(input));
    }),
    settings<[Input]>(),
  );
}

/** The same for what answers later. */
export async function survivesAsync<Input>(
  inputs: fc.Arbitrary<Input>,
  act: (input: Input) => Promise<unknown>,
  share = 1,
): Promise<void> {
  const { numRuns = RUNS, ...rest } = settings<[Input]>();
  await fc.assert(
    fc.asyncProperty(inputs, async input => {
      const started = cpuMs();
      await act(input);
      expect(cpuMs() - started).toBeLessThan(MOST_MS);
      expect(globalThis.fuzzCanary).toBe(undefined);
    }),
    { ...rest, numRuns: Math.ceil(numRuns * share) },
  );
}
