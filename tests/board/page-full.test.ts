/** The long form of the page's tests: every screen in both themes on desk and phone, hostile text everywhere, restarts, strangers. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, openPage, visit, whyNoBrowser } from '../support/board-browser.ts';
import { BoardDesk, idOf } from '../support/board-desk.ts';
import { portOf } from '../support/board-http.ts';
import { SCREENS } from '../support/board-screens.ts';

const isFull = process.env.KLEIBER_FULL === '1' && whyNoBrowser === null;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every violation with the element that it is about. */
const violationsOn = (page: Page): Promise<string[]> =>
  page.locator('html').evaluate(async html => {
    const found = await html.ownerDocument.defaultView.axe.run(html, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.violations.flatMap(
      (violation: { id: string; nodes: { html: string; any: { message: string }[] }[] }) =>
        violation.nodes.map(node => `${violation.id}: ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`),
    );
  });

/** Where pictures of every screen go, for whoever wants to look at them; none are made without it. */
const PICTURES = process.env.KLEIBER_PICTURES;

async function keepPicture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

describe.skipIf(!isFull)('the page of the board in full', () => {
  let desk: BoardDesk;
  let browser: Browser;

  beforeAll(async () => {
    desk = await BoardDesk.open();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await desk.close();
  });

  const looks = (['light', 'dark'] as const).flatMap(theme => [1440, 390].map(width => ({ theme, width })));

  test.each(looks)(
    'no screen breaks a rule of accessibility in $theme at $width px',
    { timeout: 240_000 },
    async look => {
      const { page, complaints, close } = await openPage(browser, look);
      await page.addInitScript({ content: AXE });
      await page.goto(desk.board.address);
      for (const { name, hash, text } of SCREENS) {
        await visit(page, hash, text);
        expect(await violationsOn(page), name).toEqual([]);
        await keepPicture(page, `${name}-${look.theme}-${look.width}`);
        expect(await page.locator('html').evaluate(html => html.scrollWidth <= html.clientWidth), name).toBe(true);
      }
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test.each(looks)(
    'neither do the form, the tables behind the charts, and the dialogs in $theme at $width px',
    { timeout: 120_000 },
    async look => {
      const { page, close } = await openPage(browser, look);
      await page.addInitScript({ content: AXE });
      await page.goto(desk.board.address);
      await page.getByRole('button', { name: 'Answer' }).first().click();
      await page.getByRole('radio').first().waitFor();
      expect(await violationsOn(page), 'form').toEqual([]);
      for (const view of ['graph', 'timeline', 'budget']) {
        await visit(page, `#/${view}`, 'show as table');
        await page.getByRole('button', { name: 'show as table' }).click();
        expect(await violationsOn(page), view).toEqual([]);
      }
      for (const key of ['?', 'Control+k']) {
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
        expect(await violationsOn(page), key).toEqual([]);
        await page.keyboard.press('Escape');
      }
      await close();
    },
  );

  test('everything on the first screen is reached by Tab, in view and with a visible focus', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    const wanted = await page.locator('a[href], button, input, summary').evaluateAll(found => found.length);
    const reached = new Set<string>();
    for (let step = 0; step < wanted + 5; step++) {
      await page.keyboard.press('Tab');
      const seen = await page.locator(':focus').evaluateAll(found =>
        found.map(element => {
          const { outlineStyle } = element.ownerDocument.defaultView.getComputedStyle(element);
          return `${outlineStyle} ${element.outerHTML.slice(0, 200)}`;
        }),
      );
      for (const one of seen) reached.add(one);
    }
    expect([...reached].filter(one => one.startsWith('none'))).toEqual([]);
    expect(reached.size).toBeGreaterThanOrEqual(wanted - 2);
    await close();
  });

  test('the page finds a board that was started again, and says so while it is gone', { timeout: 60_000 }, async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    const port = portOf(desk.board);
    await desk.board.close();
    await page.getByText('Nothing heard from the board').waitFor();
    desk.to('09-changelog', { kind: 'cancelled', by: 'Ada', reason: 'not this time' });
    await desk.serve(port);
    await page.getByText('4 of 11 tasks').first().waitFor();
    await page.getByText('Nothing heard from the board').waitFor({ state: 'detached' });
    await close();
  });

  test('a page of somebody else can neither read the board nor change it', async () => {
    const evil = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<h1>evil</h1>'));
    await new Promise<void>(resolve => evil.listen(0, '127.0.0.1', resolve));
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    const before = desk.project.baton.position();
    await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
    const tried = await page.locator('html').evaluate(async (html, origin) => {
      const { fetch, EventSource } = html.ownerDocument.defaultView;
      const body = JSON.stringify({ name: 'pause', text: 'evil' });
      const attempt = (path: string, init: object) =>
        fetch(origin + path, { credentials: 'include', ...init }).then(
          (answer: { status: number }) => `read ${answer.status}`,
          () => 'nothing',
        );
      const stream = new Promise(resolve => {
        const source = new EventSource(`${origin}/api/feed`, { withCredentials: true });
        source.onmessage = () => resolve('heard');
        source.onerror = () => resolve('nothing');
      });
      return await Promise.all([
        attempt('/api/board', {}),
        attempt('/api/run', { method: 'POST', body, mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
        attempt('/api/run', {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', 'x-kleiber-page': '1' },
        }),
        stream,
      ]);
    }, desk.board.origin);
    expect([tried[0], tried[2], tried[3]]).toEqual(['nothing', 'nothing', 'nothing']);
    expect(desk.project.baton.position()).toBe(before);
    const frame = page.locator('html').evaluate(async (html, origin) => {
      const inner = html.ownerDocument.createElement('iframe');
      inner.src = origin;
      html.append(inner);
      await new Promise(resolve => inner.addEventListener('load', resolve));
      return inner.contentDocument === null;
    }, desk.board.origin);
    expect(await frame).toBe(true);
    await close();
    evil.close();
  });
});

const HOSTILE = [
  '<img src=x onerror="window.hacked=1">',
  '<script>window.hacked=1</script>',
  '[a](javascript:window.hacked=1) ![b](https://evil.example/pixel.png) [c](https://evil.example/)',
  '</script><svg onload=window.hacked=1>',
  '"><iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
  '<style>*{display:none}</style>',
  '\u001b[2Jgone\u202Etxt.exe',
].join(' ');

describe.skipIf(!isFull)('hostile text in every field', () => {
  test('is shown as text, loads nothing and runs nothing', { timeout: 120_000 }, async () => {
    const desk = await BoardDesk.open({ text: text => `${text} ${HOSTILE}` });
    const browser = await openBrowser();
    const { page, complaints, close } = await openPage(browser);
    const asked: string[] = [];
    page.on('request', request => asked.push(new URL(request.url()).host));
    await page.goto(desk.board.address);
    for (const { hash, text } of SCREENS) {
      await visit(page, hash, text);
      const seen = await page.locator('html').evaluate(html => ({
        hacked: html.ownerDocument.defaultView.hacked ?? null,
        elements: html.querySelectorAll(
          'main img, main iframe, main script, main style, main [onload], main [onerror], main [srcdoc], a[href^="javascript"]',
        ).length,
      }));
      expect(seen, hash).toEqual({ hacked: null, elements: 0 });
    }
    expect([...new Set(asked)]).toEqual([new URL(desk.board.origin).host]);
    expect(complaints).toEqual([]);
    await visit(page, `#/task/${idOf('07-refunds')}/transcript`, 'I begin with the');
    await page.getByRole('link', { name: 'c', exact: true }).first().click();
    expect(complaints).toEqual([expect.stringContaining('This link is not from kleiber')]);
    expect(page.url()).toContain(desk.board.origin);
    await close();
    await browser.close();
    await desk.close();
  });
});
