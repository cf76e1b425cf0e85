/** How a command line is handed to bash so that its start, its exit code and its output can be told apart. */

/**
 * The command talks into a pipe, not into node's socket: on a socket `echo x > /dev/stderr` fails, which passes in any
 * terminal. Descriptor 4 says "it started" and then the exit code, because a background process that keeps the pipe
 * open would otherwise keep the end of the command from us. The command itself does not get descriptor 4.
 */
const RUN = 'echo started >&4; { bash -c "$1" 4>&-; echo "exit $?" >&4; } 2>&1 | cat 4>&-';

/** Files that the process above kleiber left open would be inherited all the way down, into the sandbox. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are bash's.
const CLOSE_INHERITED = 'for i in /dev/fd/*; do i=${i##*/}; if [ "$i" -gt 4 ]; then eval "exec $i>&-"; fi; done';

/** Arguments for `bash`; both streams arrive on its standard output in the order in which they were written. */
export const bashArguments = (command: string): string[] => ['-c', `${CLOSE_INHERITED}; ${RUN}`, 'bash', command];

/** What descriptor 4 said so far. */
export interface StatusReport {
  hasStarted: boolean;
  exitCode: number | null;
}

export function parseStatus(text: string): StatusReport {
  const exit = /^exit (\d{1,3})$/m.exec(text)?.[1];
  return { hasStarted: text.startsWith('started\n'), exitCode: exit === undefined ? null : Number(exit) };
}
