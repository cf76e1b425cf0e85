/** What may stand where the cursor is: commands, flags, the names of agents and models, task ids. */
import type { Option } from 'commander';
import { PHASES, TIERS } from '../domain/tier.ts';
import { quickFacts } from '../git/quick-facts.ts';
import { listAgents, listTaskFiles } from '../record/record-folder.ts';
import type { CommandEntry } from './command-entry.ts';
import { COMMANDS } from './commands.ts';
import type { Context } from './context.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';

/** `words` are those after `kleiber`; the last one is what has been typed of the next. */
export async function candidates(words: readonly string[], context: Context): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const all = words.length < 2 ? [...COMMANDS.map(({ name }) => name), 'help'] : await afterCommand(words, context);
  return all.filter(word => word.startsWith(typed));
}

async function afterCommand(words: readonly string[], context: Context): Promise<string[]> {
  const [name, before, typed = ''] = [words[0], words.at(-2) ?? '', words.at(-1)];
  if (name === 'help') return COMMANDS.map(command => command.name);
  const entry = COMMANDS.find(command => command.name === name);
  if (entry === undefined) return [];
  if (typed.startsWith('-'))
    return [...(await optionsOf(entry, context)).flatMap(({ long }) => long ?? []), ...LONG_GLOBAL_FLAGS];
  const root = quickFacts(context.cwd, context.environment.PATH ?? '')?.root ?? null;
  if (before.startsWith('-')) return valuesOf(before, root);
  return root !== null && /^[<[](?:id|task)[>\]]/.test(entry.usage)
    ? listTaskFiles(root).files.map(({ id }) => id)
    : [];
}

const LONG_GLOBAL_FLAGS = GLOBAL_FLAGS.filter(flag => flag.startsWith('--'));

/** Those that the command itself declares; nothing of it is run. The library is loaded for this alone. */
async function optionsOf(entry: CommandEntry, context: Context): Promise<readonly Option[]> {
  const { Command } = await import('commander');
  const command = new Command(entry.name);
  (await entry.load()).define(command, context, () => {});
  return command.options;
}

const valuesOf = (flag: string, root: string | null): string[] =>
  ({ '--agent': root === null ? [] : listAgents(root).agents, '--model': [...TIERS], '--phase': [...PHASES] })[flag] ??
  [];
