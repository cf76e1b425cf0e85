/** A build in which one line is wrong: a plugin of the test runner that changes one source file on its way, and nothing on disk. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One wrong line and the test that must notice it. */
export interface Mutation {
  id: string;
  /** The promise or rule that it breaks, in words. */
  breaks: string;
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
  test: string;
  /** Of the test that must turn red; a part of it is enough. */
  name: string;
}

export const mutations: readonly Mutation[] = JSON.parse(readFileSync(join(root, 'scripts/mutations.json'), 'utf8'));

/** The shape of a plugin, as far as it is used here. */
interface Plugin {
  name: string;
  enforce: 'pre';
  transform(code: string, id: string): { code: string; map: null } | undefined;
}

/** The plugins for this mutation: none where the build is to stay whole. */
export function brokenBuild(id: string | undefined): Plugin[] {
  const mutation = mutations.find(known => known.id === id);
  if (mutation === undefined) return [];
  const { file, find, replace } = mutation;
  return [
    {
      // The runner keeps what it has transformed under the names of its plugins, so each change needs its own.
      name: `broken-build-${hash('sha256', JSON.stringify(mutation))}`,
      enforce: 'pre',
      transform: (code, path) =>
        path.split('?')[0] === join(root, file) ? { code: code.replace(find, () => replace), map: null } : undefined,
    },
  ];
}
