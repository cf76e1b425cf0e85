/** The long form: how quick the page is with a thousand tasks and five thousand events, and that it stays small over many updates. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BareBrowser } from '../support/bare-browser.ts';
import { openBrowser, openPage, visit, whyNoBrowser } from '../support/board-browser.ts';
import { BoardDesk, idOf } from '../support/board-desk.ts';

const isFull = process.env.KLEIBER_FULL === '1' && whyNoBrowser === null;
const TASKS = 1_100;

/** Keeps, for whoever asks, when the browser first showed more than a word after the first heading of the view was there. */
const WATCH_PAINT = `
  let thereMs = Infinity;
  new MutationObserver((_, watch) => {
    if (document.querySelector('#needs') === null) return;
    watch.disconnect();
    thereMs = performance.now();
  }).observe(document, { childList: true, subtree: true });
  new PerformanceObserver(list => {
    window.usefulMs ??= list.getEntries().find(({ startTime }) => startTime > thereMs)?.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
`;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const said: string[] = [];
const say = (what: string, values: readonly number[], unit = 'ms'): void => {
  said.push(`${what}: best ${Math.round(Math.min(...values))}, median ${Math.round(median(values))} ${unit}`);
};

/** What the page's own thread has worked until then: the same however busy the machine is. */
async function workOfFirstPaint(browser: Browser, address: string): Promise<number> {
  const { page, close } = await openPage(browser);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript({ content: WATCH_PAINT });
  const before = await workOf(session);
  await page.goto(address);
  await page.locator('html').evaluate(async html => {
    const view = html.ownerDocument.defaultView;
    while (view.usefulMs === undefined) await new Promise(view.requestAnimationFrame);
  });
  const took = (await workOf(session)) - before;
  await close();
  return took;
}

async function several(times: number, measure: () => Promise<number>): Promise<number[]> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) took.push(await measure());
  return took;
}

async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

