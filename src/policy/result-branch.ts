/** The branch that holds the handed-in work of a task. */

/** `feature/<task-id>-<slug>` or `fix/…`, as seed 5 names branches. */
export function resultBranch(id: string, title: string): string {
  const kind = /^fix\b/i.test(title) ? 'fix' : 'feature';
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return `${kind}/${id}${slug === '' ? '' : `-${slug}`}`;
}
