/** Long answers on a terminal go through a pager; anywhere else they are printed as they are. */
import type { ExitCode } from '../report/problem.ts';
import { pagerOf, pageText } from '../shell/pager.ts';
import type { Context } from './context.ts';

/** Shows what a command says once it has ended. Its errors come after that, on stderr. */
export async function paged(context: Context, run: (context: Context) => Promise<ExitCode>): Promise<ExitCode> {
  const pager = context.stdout.isTTY === true && context.json === undefined ? pagerOf(context.environment) : null;
  if (pager === null) return await run(context);
  const { columns } = context.stdout;
  const said: string[] = [];
  const stdout = { write: (text: string) => said.push(text), isTTY: true, ...(columns && { columns }) };
  const code = await run({ ...context, stdout });
  const text = said.join('');
  const isShown = text === '' || (await pageText(text, pager, context.environment));
  if (!isShown) context.stdout.write(text);
  return code;
}
