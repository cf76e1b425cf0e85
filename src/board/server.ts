/** The board over HTTP: a page, JSON that it reads, a stream that tells it when to read again, and the actions of a person. */
import { type ServerType, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as z from 'zod';
import { neutralise } from '../domain/plain-text.ts';
import { WAYS } from '../policy/line-moves.ts';
import { ACTION_NAMES, lineOf, wordsOf } from './actions.ts';
import { budgetOf } from './budget-view.ts';
import type { BoardEdges } from './edges.ts';
import { feed } from './feed.ts';
import { type Guard, onlyJson, onlyOwnHost, onlyOwnPage, onlyWithSession, openSession, safeHeaders } from './guard.ts';
import { logLines } from './log-view.ts';
import { snapshotAt, snapshotNow } from './snapshot.ts';
import { diffView, promptView, taskView } from './task-view.ts';
import { timelineOf } from './timeline-view.ts';
import { transcriptView } from './transcript-view.ts';
import type { RanView } from './view.ts';

export interface RunningBoard {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** The same with the token, for the person's browser. */
  address: string;
  close(): Promise<void>;
}

const MOST_BODY_BYTES = 64 * 1024;

const askedSchema = z
  .strictObject({
    name: z.enum(ACTION_NAMES),
    task: z.string().max(64).default(''),
    text: z.string().max(20_000).default(''),
    widen: z.string().max(256).default(''),
    commit: z
      .string()
      .regex(/^[0-9a-f]{0,64}$/)
      .default(''),
  })
  .refine(({ name, text }) => name !== 'move' || WAYS.some(way => way === text));

/** Listens on the loopback address alone; port 0 is any free one. Fails as listening fails: the port is taken, or forbidden. */
export async function startBoard(edges: BoardEdges, port: number): Promise<RunningBoard> {
  const closing = new AbortController();
  let server: ServerType | null = null;
  const portOf = (): number => {
    const address = server?.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };
  const app = boardApp(edges, { port: portOf, token: edges.token }, closing.signal);
  await new Promise<void>((resolve, reject) => {
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => resolve());
    server.once('error', reject);
  });
  const origin = `http://127.0.0.1:${portOf()}`;
  const close = async (): Promise<void> => {
    closing.abort();
    await new Promise<void>(resolve => {
      server?.close(() => resolve());
      if (server !== null && 'closeAllConnections' in server) server.closeAllConnections();
    });
  };
  return { origin, address: `${origin}/#token=${edges.token}`, close };
}

function boardApp(edges: BoardEdges, guard: Guard, closing: AbortSignal): Hono {
  const app = new Hono();
  app.use(safeHeaders, onlyOwnHost(guard), onlyOwnPage(guard), onlyJson);
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: context => context.json({ error: 'too long' }, 413) }));
  // What the page needs next comes along, because each request of its first second keeps a person waiting.
  app.post('/api/session', openSession(guard), async context => context.json(await snapshotNow(edges)));
  app.use('/api/*', onlyWithSession(guard));
  app.get('/api/board', context => boardAt(context, edges));
  app.get('/api/feed', context => feed(context, edges, closing));
  app.get('/api/log', context => context.json({ lines: logLines(edges.baton.after(0)) }));
  app.get('/api/timeline', context => context.json(timelineOf(edges)));
  app.get('/api/calibration', context => context.json(edges.calibration()));
  app.get('/api/budget', async context => context.json(budgetOf((await snapshotNow(edges)).tasks, edges)));
  app.get('/api/task/:id', context => found(context, taskView(context.req.param('id'), edges)));
  app.get('/api/task/:id/diff', async context => {
    const space = context.req.query('space') === 'ignored' ? 'ignored' : undefined;
    return found(context, await diffView(context.req.param('id'), edges, space));
  });
  app.get('/api/task/:id/prompt', async context => found(context, await promptView(context.req.param('id'), edges)));
  app.get('/api/task/:id/transcript/:attempt', context => transcript(context, edges));
  app.post('/api/run', context => act(context, edges));
  app.get('/*', context => asset(context, edges));
  app.notFound(context => context.json({ error: 'there is nothing here' }, 404));
  app.onError((error, context) => context.json({ error: neutralise(error.message) }, 500));
  return app;
}

async function boardAt(context: Context, edges: BoardEdges): Promise<Response> {
  const at = context.req.query('at');
  if (at === undefined) return context.json(await snapshotNow(edges));
  return /^\d{1,12}$/.test(at)
    ? context.json(snapshotAt(Number(at), edges))
    : context.json({ error: 'a position is a whole number' }, 400);
}

function found(context: Context, value: object | null): Response {
  return value === null ? context.json({ error: 'there is nothing of this task' }, 404) : context.json(value);
}

/** The path is made of what the board knows, never of what the request says. */
function transcript(context: Context, edges: BoardEdges): Response {
  const task = edges.keeper.look().board.get(context.req.param('id') ?? '');
  const attempt = task?.state?.attempts.find(known => String(known.attempt) === context.req.param('attempt'));
  if (task?.state == null || attempt === undefined) return found(context, null);
  return found(context, transcriptView(task.state, attempt, edges));
}

/** An action is one of kleiber's own commands; what it printed goes back to the page. */
async function act(context: Context, edges: BoardEdges): Promise<Response> {
  const asked = askedSchema.safeParse(await context.req.json().catch(() => null));
  if (!asked.success) return context.json({ error: 'this is no action of the board' }, 400);
  const { task } = asked.data;
  if (task !== '' && !edges.keeper.look().board.has(task)) return context.json({ error: 'there is no such task' }, 404);
  const words = wordsOf(asked.data);
  if (!edges.commands.has(words[0] ?? '')) return context.json({ error: 'this kleiber has no such command' }, 404);
  const { code, output } = await edges.run(words);
  const ran: RanView = { line: lineOf(asked.data), code, output: neutralise(output) };
  return context.json(ran);
}

/** From a list made at the start; a path is looked up and never opened. */
function asset(context: Context, edges: BoardEdges): Response {
  const path = new URL(context.req.url).pathname.slice(1);
  const file = edges.assets.get(path === '' ? 'index.html' : path);
  if (file === undefined) return context.json({ error: 'there is nothing here' }, 404);
  return context.body(new Uint8Array(file.bytes), 200, { 'content-type': file.type });
}
