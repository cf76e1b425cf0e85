/** Alerts about money: remembered in the log so that nobody is told twice, and told on the terminal and to the user's own command. */
import { capUses } from '../agent/cap-uses.ts';
import { CONTROL_STREAM } from '../domain/event.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { neutraliseLine } from '../domain/plain-text.ts';
import { type Alert, alertsOf } from '../policy/alerts.ts';
import { systemClock } from './clock.ts';
import { type Context, note } from './context.ts';
import type { Project } from './project.ts';

/** Tells what is new; where several processes look at once, one of them does. */
export async function raiseAlerts(project: Project, context: Context): Promise<void> {
  const { ledger, config, keeper } = project;
  const alerts = alertsOf({
    caps: capUses(ledger, config, systemClock.now()),
    guard: nanoFromUsd(config.budget.guard_usd),
    states: keeper.look().states.values(),
  });
  for (const alert of alerts) if (remember(alert, project)) await tell(alert, project, context);
}

/** False when it was told before, or when somebody else was faster. */
function remember({ subject, text }: Alert, { baton }: Project): boolean {
  const before = baton.read(CONTROL_STREAM);
  if (before.some(({ event }) => event.kind === 'alerted' && event.subject === subject)) return false;
  const seq = (before.at(-1)?.seq ?? 0) + 1;
  const at = systemClock.now().toISOString();
  return baton.append({ stream: CONTROL_STREAM, seq, at, event: { kind: 'alerted', subject, text } }) === 'appended';
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
