/** What counts as a document: the architect and the scribe write these and never code (seed 5, agent roles). */
import { canonicalAgent } from './routing-table.ts';

/** Agents whose work is words and pictures only. */
export const writesDocumentsOnly = (agent: string): boolean => ['architect', 'scribe'].includes(canonicalAgent(agent));

const DOCUMENT = /\.(?:mdx?|rst|adoc|txt|csv|svg|png|jpe?g|gif|webp|pdf|mmd|puml|dot|drawio)$/i;
/** Descriptions of interfaces; elsewhere such a file is a setting that changes what runs. */
const DESCRIPTION = /^docs?\/.*\.(?:ya?ml|json)$/i;
/** `LICENSE`, `AUTHORS`: a name that stands for itself. */
const PLAIN_NAME = /(?:^|\/)(?:LICEN[CS]E|AUTHORS|CONTRIBUTORS|NOTICE|CHANGELOG|CHANGES|HISTORY|NEWS|README)$/;

export const isDocument = (path: string): boolean =>
  DOCUMENT.test(path) || DESCRIPTION.test(path) || PLAIN_NAME.test(path);

/** One sentence for each path that is none. */
export const documentFaults = (agent: string, paths: readonly string[]): string[] =>
  writesDocumentsOnly(agent)
    ? paths
        .filter(path => !isDocument(path))
        .map(path => `${path} is no document, and ${agent} never edits code (seed 5, agent roles)`)
    : [];
