/** What models, the wire and the disk send, under any input: streams, tool inputs, globs, paths, events and transcripts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseCassette } from '../../src/agent/cassette.ts';
import { firstDifference } from '../../src/agent/first-difference.ts';
import { partsOf } from '../../src/agent/recorded-part.ts';
import { REDACTED, redactSecrets } from '../../src/agent/redact.ts';
import { toolsOf } from '../../src/agent/tools/toolbox.ts';
import { closeOpenCalls, readConversation } from '../../src/agent/transcript.ts';
import { parseEvent } from '../../src/baton/parse-event.ts';
import { systemClock } from '../../src/cli/clock.ts';
import type { Stored, TaskEvent } from '../../src/domain/event.ts';
import { neutralise, neutraliseLine } from '../../src/domain/plain-text.ts';
import { TOOL_NAMES } from '../../src/domain/role.ts';
import { checkBaseUrl } from '../../src/model/base-url.ts';
import { sdkClaude } from '../../src/model/sdk-claude.ts';
import { usageOf } from '../../src/model/usage-of.ts';
import { foldStream } from '../../src/policy/fold.ts';
import { globCovers, globFault, globsOverlap, matchesGlob } from '../../src/policy/glob.ts';
import { linkFault, zoneFault } from '../../src/policy/zones.ts';
import { KEY_FORMATS } from '../attacked/key-formats.ts';
import { loopback } from '../support/model-loopback.ts';
import { HELLO, turnRequest } from '../support/model-streams.ts';
import {
  at,
  blocked,
  claimed,
  created,
  ended,
  humanReview,
  roleOf,
  submitted,
  validationOf,
} from '../support/policy-values.ts';
import { hostileText, survives, survivesAsync } from './hostile-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'kleiber-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const segment = fc.oneof(
  fc.constantFrom(
    '*',
    '**',
    '*a*a*a*a*a*a*b',
    '..',
    '.',
    '',
    '.git',
    '.GIT',
    'git~1',
    'src',
    'tasks',
    '\u200b.git',
    'a'.repeat(300),
    '{a,b}',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const path = fc.array(segment, { maxLength: 8 }).map(parts => parts.join('/'));

describe('globs and paths', () => {
  test('a glob against a path, and against another glob', () =>
    survives(fc.tuple(path, path), ([glob, other]) => [
      globFault(glob),
      matchesGlob(glob, other),
      globsOverlap(glob, other),
      globCovers(glob, other),
    ]));

  test('the globs that hang other matchers', () =>
    survives(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 2_000 })), ([stars, length]) =>
      matchesGlob(`${'*a'.repeat(stars)}b`, 'a'.repeat(length)),
    ));

  test('no zone lets a name of git or of the record pass, however wide it is', () =>
    survives(
      fc.tuple(
        path,
        fc.constantFrom('.git', '.GIT', '.Git ', '.git.', 'git~1', '.g\u200cit', '.git::$INDEX_ALLOCATION'),
        path,
      ),
      ([before, name, after]) => {
        const zone = { files: ['**'], rolePaths: null, widened: ['**'] };
        expect(zoneFault(zone, [before, name, after].filter(part => part !== '').join('/'))).not.toBe(null);
        expect(zoneFault(zone, `tasks/${after}`)).not.toBe(null);
      },
    ));

  test('the target of a link', () => survives(fc.tuple(path, path), ([from, to]) => linkFault(from, to)));
});

describe('text', () => {
  test('made harmless stays harmless', () =>
    survives(hostileText('a\u001b[31mb'), text => {
      expect(neutralise(neutralise(text))).toBe(neutralise(text));
      expect(neutraliseLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }));

  test('a key of any format is taken out, wherever it stands', () =>
    survives(
      fc.tuple(hostileText('KEY='), fc.constantFrom(...KEY_FORMATS.map(([, key]) => key)), hostileText('\n')),
      ([before, key, after]) => {
        // Letters right before a key would make it a part of a longer word.
        const text = redactSecrets(`${before} ${key} ${after}`);
        expect(text).toContain(REDACTED);
        expect(text).not.toContain(key);
      },
    ));

  test('an address for the key is https or this machine', () =>
    survives(hostileText('http://127.0.0.1:8080/v1', 'https://api.anthropic.com', 'http://localhost'), text => {
      const checked = checkBaseUrl(text);
      if (!checked.ok) return;
      const { protocol, hostname } = new URL(checked.value);
      expect(protocol === 'https:' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)).toBe(true);
    }));
});

const steps: readonly TaskEvent[] = [
  created(),
  claimed(1),
  claimed(2),
  claimed(3),
  submitted(1),
  submitted(2),
  blocked(1),
  blocked(2),
  humanReview(1),
  ended(1),
  ended(2),
  { kind: 'approach', attempt: 1, text: 'x' },
  { kind: 'checkpoint', attempt: 1, commit: 'c' },
  { kind: 'proven', attempt: 1, commit: 'commit-1' },
  { kind: 'validated', attempt: 1, commit: 'commit-1', validation: validationOf('green'), baseResult: null },
  { kind: 'merge_intended', attempt: 1, base: 'b', candidate: 'c', validation: validationOf('green') },
  { kind: 'landed', attempt: 1, commit: 'c', tree: 't' },
  { kind: 'returned', attempt: 1, reason: 'red', note: 'n', strike: true, draft: null },
  { kind: 'approved', commit: 'commit-1', by: 'ada' },
  { kind: 'answered', by: 'ada', text: 't', widen: [] },
  { kind: 'requeued', by: 'ada', reason: 'r' },
  { kind: 'cancelled', by: 'ada', reason: 'r' },
  { kind: 'imported', commit: 'c', model: 'm', costUsd: '0.10' },
];

describe('the log of events', () => {
  test('an event read back from any text', () =>
    survives(hostileText(...steps.map(step => JSON.stringify(step))), text => parseEvent(text)));

  test('a state of events in any order, which lands once and with a commit or not at all', () =>
    survives(fc.array(fc.constantFrom(...steps), { maxLength: 25 }), events => {
      const stream = events.map(
        (event, index): Stored => ({ position: index, stream: 'task/x', seq: index + 1, at: at(index), event }),
      );
      const state = foldStream('x', stream);
      if (state?.stage.kind === 'landed') expect(state.stage.commit).not.toBe('');
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    }));

  test('a conversation read back from any file', () => {
    const file = join(folder, 'transcript.jsonl');
    const lines = [
      { line: 'preamble', preamble: { model: 'm', effort: 'medium', system: [], tools: [], format: null } },
      { line: 'message', message: { role: 'user', content: [{ type: 'text', text: 'x' }] } },
      { line: 'failure', at: '', reason: 'x' },
    ].map(line => JSON.stringify(line));
    survives(hostileText(lines.join('\n'), lines[1] ?? ''), text => {
      writeFileSync(file, text);
      closeOpenCalls(readConversation(file)?.messages ?? []);
    });
  });
});

describe('what somebody gives to be played again', () => {
  const head = { line: 'cassette', format: 1 };
  const zone = { files: ['src/**'], rolePaths: null, widened: [] };
  const begun = { line: 'attempt', task: 'x', attempt: 1, agent: 'a', commit: 'a'.repeat(40), zone };
  const preamble = { model: 'm', effort: 'medium', system: [], tools: [], format: null };
  const said = { role: 'user', content: [{ type: 'text', text: 'took 5 ms' }] };
  const reply = { at: '', inputTokens: 1, sentBytes: 1, stop: 'end_turn', requestId: null };
  const lines = [
    head,
    begun,
    { line: 'preamble', preamble },
    { line: 'message', message: said },
    { line: 'request', at: '', number: 1, maxTokens: 1, reservation: '' },
    { line: 'reply', message: { role: 'assistant', content: [] }, ...reply },
  ].map(line => JSON.stringify(line));

  test('is a record in parts, or named by its line', () =>
    survives(hostileText(lines.join('\n'), lines[3] ?? ''), text => {
      const parsed = parseCassette(text);
      if (!parsed.ok) expect(parsed.failure.line).toBeGreaterThan(0);
      else for (const attempt of parsed.value) partsOf(attempt.lines);
    }));

  test('parts nowhere from itself, whatever stands in it', () =>
    survives(hostileText('ran 3 tests in 1.42 s, duration_ms 5'), text => {
      expect(firstDifference({ text }, { text })).toBeNull();
      firstDifference(text, `${text} 5 s`);
    }));
});

describe('what a model sends', () => {
  test('usage of any shape is counts, or unknown and never nothing', () =>
    survives(
      fc.oneof(
        fc.anything(),
        fc.record({
          input_tokens: fc.anything(),
          output_tokens: fc.nat(),
          output_tokens_details: fc.oneof(
            fc.anything(),
            fc.record({ thinking_tokens: fc.oneof(fc.nat(), fc.anything()) }),
          ),
          cache_creation: fc.anything(),
        }),
      ),
      reported => {
        const usage = usageOf(reported as Parameters<typeof usageOf>[0], '5m');
        for (const count of Object.values(usage ?? {}))
          if (!Number.isSafeInteger(count) || count < 0) throw new Error(`${count}`);
        if (usage !== null && (usage.thinking ?? 0) > usage.output) throw new Error('more thought than written');
      },
    ));

  test('the input of any tool gets an answer', async () => {
    const root = join(folder, 'tree');
    const tools = toolsOf(
      roleOf('engineer', { tools: [...TOOL_NAMES] }),
      { root, zone: { files: ['src/**'], rolePaths: null, widened: [] } },
      async () => ({ kind: 'exited', exitCode: 0, output: '', durationMs: 1 }),
    );
    const named = fc.dictionary(
      fc.constantFrom(
        'path',
        'content',
        'old',
        'new',
        'command',
        'seconds',
        'glob',
        'pattern',
        'offset',
        'limit',
        'summary',
        'type',
        'problem',
        'need',
        'paths',
      ),
      fc.oneof(path, fc.anything()),
    );
    await survivesAsync(fc.tuple(fc.constantFrom(...tools), fc.oneof(named, fc.anything())), async ([tool, input]) => {
      const { text, isError } = await tool.run(input, new AbortController().signal);
      expect([typeof text, typeof isError]).toEqual(['string', 'boolean']);
    });
  });

  test('a stream of any bytes is a reply or a named failure, and half a call is no call', async () => {
    let body = '';
    const server = await loopback(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(body);
    });
    const claude = await sdkClaude({
      apiKey: 'sk-ant-fuzz-0123456789',
      baseUrl: server.url,
      clock: systemClock,
      idleMs: 2_000,
    });
    await survivesAsync(
      hostileText(HELLO.join(''), ...HELLO),
      async text => {
        body = text;
        const outcome = await claude.turn(turnRequest());
        if (!outcome.ok)
          expect(outcome.failure.reason).toMatch(
            /^(?:stream_cut|overloaded|server_error|rate_limited|invalid_request|connection_failed)$/,
          );
      },
      0.2,
    );
  }, 600_000);
});
