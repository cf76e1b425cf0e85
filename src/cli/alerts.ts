/** Alerts: remembered in the log so that nobody is told twice, and told on the terminal and to the user's own command. */
import { capUses } from '../agent/cap-uses.ts';
import { CONTROL_STREAM, type ControlEvent } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { type Alert, alertNews, alertsOf } from '../policy/alerts.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import type { Project } from './project.ts';
import { reviewFacts } from './review-facts.ts';

/** Tells what is new; where several processes look at once, one of them does, and the others look anew the next time. */
export async function raiseAlerts(project: Project, context: Context): Promise<void> {
  const { ledger, config, keeper, baton } = project;
  const told = baton.read(CONTROL_STREAM);
  const alerts = alertsOf({
    caps: capUses(ledger, config, systemClock.now()),
    guard: nanoFromUsd(config.budget.guard_usd),
    states: keeper.look().states.values(),
    uses: reviewFacts(project, null, null).record.uses,
  });
  const { tell: news, over } = alertNews(alerts, told);
  // From here on the places of the log that were seen are the claim to tell: a place that is taken was told by another.
  let seq = told.at(-1)?.seq ?? 0;
  const remember = (event: ControlEvent): boolean =>
    baton.append({ stream: CONTROL_STREAM, seq: ++seq, at: systemClock.now().toISOString(), event }) === 'appended';
  for (const subject of over) if (!remember({ kind: 'calmed', subject })) return;
  for (const alert of news) {
    if (!remember({ kind: 'alerted', ...alert })) return;
    await tell(alert, project, context);
  }
}

async function tell(alert: Alert, { config, facts }: Project, context: Context): Promise<void> {
  note(context, `! ${neutraliseLine(alert.text)}`);
  if (context.stderr.isTTY === true) context.stderr.write(terminalNotice(neutraliseLine(alert.text)));
  if (config.notify === undefined) return;
  const { notify } = await import('./notify.ts');
  const notice = { ...alert, repository: facts.root, at: systemClock.now().toISOString() };
  const failure = await notify(config.notify, notice, context);
  if (failure !== null) note(context, failure);
}

/** OSC 9, which terminals show as a notification of the desktop, and the bell for all others. */
const terminalNotice = (text: string): string => `\u001b]9;kleiber: ${text}\u0007\u0007`;
