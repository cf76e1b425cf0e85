/** Who should do what? Each agent and phase on each model that has tried: how often right at once, and what that is worth. */
import type { JSX } from 'preact';
import type { BoardSnapshot, CalibrationView } from '../../../src/board/view.ts';
import { CommandLine, Empty, Scrolls, Section, Table, Tier, useValue } from '../parts.tsx';
import { hrefOf, place, taskHref } from '../route.ts';
import { money, percent, plural, shortId } from '../words.ts';

const TIERS = ['haiku', 'sonnet', 'opus'] as const;
/** Fewer tasks say little, and their cell is pale and hatched. */
const ENOUGH = 5;

type Finding = CalibrationView['findings'][number];

export function Calibration({ board }: { board: BoardSnapshot }): JSX.Element {
  const found = useValue<CalibrationView>('/api/calibration');
  if (found === undefined) return <Empty>Reading …</Empty>;
  if (found === null || found.findings.length === 0)
    return <Empty>There is nothing to review yet: no task has been tried. Come back when some have landed.</Empty>;
  return (
    <>
      <p class="muted">
        Of the tasks that were judged: how many were right at the first try, how many had to be done again because of
        the model, and their cost against the estimate. A frame marks the model that the table gives today; hatched is
        too little to go by.
      </p>
      <HeatMap findings={found.findings} />
      <Section title="Would change" count={found.moves.length} id="moves">
        {found.moves.length === 0 ? <Empty>Nothing: the table stays as it is.</Empty> : null}
        <ul class="plain">
          {found.moves.map(({ agent, phase, from, to, evidence }) => (
            <li key={`${agent}${phase}`}>
              {agent} in {phase}: <Tier tier={from} /> → <Tier tier={to} /> <span class="muted">({evidence})</span>
            </li>
          ))}
        </ul>
        <CommandLine line={found.moves.length === 0 ? 'kleiber calibrate' : 'kleiber calibrate --apply'} />
      </Section>
      <Attempts found={found} board={board} />
    </>
  );
}

const MOST_ATTEMPTS = 60;

/** All of them, or those of the cell that was pressed. */
function Attempts({ found, board }: { found: CalibrationView; board: BoardSnapshot }): JSX.Element {
  const { find } = place.value;
  const shown = found.attempts.filter(attempt => find === '' || cellName(attempt) === find);
  return (
    <Section title="The attempts behind it" count={shown.length} id="attempts">
      {find === '' ? null : (
        <p>
          Only those of <strong>{find}</strong>. <a href={hrefOf({ view: 'calibration' })}>Show all</a>
        </p>
      )}
      <Table
        columns={['task', 'attempt', 'model', 'came to', 'quality', 'cost']}
        rows={shown
          .slice(-MOST_ATTEMPTS)
          .toReversed()
          .map(attempt => [
            <a key="link" href={taskHref(attempt.task, 'history')} title={attempt.task}>
              {nameIn(board, attempt.task)}
            </a>,
            attempt.attempt,
            <Tier key="tier" tier={attempt.tier} />,
            attempt.came.replaceAll('_', ' '),
            attempt.quality === null ? '–' : Math.round(attempt.quality),
            money(attempt.cost),
          ])}
      />
    </Section>
  );
}

const cellName = ({ phase, agent, tier }: { phase: string; agent: string; tier: string }): string =>
  `${phase} ${agent} ${tier}`;

function nameIn(board: BoardSnapshot, id: string): string {
  const task = board.tasks.find(known => known.id === id);
  return task === undefined ? id : shortId(task);
}

function HeatMap({ findings }: { findings: readonly Finding[] }): JSX.Element {
  const rows = [...new Set(findings.map(({ agent, phase }) => `${phase} ${agent}`))];
  const cellOf = (row: string, tier: string): Finding | undefined =>
    findings.find(finding => `${finding.phase} ${finding.agent}` === row && finding.tier === tier);
  return (
    <Scrolls kind="heat" label="First tries that were right, by agent, phase and model">
      <table>
        <thead>
          <tr>
            <th scope="col">phase and agent</th>
            {TIERS.map(tier => (
              <th key={tier} scope="col">
                {tier}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {TIERS.map(tier => (
                <Cell key={tier} finding={cellOf(row, tier)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function Cell({ finding }: { finding: Finding | undefined }): JSX.Element {
  if (finding === undefined) return <td class="muted">–</td>;
  const { evidence, isRow, advice, because } = finding;
  const { tasks, attempts, firstTry, rework, cost, estimate } = evidence;
  const share = tasks === 0 ? null : firstTry / tasks;
  const heat = share === null ? '' : share >= 0.85 ? 'high' : share >= 0.65 ? 'middle' : 'low';
  return (
    <td class={`${heat}${tasks < ENOUGH ? ' few' : ''}${isRow ? ' today' : ''}`} title={because.join('\n')}>
      {share === null ? (
        <span class="muted">nothing judged</span>
      ) : (
        <>
          <strong>{percent(share)}</strong> at once
        </>
      )}
      <br />
      <span>
        {rework} of {tasks} again{estimate === 0 ? '' : `, ×${(cost / estimate).toFixed(1)} of the estimate`}
      </span>
      <br />
      <a class="advice" href={hrefOf({ view: 'calibration', find: cellName(finding) })}>
        {advice.toLowerCase()}; its {plural(attempts, 'attempt')}
      </a>
    </td>
  );
}