describe.skipIf(!isFull)('the page under load', () => {
  let small: BoardDesk;
  let large: BoardDesk;
  let browser: Browser;
  let bare: BareBrowser;

  beforeAll(async () => {
    small = await BoardDesk.open({ longLines: 20_000 });
    large = await BoardDesk.open();
    large.grow(TASKS);
    browser = await openBrowser();
    bare = await BareBrowser.open();
  }, 600_000);

  afterAll(async () => {
    await Promise.all([browser.close(), bare.close()]);
    await Promise.all([small.close(), large.close()]);
    process.stdout.write(`\n${said.map(line => `  ${line}`).join('\n')}\n`);
  });

  test('the first useful paint takes 300 ms of work at most, and by the clock what is said', {
    timeout: 240_000,
  }, async () => {
    for (const [tasks, desk] of [
      [12, small],
      [TASKS, large],
    ] as const) {
      const { address } = desk.board;
      const wall = await several(9, () => bare.valueAt(address, WATCH_PAINT, 'window.usefulMs'));
      say(`first useful paint, ${tasks} tasks, by the clock`, wall);
      const work = await several(3, () => workOfFirstPaint(browser, address));
      say(`first useful paint, ${tasks} tasks, work of the page`, work);
      // By the clock it is as busy as the machine, on which other tests run at the same time.
      expect(Math.min(...work)).toBeLessThan(300);
    }
  });

  test('a difference of 20,000 lines opens within a second', { timeout: 120_000 }, async () => {
    const { page, close } = await openPage(browser);
    await page.goto(small.board.address);
    const hash = `#/task/${idOf('04-cart-page')}/diff`;
    const took: number[] = [];
    for (let time = 0; time < 5; time++) {
      await visit(page, '#/now', 'Needs you');
      took.push(
        await page.evaluate<number>(`(async () => {
          const started = performance.now();
          location.hash = ${JSON.stringify(hash)};
          while (document.querySelectorAll('.patch').length < 3) await new Promise(requestAnimationFrame);
          return performance.now() - started;
        })()`),
      );
    }
    say('a difference of 20,000 lines, folded', took);
    expect(Math.min(...took)).toBeLessThan(1_000);
    await close();
  });

  test('what happens is on the page within half a second, among a thousand tasks too', {
    timeout: 120_000,
  }, async () => {
    const { page, close } = await openPage(browser);
    await page.goto(large.board.address);
    await visit(page, '#/board', 'Take a coupon code');
    const took: number[] = [];
    for (let time = 0; time < 10; time++) {
      const started = performance.now();
      large.to('05-checkout', { kind: 'overridden', by: 'Ada', to: 'sonnet', reason: `x${time}` });
      const place = large.project.baton.position();
      await reached(page, place);
      took.push(performance.now() - started);
    }
    say(`event to screen, ${TASKS} tasks`, took);
    expect(Math.min(...took)).toBeLessThan(500);
    await close();
  });

  test('board and log scroll without a stutter, and the slider follows the hand', { timeout: 240_000 }, async () => {
    const { page, close } = await openPage(browser);
    await page.goto(large.board.address);
    for (const [view, text] of [
      ['board', 'Take a coupon code'],
      ['log', 'newest first'],
    ] as const) {
      await visit(page, `#/${view}`, text);
      const frames = await page.evaluate<number[]>(SCROLL);
      const slow = frames.filter(ms => ms > 50).length;
      said.push(
        `scrolling the ${view}: ${frames.length} frames, median ${Math.round(median(frames))} ms, over 50 ms: ${slow}`,
      );
      expect(median(frames)).toBeLessThan(34);
    }
    const took: number[] = [];
    const last = large.project.baton.position();
    for (const at of [last / 2, last / 4, last - 10].map(Math.round)) {
      const started = performance.now();
      await page.evaluate(`location.hash = '#/board?at=${at}'`);
      await page.getByText(`event ${at} of`).waitFor();
      took.push(performance.now() - started);
    }
    say(`a step of the slider, ${last} events`, took);
    expect(Math.min(...took)).toBeLessThan(1_000);
    await close();
  });

  test('memory stays flat over many updates', { timeout: 600_000 }, async () => {
    const { page, close } = await openPage(browser);
    await page.goto(large.board.address);
    await visit(page, '#/now', 'Needs you');
    const session = await page.context().newCDPSession(page);
    await updates(page, large, 60);
    const before = await usage(session);
    await updates(page, large, 240);
    const after = await usage(session);
    said.push(
      `memory of the page over 240 updates: ${before.megabytes.toFixed(1)} to ${after.megabytes.toFixed(1)} MB, ${before.nodes} to ${after.nodes} nodes`,
    );
    expect(after.megabytes).toBeLessThan(before.megabytes * 1.2 + 2);
    expect(after.nodes).toBeLessThan(before.nodes * 1.1 + 100);
    await close();
  });
});

/** Until the page shows the board as it is at this event, or later. */
const reached = (page: Page, position: number): Promise<void> =>
  page.locator('html').evaluate(async (html, wanted) => {
    const { requestAnimationFrame } = html.ownerDocument.defaultView;
    while (Number(html.querySelector('main').dataset.position) < wanted) await new Promise(requestAnimationFrame);
  }, position);

/** Scrolls from top to bottom, a little with every frame, and gives the length of each frame. */
const SCROLL = `(async () => {
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let step = 0; step < 120; step++) {
    scrollBy(0, 60);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  scrollTo(0, 0);
  return frames;
})()`;

async function updates(page: Page, desk: BoardDesk, count: number): Promise<void> {
  for (let time = 0; time < count; time++) {
    desk.to('05-checkout', { kind: 'overridden', by: 'Ada', to: 'sonnet', reason: `update ${time}` });
    const place = desk.project.baton.position();
    await reached(page, place);
  }
}

/** What is really held: garbage is collected before it is counted. */
async function usage(session: CDPSession): Promise<{ megabytes: number; nodes: number }> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find(metric => metric.name === name)?.value ?? 0;
  return { megabytes: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes') };
}
