/** What a scripted agent can do in one turn. A script is a list of moves, one per turn, and each looks at what came back before it goes on. */
import type { ScriptedBlock, ScriptedReply } from './compose-reply.ts';
import type { JsonObject } from './request-shape.ts';
import type { Talk } from './talk.ts';

export type Move = (talk: Talk) => ScriptedReply;
export type Script = (talk: Talk) => readonly Move[];

/** The command that agents and checks of the sample share. */
export const TESTS = 'node --test tests.js';

const say = (words: string): ScriptedBlock[] => (words === '' ? [] : [{ type: 'text', text: words }]);

export const call = (name: string, input: JsonObject): ScriptedBlock => ({ type: 'tool_use', name, input });

/** The turn that these moves have come to. A script that has run out has met something it was not written for. */
export function nextMove(moves: readonly Move[], talk: Talk): ScriptedReply {
  const move = moves[talk.spoken];
  return move === undefined ? giveUp(talk, 'My script has no further move.') : move(talk);
}

/** Says how it will go about it and reads what it needs, in one turn. */
export const look =
  (words: string, ...paths: string[]): Move =>
  () => ({ content: [...say(words), ...paths.map(path => call('read', { path }))] });

/** Calls tools; after a failure of the turn before it gives up, because its next step was meant for a success. */
export const act =
  (words: string, ...calls: ScriptedBlock[]): Move =>
  talk =>
    hasFailed(talk) ? giveUp(talk, 'The step before this one failed.') : { content: [...say(words), ...calls] };

/** The same with a thought first. */
export const consider =
  (thought: string, words: string, ...calls: ScriptedBlock[]): Move =>
  talk => {
    const { content } = act(words, ...calls)(talk);
    return { content: [{ type: 'thinking', thinking: thought }, ...content] };
  };

export const write = (path: string, content: string): ScriptedBlock => call('write', { path, content });

export const edit = (path: string, old: string, replacement: string): ScriptedBlock =>
  call('edit', { path, old, new: replacement });

/** Runs the sample's real tests in the sandbox. */
export const test = (): ScriptedBlock => call('run', { command: TESTS });

export interface Report {
  summary: string;
  tests?: readonly string[];
  decisions?: readonly string[];
}

/** Hands in, but only when nothing of the turn before was red. */
export const submit =
  (report: Report): Move =>
  talk =>
    hasFailed(talk) ? giveUp(talk, 'The tests are red and I cannot see why.') : { content: [handIn(report)] };

/** Hands in whatever the turn before gave. */
export const submitUnseen =
  (words: string, report: Report): Move =>
  () => ({ content: [...say(words), handIn(report)] });

const handIn = ({ summary, tests = [], decisions = [] }: Report): ScriptedBlock =>
  call('submit', { summary, tests_added: tests, decisions });

export const ask = (words: string, question: JsonObject): Move => act(words, call('block', question));

const hasFailed = ({ outcomes }: Talk): boolean => outcomes.some(outcome => outcome.isError);

/** An agent that does not know what to do says so; it never guesses and never claims. */
function giveUp({ outcomes }: Talk, problem: string): ScriptedReply {
  const failed = outcomes.find(outcome => outcome.isError)?.text ?? outcomes.at(-1)?.text ?? '';
  const seen = failed.trim() === '' ? '' : `\n\n${failed.slice(-1500)}`;
  const input = { type: 'technical', problem: `${problem}${seen}`, need: 'Somebody has to look at this.' };
  return { content: [call('block', input)] };
}
