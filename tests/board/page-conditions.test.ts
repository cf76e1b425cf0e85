/** The long form: the page as people with other eyes, screens and ids meet it. */
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, openPage, visit, whyNoBrowser } from '../support/board-browser.ts';
import { BoardDesk } from '../support/board-desk.ts';
import { SCREENS } from '../support/board-screens.ts';

const isFull = process.env.KLEIBER_FULL === '1' && whyNoBrowser === null;
/** Where pictures go, for whoever wants to look at them. */
const PICTURES = process.env.KLEIBER_PICTURES;

/** The longest that is read without breaks, and what it looks like in a title and a question. */
const LONG = 'a-name-that-takes-up-all-of-forty-chars';

describe.skipIf(!isFull)('the page under other conditions', () => {
  let desk: BoardDesk;
  let browser: Browser;

  beforeAll(async () => {
    desk = await BoardDesk.open();
    desk.add(LONG, 'engineer-backend', `${'Unbreakable'.repeat(9)} title`);
    desk.claim(LONG, 1, 'sonnet');
    desk.ask(LONG, `${'https://example.org/a-very-long-address/'.repeat(6)} ?`);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await desk.close();
  });

  const conditions: [string, BrowserContextOptions][] = [
    ['at 200 % zoom', { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }],
    ['at 400 % zoom', { viewport: { width: 360, height: 225 }, deviceScaleFactor: 4 }],
    ['in forced colours', { forcedColors: 'active' }],
    ['with more contrast, in the dark', { contrast: 'more', colorScheme: 'dark' }],
  ];

  test.each(conditions)(
    '%s every screen fits, with a long id in it, and says its states in words',
    { timeout: 240_000 },
    async (name, conditions) => {
      const { page, complaints, close } = await openPage(browser, { conditions });
      await page.goto(desk.board.address);
      for (const screen of SCREENS) {
        await visit(page, screen.hash, screen.text);
        const wide = await page
          .locator('html')
          .evaluate(html =>
            html.scrollWidth <= html.clientWidth
              ? []
              : [...html.querySelectorAll('body *')]
                  .filter(
                    found =>
                      found.getBoundingClientRect().right > html.clientWidth + 1 && found.closest('.scrolls') === null,
                  )
                  .map(found => found.outerHTML.slice(0, 120)),
          );
        expect(wide, screen.name).toEqual([]);
        if (PICTURES !== undefined)
          await page.screenshot({ path: join(PICTURES, `${screen.name} ${name}.png`.replaceAll(' ', '-')) });
      }
      await visit(page, '#/board', 'Take a coupon code');
      for (const word of ['Needs you', 'Ready', 'Working', 'Landed'])
        expect(await page.getByRole('heading', { name: word }).count(), word).toBeGreaterThan(0);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test('nothing moves for whoever wants no motion', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await visit(page, '#/now', 'Needs you');
    const moving = await page.locator('body *').evaluateAll(
      all =>
        all.filter(one => {
          const style = one.ownerDocument.defaultView.getComputedStyle(one);
          return style.transitionDuration !== '0s' || style.animationName !== 'none';
        }).length,
    );
    expect(moving).toBe(0);
    await close();
  });

  test('everything that can be pressed is 24 px high at least, but for links in a text', {
    timeout: 120_000,
  }, async () => {
    const { page, close } = await openPage(browser, { width: 390 });
    await page.goto(desk.board.address);
    for (const { name, hash, text } of SCREENS) {
      await visit(page, hash, text);
      const small = await page
        .locator('button:visible, input:visible, select:visible, summary:visible, nav a:visible')
        .evaluateAll(all =>
          all
            .filter(one => one.getBoundingClientRect().height < 24 && one.type !== 'checkbox' && one.type !== 'radio')
            .map(one => one.outerHTML.slice(0, 100)),
        );
      expect(small, name).toEqual([]);
    }
    await close();
  });
});
