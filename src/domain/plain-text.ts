/** Text from models and strangers, made harmless: what a terminal would obey or an eye would misread is shown instead. */

/**
 * C0 without tab and newline, DEL and C1; soft hyphen; zero-width, bidirectional and line-separator characters;
 * byte order marks, interlinear and tag characters; halves of surrogate pairs. The two joiners stay: scripts and emoji need them.
 */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

const shown = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/**
 * Replaces terminal escapes, control, bidirectional and tag characters by a visible `\u{1b}`; newlines and tabs stay,
 * Windows line ends become newlines. The result is safe to print, to log and to put into a file, and is its own result.
 */
export const neutralise = (text: string): string => text.replaceAll('\r\n', '\n').replace(UNSAFE, shown);

/** The same on one line: every run of white space becomes one blank. */
export const neutraliseLine = (text: string): string => neutralise(text).replace(/\s+/gu, ' ').trim();
