/** `kleiber config`: the settings that count here, and where each of them comes from. */
import type { Command } from 'commander';
import { nearestWord } from '../domain/nearest.ts';
import { parseConfig } from '../record/config-file.ts';
import { configLines } from '../record/config-lines.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { type Setting, settingRows, settingsOf } from '../report/settings.ts';
import { table } from '../report/table.ts';
import { type Context, complain, note, say, sayJson, widthOf } from './context.ts';
import { openProject, type Project } from './project.ts';
import { configText } from './route-task.ts';
import { CONFIG_FILE } from './trust-store.ts';

interface ConfigFlags {
  showOrigin?: boolean;
  json?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('[key]', 'this setting, or all of a group: budget, budget.day_usd')
    .option('--show-origin', 'with the file and the line that say it')
    .option('--json', 'each setting with its value and its line as JSON')
    .action(async (key: string | undefined, flags: ConfigFlags) => done(await config(key, flags, context)));
}

async function config(key: string | undefined, flags: ConfigFlags, context: Context): Promise<ExitCode> {
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    const all = settingsHere(project.value);
    const wanted = key === undefined ? all : all.filter(setting => isIn(setting, key));
    if (wanted.length === 0) return complain(context, unknownKey(key ?? '', all));
    if (flags.json) sayJson(context, 'config', { file: CONFIG_FILE, settings: wanted });
    else say(context, table(settingRows(wanted, CONFIG_FILE, flags.showOrigin === true), widthOf(context)).join('\n'));
    if (!project.value.trusted)
      note(context, `${CONFIG_FILE} is not trusted, so it only lowers what is built in: kleiber trust`);
    return 0;
  } finally {
    project.value.close();
  }
}

function settingsHere({ config: counts, facts }: Project): Setting[] {
  const text = configText(facts.root);
  const written = parseConfig(CONFIG_FILE, text);
  return settingsOf(counts, written.ok ? written.value : null, configLines(text));
}

const isIn = ({ key }: Setting, group: string): boolean => key === group || key.startsWith(`${group}.`);

function unknownKey(given: string, all: readonly Setting[]) {
  const known = all.flatMap(({ key }) => [key, key.split('.')[0] ?? key]);
  const nearest = nearestWord(given, [...new Set(known)]);
  const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
  return problem(2, `there is no setting ${given}${hint}`, [], ['kleiber config'], 'no_such_setting');
}
