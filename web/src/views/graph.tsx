/** What holds what? The tasks in layers from left to right, the critical path bold. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { BoardSnapshot, CardView } from '../../../src/board/view.ts';
import { WithLibraries } from '../lazy.tsx';
import type { Libraries } from '../libraries.ts';
import { Chart, Empty, Scrolls, State, TaskLink } from '../parts.tsx';
import { taskHref } from '../route.ts';
import { cut, lookOf, plural, shortId } from '../words.ts';

const WIDTH = 290;
const HEIGHT = 52;
/** A drawing of more boxes shows nothing any more; the table still has them all. */
const MOST_NODES = 400;

interface Box {
  task: CardView;
  x: number;
  y: number;
}

interface Edge {
  from: string;
  to: string;
  path: string;
}

export function Graph({ board }: { board: BoardSnapshot }): JSX.Element {
  const [isFolded, setFolded] = useState(false);
  const [plan, setPlan] = useState('');
  const plans = board.plans.filter(({ id }) => board.tasks.some(task => task.plan === id));
  const tasks = board.tasks.filter(
    task =>
      (plan === '' || task.plan === plan) && task.standing !== 'cancelled' && !(isFolded && task.standing === 'landed'),
  );
  if (board.tasks.length === 0) return <Empty>There are no tasks yet.</Empty>;
  const shown = tasks.slice(0, MOST_NODES);
  const edges = shown.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  return (
    <>
      <div class="tools">
        <label>
          <input type="checkbox" checked={isFolded} onChange={event => setFolded(event.currentTarget.checked)} /> hide
          what has landed
        </label>
        {plans.length < 2 ? null : (
          <label>
            Plan{' '}
            <select value={plan} onChange={event => setPlan(event.currentTarget.value)}>
              <option value="">all</option>
              {plans.map(({ id, request }) => (
                <option key={id} value={id}>
                  {id}: {request.slice(0, 50)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <Chart
        summary={`${plural(shown.length, 'task')}, ${plural(edges, 'dependency', 'dependencies')}; bold is the critical path${tasks.length > MOST_NODES ? `; the first ${MOST_NODES} of ${tasks.length} are drawn` : ''}`}
        columns={['task', 'state', 'needs', 'critical']}
        rows={tasks.map(task => [
          <TaskLink key="link" task={task} />,
          <State key="state" standing={task.standing} />,
          task.dependsOn.join(', ') || '–',
          task.critical ? 'yes' : '',
        ])}
      >
        {shown.length === 0 ? (
          <Empty>Everything has landed.</Empty>
        ) : (
          <WithLibraries draw={libraries => <Drawing tasks={shown} libraries={libraries} />} />
        )}
      </Chart>
    </>
  );
}

function Drawing({ tasks, libraries }: { tasks: CardView[]; libraries: Libraries }): JSX.Element {
  const [lit, setLit] = useState('');
  const shape = tasks.map(({ id, dependsOn }) => `${id}<${dependsOn.join()}`).join();
  const { places, edges, width, height } = useMemo(() => arrange(tasks, libraries), [shape]);
  const family = lit === '' ? null : familyOf(lit, tasks);
  const isCritical = (id: string): boolean => tasks.some(task => task.id === id && task.critical);
  return (
    <Scrolls label="Dependencies of the tasks">
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label="Tasks from left to right, each after what it needs"
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="9"
            markerHeight="9"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="arrow" />
          </marker>
        </defs>
        {edges.map(({ from, to, path }) => (
          <path
            key={`${from} ${to}`}
            d={path}
            class={`edge${isCritical(from) && isCritical(to) ? ' critical' : ''}${family !== null && !(family.has(from) && family.has(to)) ? ' dim' : ''}`}
            marker-end="url(#arrow)"
          />
        ))}
        {tasks.map(task => {
          const { x = 0, y = 0 } = places.get(task.id) ?? {};
          return (
            <Node key={task.id} box={{ task, x, y }} isDim={family !== null && !family.has(task.id)} light={setLit} />
          );
        })}
      </svg>
    </Scrolls>
  );
}

function Node({
  box: { task, x, y },
  isDim,
  light,
}: {
  box: Box;
  isDim: boolean;
  light(id: string): void;
}): JSX.Element {
  const { glyph, word } = lookOf(task.standing);
  const name = `${glyph} ${shortId(task)}`;
  const words = `${name} ${task.title}, ${word}`;
  return (
    <a
      href={taskHref(task.id)}
      class={`node is-${task.standing}${task.critical ? ' critical' : ''}${isDim ? ' dim' : ''}`}
      data-item
      onMouseEnter={() => light(task.id)}
      onMouseLeave={() => light('')}
      onFocus={() => light(task.id)}
      onBlur={() => light('')}
    >
      <title>{words}</title>
      <rect x={x - WIDTH / 2} y={y - HEIGHT / 2} width={WIDTH} height={HEIGHT} rx="6" />
      <svg x={x - WIDTH / 2 + 10} y={y - HEIGHT / 2} width={WIDTH - 16} height={HEIGHT}>
        <text x="0" y="20" class="id">
          {cut(name, 36)}
        </text>
        <text x="0" y="40" class="title">
          {cut(`${word} · ${task.title}`, 42)}
        </text>
      </svg>
    </a>
  );
}

function arrange(
  tasks: readonly CardView[],
  { Graph, layout }: Libraries,
): {
  places: Map<string, { x: number; y: number }>;
  edges: Edge[];
  width: number;
  height: number;
} {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 64, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(tasks.map(({ id }) => id));
  for (const { id } of tasks) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { id, dependsOn } of tasks)
    for (const from of dependsOn) if (known.has(from) && from !== id) graph.setEdge(from, id);
  layout(graph);
  const places = new Map(tasks.map(({ id }) => [id, { x: graph.node(id).x ?? 0, y: graph.node(id).y ?? 0 }]));
  const edges = graph.edges().map(({ v, w }) => ({
    from: v,
    to: w,
    path: curve(places.get(v), graph.edge({ v, w }).points ?? [], places.get(w)),
  }));
  const { width = 0, height = 0 } = graph.graph();
  return { places, edges, width, height };
}

interface Point {
  x: number;
  y: number;
}

/** From the right side of one box to the left side of the other, through the places that the layout has kept free. */
function curve(from: Point | undefined, points: readonly Point[], to: Point | undefined): string {
  if (from === undefined || to === undefined) return '';
  const start = { x: from.x + WIDTH / 2, y: from.y };
  const end = { x: to.x - WIDTH / 2 - 2, y: to.y };
  // Between neighbours the layout only says where the sides of the boxes are met.
  const between = end.x - start.x < WIDTH ? [] : points.slice(1, -1);
  const stops = [start, ...between, end];
  const bends = stops.slice(1).map((stop, at) => {
    const { x, y } = stops[at] ?? stop;
    const half = (stop.x - x) / 2;
    return `C${x + half} ${y} ${stop.x - half} ${stop.y} ${stop.x} ${stop.y}`;
  });
  return `M${start.x} ${start.y}${bends.join('')}`;
}

/** The task itself, everything before it and everything after it. */
function familyOf(id: string, tasks: readonly CardView[]): Set<string> {
  const before = new Map(tasks.map(task => [task.id, task.dependsOn]));
  const after = new Map<string, string[]>();
  for (const task of tasks) for (const from of task.dependsOn) after.set(from, [...(after.get(from) ?? []), task.id]);
  const family = new Set([id]);
  for (const next of [before, after]) {
    const open = [id];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const other of next.get(at) ?? []) {
        if (family.has(other)) continue;
        family.add(other);
        open.push(other);
      }
  }
  return family;
}
