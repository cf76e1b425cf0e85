/** The help of the whole program, made from the table of commands alone. */
import { COMMANDS } from './commands.ts';

/** What kleiber is, and the way in. */
export const FIRST_STEPS = {
  sentence:
    'kleiber: several Claude models build one feature in parallel, under one budget that holds, all of it in git.',
  commands: `  kleiber rehearse                   see it work (no key, 30 s)
  kleiber init                       set up this repository
  kleiber plan "what you want"       turn a request into task files
  kleiber conduct                    build, test and land them`,
};

/** What `kleiber --help` prints. */
export function helpText(): string {
  const groups = [...new Set(COMMANDS.map(command => command.group))];
  const sections = groups.map(group => {
    const lines = COMMANDS.filter(command => command.group === group).map(
      command => `  ${command.name.padEnd(10)} ${command.summary}`,
    );
    return `${group}\n${lines.join('\n')}`;
  });
  return `${FIRST_STEPS.sentence}

${FIRST_STEPS.commands}

${sections.join('\n\n')}

kleiber <command> --help shows options and examples; kleiber help flags, exit-codes, environment, json or errors the rest.
Exit codes: 0 done, 1 failed, 2 wrong use or a broken file, 3 stopped and resumable, 4 no key, 130 interrupted.
`;
}
