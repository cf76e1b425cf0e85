/** `kleiber report`: a run to send to somebody, as one page that opens from disk or as Markdown. */
import { basename, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { htmlReport } from '../board/html-report.ts';
import { markdownReport } from '../report/markdown-report.ts';
import { type ExitCode, problem } from '../report/problem.ts';
import { boardEdges } from './board-edges.ts';
import { type Context, complain, note, say } from './context.ts';
import { stillProject } from './live-project.ts';
import { openProject, type Project } from './project.ts';
import { writeReport } from './report-file.ts';

interface ReportFlags {
  html?: string;
  md?: boolean;
}

export function define(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .option('--html <file>', 'one self-contained page, read-only, without transcripts')
    .option('--md', 'Markdown on standard output')
    .action(async (flags: ReportFlags) => done(await report(flags, context)));
}

async function report(flags: ReportFlags, context: Context): Promise<ExitCode> {
  if (flags.html === undefined && flags.md !== true)
    return complain(
      context,
      problem(2, 'a report as what?', [], ['kleiber report --md', 'kleiber report --html run.html']),
    );
  const project = await openProject(context);
  if (!project.ok) return complain(context, project.failure);
  try {
    if (flags.md) say(context, markdownOf(project.value));
    return flags.html === undefined ? 0 : await writePage(flags.html, project.value, context);
  } finally {
    project.value.close();
  }
}

function markdownOf({ facts, keeper }: Project): string {
  const branch = facts.branch === null ? '' : ` on ${facts.branch}`;
  return markdownReport(`${basename(facts.root)}${branch}`, keeper.look().board).trimEnd();
}

async function writePage(file: string, project: Project, context: Context): Promise<ExitCode> {
  const path = resolve(context.cwd, file);
  const html = await htmlReport(boardEdges(stillProject(project), context, null));
  const written = writeReport(path, html);
  if (written !== null)
    return complain(
      context,
      problem(1, `${file} cannot be written`, [written], ['kleiber report --html /tmp/run.html']),
    );
  note(
    context,
    `wrote ${relative(context.cwd, path) || path}, ${Math.ceil(html.length / 1024)} kB; it opens from disk and loads nothing`,
  );
  return 0;
}
