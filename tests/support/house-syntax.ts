/** Which kinds of syntax a script uses. */
import { parseSync } from 'rolldown/utils';

/** Node types of the text, and the kinds of its variable declarations (`var`, `let`, `const`). */
export function syntaxOf(text: string): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && typeof value.type === 'string') found.add(value.type);
    if ('kind' in value && typeof value.kind === 'string') found.add(value.kind);
    for (const child of Object.values(value)) visit(child);
  };
  visit(parseSync('script.cjs', text).program);
  return found;
}
