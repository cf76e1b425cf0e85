/** What a person should hear besides the tasks, each with the command that helps: the same facts as on the status screen. */
import { neutraliseLine } from '../domain/plain-text.ts';
import type { StatusFacts } from '../report/status-text.ts';
import type { Notice } from './view.ts';

/** `fault` is why the settings cannot be read as they stand; null while they can. */
export function noticesOf(facts: StatusFacts, fault: string | null): Notice[] {
  const { paused, rolledBack, undelivered, baseline, faults, today, review } = facts;
  const notices: (Notice | null)[] = [
    paused &&
      notice(`Paused by ${paused.by}${because(paused.reason)}. Nothing new is started.`, 'kleiber resume', true),
    rolledBack &&
      notice(`Every row of the table is on sonnet${because(rolledBack.reason)}.`, 'kleiber route --restore'),
    baseline === null ? null : notice(sentence(baseline), 'kleiber check', true),
    undelivered === null
      ? null
      : notice(sentence(undelivered.replace(/^[✗·] /, '').replace(/: kleiber .*$/, '')), 'kleiber conduct --once'),
    fault === null
      ? null
      : notice(`What kleiber.yml said before still counts here: ${sentence(fault)}`, 'kleiber check', true),
    facts.trusted
      ? null
      : notice('kleiber.yml and the roles are not trusted: what they say does not count.', 'kleiber trust'),
    faults === 0
      ? null
      : notice(`${faults} ${faults === 1 ? 'problem' : 'problems'} in the task files.`, 'kleiber check'),
    today.zone === 'green'
      ? null
      : notice(`Today's spend is in the ${today.zone} zone.`, 'kleiber budget', today.zone === 'red'),
    review === null ? null : notice('The weekly review of the routing table is due.', 'kleiber calibrate'),
  ];
  return notices.filter(found => found !== null);
}

const notice = (text: string, line: string, isBad = false): Notice => ({ text: neutraliseLine(text), line, isBad });
const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`);
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[^.]$/, '$&.');
