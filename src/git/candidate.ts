/** Commits made without a work tree: the merge candidate, and the record commit that changes a few paths of a large tree. */
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { commitTree } from './checkpoint.ts';
import type { Committed, GitFailure, MergeOutcome, MergeRequest } from './git.ts';
import { attempt, failureOf, type GitOutput, nulSeparated, succeeded, textOf } from './git-command.ts';
import { epochSeconds, objectId, type StoreContext } from './store-context.ts';

/** One line per trailer, so that nothing an agent named can add a trailer of its own. */
function withTrailers(message: string, trailers: readonly [string, string][]): string {
  const lines = trailers.map(([key, value]) => `${key}: ${value.replace(/\s+/g, ' ').trim()}`);
  return `${message.trim()}\n\n${lines.join('\n')}\n`;
}

/** Output of `merge-tree -z`: the tree, the files in conflict, an empty field, then messages in groups. */
function readConflict(output: GitOutput): { tree: string; files: string[]; detail: string } {
  const [tree = '', ...fields] = nulSeparated(output.stdout);
  const border = fields.indexOf('');
  const messages = fields.slice(border + 1).filter(field => field.startsWith('CONFLICT ('));
  return {
    tree,
    files: [...new Set(fields.slice(0, border))],
    detail: messages.map(text => text.trim()).join('\n'),
  };
}

/** The half-merged tree becomes a commit that no ref names, for whoever resolves it. */
async function conflict(
  store: StoreContext,
  request: MergeRequest,
  output: GitOutput,
): Promise<Result<MergeOutcome, GitFailure>> {
  const { tree, files, detail } = readConflict(output);
  const message = `conflict: ${request.message.trim()}\n`;
  const draft = await commitTree(store, objectId(tree), [request.base], message, request.at);
  return draft.ok ? ok({ kind: 'conflict', files, detail, draft: draft.value }) : draft;
}

/** A merge of `commit` into `base`; a commit that `base` already contains is merged by definition, as `base` itself. */
export async function mergeCandidate(
  store: StoreContext,
  request: MergeRequest,
): Promise<Result<MergeOutcome, GitFailure>> {
  const { base, commit } = request;
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--messages', objectId(base), objectId(commit)];
  const merged = await store.git(args);
  if (merged.exitCode === 1) return conflict(store, request, merged);
  if (merged.exitCode !== 0) return fail(failureOf(args, merged));
  const tree = nulSeparated(merged.stdout)[0] ?? '';
  // Only a merge that changes nothing can be one of what is there already.
  const isSame = tree === (await store.trees.of(base));
  const isContained = isSame && succeeded(await store.git(['merge-base', '--is-ancestor', commit, base]));
  if (isContained) return ok({ kind: 'merged', commit: base, tree });
  const message = withTrailers(request.message, request.trailers);
  const made = await commitTree(store, tree, [base, commit], message, request.at);
  return made.ok ? ok({ kind: 'merged', commit: made.value, tree }) : made;
}

/** fast-import takes any path, so this keeps out what no index would hold. */
const isTreePath = (path: string): boolean =>
  !path.includes('\0') && path.split('/').every(part => part !== '' && !/^(?:\.|\.\.|\.git)$/i.test(part));

const quoted = (path: string): string =>
  `"${path.replace(/[\\"]/g, character => `\\${character}`).replaceAll('\n', '\\n')}"`;

function fileCommands(files: ReadonlyMap<string, Uint8Array | null>): (string | Uint8Array)[] {
  return [...files].flatMap(([path, bytes]) =>
    bytes === null ? [`D ${quoted(path)}\n`] : [`M 100644 inline ${quoted(path)}\ndata ${bytes.length}\n`, bytes, '\n'],
  );
}

/**
 * One process however large the tree is: fast-import loads only the folders on the way. The ref it insists on is
 * taken back before it is ever written.
 */
function importStream(
  base: string,
  files: ReadonlyMap<string, Uint8Array | null>,
  message: string,
  at: string,
): Buffer {
  const text = Buffer.from(message.replaceAll('\0', ''));
  const ref = `refs/kleiber/scratch/${base}`;
  const head = `feature done\nls ${base} \ncommit ${ref}\nmark :1\n`;
  const who = `committer kleiber <kleiber@localhost> ${epochSeconds(at)} +0000\n`;
  const tail = `get-mark :1\nls :1 \nreset ${ref}\nfrom ${'0'.repeat(base.length)}\n\ndone\n`;
  const parts = [head, who, `data ${text.length}\n`, text, `\nfrom ${base}\n`, ...fileCommands(files), tail];
  return Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** A commit on `base` that changes only these paths, as plain files; `base` itself when nothing differs. */
export async function commitFiles(
  store: StoreContext,
  base: string,
  files: ReadonlyMap<string, Uint8Array | null>,
  message: string,
  at: string,
): Promise<Result<Committed, GitFailure>> {
  const odd = [...files.keys()].find(path => !isTreePath(path));
  if (odd !== undefined) {
    const detail = `${JSON.stringify(odd)} is not a path that a tree can hold`;
    return fail({ reason: 'git_failed', command: 'git fast-import', exitCode: null, detail });
  }
  const input = importStream(objectId(base), files, message, at);
  const done = await attempt(store.git, ['fast-import', '--quiet', '--date-format=raw', '--done'], { input });
  if (!done.ok) return done;
  const [before, commit, after] = textOf(done.value).split('\n');
  const tree = after?.split(/\s/)[2] ?? '';
  const isSame = before?.split(/\s/)[2] === tree;
  const made = { commit: isSame ? base : objectId(commit ?? ''), tree: objectId(tree) };
  store.trees.know(made.commit, made.tree);
  return ok(made);
}
