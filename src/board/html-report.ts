/** The board as one file to send to somebody: the same page, with its values inside, read-only. Transcripts stay at home. */
import { createHash } from 'node:crypto';
import { budgetOf } from './budget-view.ts';
import type { BoardEdges } from './edges.ts';
import { historyOf } from './history.ts';
import { logLines } from './log-view.ts';
import { snapshotNow } from './snapshot.ts';
import { diffView, taskView } from './task-view.ts';
import { timelineOf } from './timeline-view.ts';
import type { DiffView } from './view.ts';

/** A difference that is longer is named with its files, and a whole report grows to about this many characters. */
const MOST_DIFF = 300_000;
const MOST_IN_ALL = 12_000_000;

/** One HTML document that asks for nothing outside itself and runs no script but its own. */
export async function htmlReport(edges: BoardEdges): Promise<string> {
  const scripts = ['libraries.js', 'page.js'].map(name => safeScript(textOf(edges, name)));
  const style = textOf(edges, 'page.css');
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types dompurify',
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>kleiber</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="report">${safeJson(await valuesOf(edges))}</script>
${scripts.map(script => `<script type="module">${script}</script>`).join('\n')}
</body>
</html>
`;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function textOf({ assets }: BoardEdges, name: string): string {
  const asset = assets.get(name);
  if (asset === undefined) throw new Error(`bug: the page has no ${name}`);
  return new TextDecoder().decode(asset.bytes);
}

/** No text in it can end its element. */
const safeJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
const safeScript = (text: string): string => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

/** What the page would have asked the board for, by the very paths. */
async function valuesOf(edges: BoardEdges): Promise<Record<string, unknown>> {
  const board = { ...(await snapshotNow(edges)), conducting: null, actions: [] };
  const tasks = board.tasks.map(task => ({ ...task, actions: [], ways: [] }));
  const values: Record<string, unknown> = {
    '/api/board': { ...board, tasks },
    '/api/log': { lines: logLines(edges.baton.after(0)) },
    '/api/timeline': timelineOf(edges),
    '/api/budget': budgetOf(board.tasks, edges),
    '/api/calibration': edges.calibration(),
    '/api/history': historyOf(edges),
  };
  let left = MOST_IN_ALL - JSON.stringify(values).length;
  for (const { id } of tasks) {
    const task = taskView(id, edges);
    const diff = await diffView(id, edges);
    const small = diff === null ? null : shortened(diff, Math.min(MOST_DIFF, left));
    values[`/api/task/${id}`] = task;
    values[`/api/task/${id}/diff`] = small;
    left -= JSON.stringify([task, small]).length;
  }
  return values;
}

/** The files that fit, and of the others the name. */
function shortened(diff: DiffView, most: number): DiffView {
  let left = most;
  const files = diff.files.map(file => {
    left -= file.text.length;
    return left >= 0 ? file : { ...file, isFolded: true, text: '' };
  });
  const missing = files.filter(({ text }, at) => text === '' && diff.files[at]?.text !== '').length;
  return missing === 0
    ? diff
    : { ...diff, files, cut: `${missing} files are too long for this report; see: kleiber show --diff` };
}
