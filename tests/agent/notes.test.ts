/** What a person says on the way: heard with the next turn, kept in the transcript before it is sent, once per conversation. */
import { describe, expect, test } from 'vitest';
import { runAgent } from '../../src/agent/loop.ts';
import type { Note } from '../../src/agent/spec.ts';
import { openTranscript, readConversation } from '../../src/agent/transcript.ts';
import type { TurnRequest } from '../../src/model/claude.ts';
import { type Call, reply, rig, type Step, scriptedClaude, userText } from '../support/agent-rig.ts';

const SUBMIT: Call = ['submit', { summary: 'built it' }];
const READ = reply({ calls: [['read', { path: 'a.ts' }, 'toolu_1']] });
const RESULT = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '1\tone' }] };

/** A conversation in which `said` grows while it goes on. */
function talk(script: (said: Note[]) => readonly Step[], secrets: string[] = []) {
  const said: Note[] = [];
  const played = rig({ script: script(said), edges: { notes: () => said, secrets }, files: { 'a.ts': 'one' } });
  return { ...played, said };
}

const kill = (): never => {
  throw new Error('killed');
};

/** Says it while the model thinks about its reply. */
const meanwhile =
  (said: Note[], notes: Note[], answer: ReturnType<typeof reply>): Step =>
  () => {
    said.push(...notes);
    return answer;
  };

describe('a note', () => {
  test('is a text of the user behind the results of the turn in which it came', async () => {
    const { run, added } = talk(said => [
      meanwhile(said, [{ id: 7, text: 'Prices are in cents.' }], READ),
      reply({ calls: [SUBMIT] }),
    ]);
    expect(await run()).toMatchObject({ kind: 'ended_itself' });
    expect(added(1).slice(1)).toEqual([RESULT, userText('Prices are in cents.')]);
  });

  test('that was there before the first turn comes behind the opening, and each of several is heard, in order', async () => {
    const { run, said, requests } = talk(() => [reply({ calls: [SUBMIT] })]);
    said.push({ id: 7, text: 'first' }, { id: 9, text: 'second' });
    await run();
    expect(requests()[0]?.messages).toEqual([userText('Build the basket.'), userText('first'), userText('second')]);
  });

  test('with the same words as another one is another one', async () => {
    const { run, said, added } = talk(() => [reply({ calls: [SUBMIT] })]);
    said.push({ id: 7, text: 'Go on.' }, { id: 9, text: 'Go on.' });
    await run();
    expect(added(0)).toHaveLength(3);
  });

  test('is sent without the secrets of the machine', async () => {
    const { run, said, claude } = talk(() => [reply({ calls: [SUBMIT] })], ['correct-horse-battery']);
    said.push({ id: 7, text: 'The key is correct-horse-battery.' });
    await run();
    expect(claude.sent[0]).toContain('The key is [redacted secret].');
  });

  test('waits for the end of a reply that the API has paused', async () => {
    const paused = reply({ text: 'one moment', stop: 'pause_turn' });
    const { run, added } = talk(said => [
      meanwhile(said, [{ id: 7, text: 'Hurry.' }], paused),
      READ,
      reply({ calls: [SUBMIT] }),
    ]);
    await run();
    expect([added(1).length, added(2).slice(1)]).toEqual([1, [RESULT, userText('Hurry.')]]);
  });
});

describe('a kill', () => {
  const NOTE = { id: 7, text: 'Prices are in cents.' };

  /** Played until the kill, then gone on with by another process that knows of the same notes. */
  async function goneOn(script: (said: Note[]) => readonly Step[]): Promise<TurnRequest['messages']> {
    const { run, transcript, said, spec, edges } = talk(script);
    await expect(run()).rejects.toThrow('killed');
    const conversation = readConversation(transcript);
    const claude = scriptedClaude([reply({ calls: [SUBMIT] })]);
    await runAgent(
      { ...spec, resume: conversation, opening: '' },
      { ...edges, claude, notes: () => said, transcript: openTranscript(transcript) },
    );
    return (JSON.parse(claude.sent[0] ?? '{}') as TurnRequest).messages; // what the scripted Claude wrote
  }

  test('before it was told loses nothing', async () => {
    const messages = await goneOn(said => [
      READ,
      () => {
        said.push(NOTE);
        return kill();
      },
    ]);
    expect(messages.slice(2)).toEqual([RESULT, userText(NOTE.text)]);
  });

  test('after it was told, and before an answer came, tells nothing twice', async () => {
    const messages = await goneOn(said => [meanwhile(said, [NOTE], READ), kill]);
    expect(messages.slice(2)).toEqual([RESULT, userText(NOTE.text)]);
  });
});
