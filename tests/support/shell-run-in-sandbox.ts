/** A process of its own that runs one command in a sandbox: `node <this file> <worktree> <command>`; prints the outcome. */
import { homedir } from 'node:os';
import { testSandbox, timeless } from './shell-sandbox.ts';

const [worktree = '', command = ''] = process.argv.slice(2);
const sandbox = await testSandbox(homedir());
const outcome = await sandbox.run({ worktree, command, timeoutMs: 60_000, writable: true, binds: [] });
process.stdout.write(JSON.stringify(timeless(outcome)));
