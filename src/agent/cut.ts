/** Output is cut once, before it is first sent: history is never edited afterwards. */

/** The most characters of one tool result that a model is shown. */
export const MOST_RESULT_CHARACTERS = 12_000;

/** Keeps head and tail, and says how much is missing and how to see it. */
export function cutText(text: string, how: string, most = MOST_RESULT_CHARACTERS): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.6);
  const tail = most - head;
  const left = text.length - most;
  return `${text.slice(0, head)}\n[… ${left} characters left out; ${how} …]\n${text.slice(-tail)}`;
}
