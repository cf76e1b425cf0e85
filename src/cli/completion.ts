/** `kleiber completion`: the lines that make a shell complete commands, flags and task ids. They ask kleiber each time and edit no start-up file. */
import { Argument, type Command } from 'commander';
import type { ExitCode } from '../report/problem.ts';
import { type Context, say } from './context.ts';

/** Each hands over the words up to the cursor, the last of them as far as it was typed. */
const SCRIPTS = {
  bash: `_kleiber() {
  local IFS=$'\\n'
  COMPREPLY=($(kleiber __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _kleiber kleiber`,
  zsh: `_kleiber() {
  local -a found
  found=("\${(@f)$(kleiber __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- \${found:#}
}
compdef _kleiber kleiber`,
  fish: `complete -c kleiber -f -a '(kleiber __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

const isShell = (name: string): name is keyof typeof SCRIPTS => Object.hasOwn(SCRIPTS, name);

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command.addArgument(new Argument('<shell>', 'whose lines').choices(Object.keys(SCRIPTS))).action((shell: string) => {
    if (isShell(shell)) say(context, SCRIPTS[shell]);
    done(0);
  });
}
