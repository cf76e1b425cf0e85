/** Text of models and strangers as HTML: no HTML of theirs gets in, no picture is loaded, and a link says where it leads. */
import type { JSX } from 'preact';
import { WithLibraries } from './lazy.tsx';
import type { Libraries } from './libraries.ts';

function makeRenderer(MarkdownIt: Libraries['MarkdownIt']) {
  const made = new MarkdownIt({ html: false, linkify: false, breaks: false });
  made.disable(['image']);
  // Whatever rank a text gives its headings, on the page they stand one below the page's own.
  made.renderer.rules.heading_open = () => '<h2>';
  made.renderer.rules.heading_close = () => '</h2>';
  return made;
}

/** Made when the first text is shown: the first view has none. */
let renderer: ReturnType<typeof makeRenderer> | null = null;

function htmlOf(text: string, { MarkdownIt, DOMPurify }: Libraries): string {
  renderer ??= makeRenderer(MarkdownIt);
  return DOMPurify.sanitize(renderer.render(withFencedHead(text)), ALLOWED) as unknown as string;
}

const ALLOWED = {
  ALLOWED_TAGS: [
    'p',
    'h2',
    'ul',
    'ol',
    'li',
    'code',
    'pre',
    'em',
    'strong',
    's',
    'a',
    'hr',
    'br',
    'blockquote',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  ALLOWED_ATTR: ['href', 'start'],
  ALLOWED_URI_REGEXP: /^https?:\/\//i,
  RETURN_TRUSTED_TYPE: true as const,
};

/** The front matter of a record file is for the machine; a person sees it as it stands. */
function withFencedHead(text: string): string {
  const head = /^---\n([\s\S]*?)\n---\n/.exec(text);
  return head === null ? text : `\`\`\`yaml\n${head[1]}\n\`\`\`\n${text.slice(head[0].length)}`;
}

/** Leaving is a person's decision, with the address in sight. */
function askBeforeLeaving(event: Event): void {
  const link = (event.target as Element).closest('a');
  if (link === null) return;
  event.preventDefault();
  if (confirm(`This link is not from kleiber. Open it?\n\n${link.href}`))
    open(link.href, '_blank', 'noopener,noreferrer');
}

export const Markdown = ({ text }: { text: string }): JSX.Element => (
  <WithLibraries
    draw={libraries => (
      // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the links inside are what is pressed
      <div class="prose" onClick={askBeforeLeaving} dangerouslySetInnerHTML={{ __html: htmlOf(text, libraries) }} />
    )}
  />
);
