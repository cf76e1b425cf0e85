/** A worker that opens a worktree and is killed meanwhile: `<home> <checkout> <worktree> <commit>`. */
import { openStore } from '../../src/git/store.ts';

const [home = '', checkout = '', worktree = '', commit = ''] = process.argv.slice(2);
const environment = { path: process.env.PATH ?? '', home };
const store = await openStore({ checkout, environment, clock: { sleep: () => Promise.resolve() } });
if (store.ok) await store.value.openWorktree(worktree, 'agent/w', commit);
