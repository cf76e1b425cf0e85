/** The page in a real browser, as a person meets it: every screen once, the answer by keyboard, news without a reload. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { openBrowser, openPage, visit, whyNoBrowser } from '../support/board-browser.ts';
import { BoardDesk, idOf } from '../support/board-desk.ts';
import { SCREENS } from '../support/board-screens.ts';

/** A browser that says yes, and remembers what it was asked for and told. */
const FAKE_NOTIFICATIONS = `
  window.told = [];
  window.Notification = class {
    static permission = 'default';
    static async requestPermission() {
      window.told.push('asked');
      return 'granted';
    }
    constructor(title) {
      window.told.push(title);
    }
  };
`;

describe.skipIf(whyNoBrowser !== null)('the page of the board', () => {
  let desk: BoardDesk;
  let browser: Browser;

  beforeAll(async () => {
    desk = await BoardDesk.open({ longLines: 20_000 });
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await desk.close();
  });

  test('every screen opens by its link, complains about nothing and fits the page', async () => {
    const { page, complaints, close } = await openPage(browser);
    await page.goto(desk.board.address);
    for (const { hash, text } of SCREENS) {
      await visit(page, hash, text);
      expect(await page.locator('h1').count(), hash).toBe(1);
      expect(await page.locator('html').evaluate(html => html.scrollWidth <= html.clientWidth), hash).toBe(true);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test('the first view is drawn without the libraries; where they do not come, the page says so', async () => {
    const { page, close } = await openPage(browser);
    await page.route('**/libraries.js', route => route.abort());
    const asked = page.waitForRequest('**/libraries.js');
    await page.goto(desk.board.address);
    await asked;
    expect(await page.getByText('Needs you').isVisible()).toBe(true);
    await visit(
      page,
      `#/task/${idOf('04-cart-page')}/task`,
      'This part of the page did not come. Load the page again.',
    );
    await close();
  });

  test('the token leaves the address bar, and without it the page says what to do', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.origin);
    await page.getByText('This page has no key to the board').waitFor();
    await page.goto(desk.board.address);
    await page.reload();
    await page.getByText('Needs you').waitFor();
    expect(page.url()).not.toContain('token');
    await close();
  });

  test('a difference of 20,000 lines opens with the long file folded, and at once', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    const took = await page.locator('html').evaluate(
      async (html, hash) => {
        const { performance, location, requestAnimationFrame } = html.ownerDocument.defaultView;
        const started = performance.now();
        location.hash = hash;
        while (html.querySelectorAll('.patch').length < 3) await new Promise(requestAnimationFrame);
        return performance.now() - started;
      },
      `#/task/${idOf('04-cart-page')}/diff`,
    );
    // A second is the aim, and the long tests hold it to that; here a busy machine must not count.
    expect(took).toBeLessThan(10_000);
    expect(await page.locator('.patch', { hasText: 'src/rows.js' }).locator('tr').count()).toBe(0);
    await page.locator('.fold', { hasText: 'src/rows.js' }).click();
    await page.getByRole('button', { name: /Show 1500 of/ }).waitFor();
    await close();
  });

  test('a question is answered by keyboard alone, and the line that equals it grows while one types', async () => {
    const { page, complaints, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    await page.keyboard.press('a');
    await page.getByRole('radio').first().waitFor();
    await page.keyboard.type('the same share of the discount');
    const line = `kleiber answer ${idOf('07-refunds')} 'the same share of the discount'`;
    await page.getByText(line).first().waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('status').getByText('answered').waitFor();
    const last = desk.project.baton.after(0).findLast(({ event }) => event.kind === 'answered')?.event;
    expect(last).toMatchObject({ kind: 'answered', text: 'the same share of the discount', by: expect.any(String) });
    expect(complaints).toEqual([]);
    await close();
  });

  test('a click on the number of a line begins a remark, and the remark goes to the next attempt', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await visit(page, `#/task/${idOf('04-cart-page')}/diff`, 'src/price.test.js');
    await page
      .locator('.patch', { hasText: 'src/price.js' })
      .locator('.line-number.now', { hasText: '4' })
      .first()
      .click();
    await page.keyboard.press('End');
    await page.keyboard.type('name the rule');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('status').getByText('goes back to its agent').waitFor();
    const last = desk.project.baton.after(0).findLast(({ event }) => event.kind === 'returned')?.event;
    expect(last).toMatchObject({
      reason: 'changes_requested',
      note: expect.stringContaining('src/price.js:4: name the rule'),
    });
    await close();
  });

  test('what happens is on the page at once, without a reload', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await visit(page, '#/board', 'Take a coupon code');
    const moves = [
      ['Working', () => desk.claim('10-limits', 1, 'sonnet')],
      ['On its way in', () => desk.submit('10-limits', 1, 0.1)],
      ['Taken back', () => desk.to('10-limits', { kind: 'cancelled', by: 'Ada', reason: 'enough' })],
    ] as const;
    const took: number[] = [];
    for (const [column, move] of moves) {
      const started = performance.now();
      move();
      await page.locator('section.column', { hasText: column }).getByText('10-limits').waitFor();
      took.push(performance.now() - started);
    }
    // Half a second is the aim, and the long tests hold it to that; here a busy machine must not count.
    expect(Math.min(...took)).toBeLessThan(5_000);
    await close();
  });

  test('the slider shows the board as it was, and back', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await visit(page, '#/log', 'newest first');
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.getByText('Looking back').waitFor();
    await page.getByRole('link', { name: 'the whole board then' }).click();
    await page.locator('section.column', { hasText: 'Landed 0' }).waitFor();
    await page.keyboard.press('0');
    await page.locator('section.column', { hasText: 'Landed 4' }).waitFor();
    await close();
  });

  test('a word to the model at work is sent from its transcript, and shown until it is heard', async () => {
    const { page, complaints, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await visit(page, `#/task/${idOf('05-checkout')}/transcript`, 'I begin with the');
    await page.getByLabel('What its model should hear').fill('mind the empty basket');
    await page.getByText(`kleiber tell ${idOf('05-checkout')} 'mind the empty basket'`).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.turn.waits').getByText('mind the empty basket').waitFor();
    const last = desk.project.baton.after(0).findLast(({ event }) => event.kind === 'told')?.event;
    expect(last).toMatchObject({ attempt: 1, by: 'Ada <ada@example.org>', text: 'mind the empty basket' });
    await page.getByRole('button', { name: 'Copy as prompt' }).click();
    await page
      .getByRole('status')
      .getByText(/copied, \d+ characters/)
      .waitFor();
    const copied = await page
      .locator('html')
      .evaluate(html => html.ownerDocument.defaultView.navigator.clipboard.readText());
    expect(copied).toContain(`This is the task ${idOf('05-checkout')}`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('handed-in work can be taken to an editor or a pull request with a line for the terminal', async () => {
    const { page, complaints, close } = await openPage(browser);
    await page.goto(desk.board.address);
    const id = idOf('04-cart-page');
    await visit(page, `#/task/${id}/diff`, 'Open in an editor');
    await page.getByText('Open in an editor, make a pull request').click();
    const branch = /git push -u origin (\S+)/.exec((await page.locator('main').textContent()) ?? '')?.[1] ?? '';
    expect(branch).toMatch(new RegExp(`^feature/${id}-`));
    await page.getByRole('button', { name: `Copy the command kleiber branch ${id} && git push` }).click();
    const copied = await page
      .locator('html')
      .evaluate(html => html.ownerDocument.defaultView.navigator.clipboard.readText());
    expect(copied).toBe(`kleiber branch ${id} && git push -u origin ${branch} && gh pr create --head ${branch}`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a ready card goes up by key and down by its menu, keeps the focus, and p0 stays first', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await visit(page, '#/board', 'Take a coupon code');
    const ready = page.locator('section.column', { hasText: 'Ready' });
    const order = (): Promise<string[]> => ready.locator('.id').allTextContents();
    // What was answered before, or is p0, stands in front of the two that can be moved.
    const first = await order();
    const moved = [...first.slice(0, -2), ...first.slice(-2).toReversed()];
    await ready.locator('[data-item]').last().focus();
    await page.keyboard.press('K');
    await page.getByRole('status').getByText('in line').waitFor();
    await vi.waitFor(async () => expect(await order()).toEqual(moved));
    expect(await page.locator(':focus .id').textContent()).toBe(first.at(-1));
    await page.keyboard.press('K');
    await page.getByRole('status').getByText('cannot go before').waitFor();
    await ready.getByRole('button', { name: `Move to … ${first.at(-1)}` }).click();
    await page.getByRole('button', { name: 'To the end' }).click();
    await vi.waitFor(async () => expect(await order()).toEqual(first));
    await close();
  });

  test('the browser is asked for notifications on that click alone, and told once of what needs somebody', async () => {
    const { page, close } = await openPage(browser);
    await page.addInitScript({ content: FAKE_NOTIFICATIONS });
    const told = (): Promise<string[]> => page.locator('html').evaluate(html => html.ownerDocument.defaultView.told);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    expect(await told()).toEqual([]);
    await page.getByRole('button', { name: 'notify: off' }).click();
    await page.getByRole('button', { name: 'notify: on' }).waitFor();
    for (const name of ['11-admin-list', '12-old-codes']) {
      desk.claim(name, 1, 'sonnet');
      desk.ask(name, 'Which?');
    }
    await vi.waitFor(async () => expect((await told()).length).toBeGreaterThan(1), { timeout: 10_000 });
    expect(await told()).toEqual(['asked', '2 tasks need you']);
    await close();
  });

  test('the report opens from disk, goes back in time, and complains about nothing', async () => {
    const file = join(desk.git.root, 'run.html');
    expect(await runProgram(['report', '--html', file], desk.context)).toBe(0);
    const { page, complaints, close } = await openPage(browser);
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.getByText('a report, as of').waitFor();
    await page.goto(`${pathToFileURL(file).href}#/task/${idOf('04-cart-page')}/diff`);
    await page.locator('.fold', { hasText: 'src/price.test.js' }).waitFor();
    expect(await page.locator('button[data-action]').count()).toBe(0);
    await page.goto(`${pathToFileURL(file).href}#/log`);
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.getByRole('link', { name: 'the whole board then' }).click();
    await page.locator('section.column', { hasText: 'Landed 0' }).waitFor();
    expect([complaints, asked.filter(url => !url.startsWith('file:'))]).toEqual([[], []]);
    await close();
  });

  test('the field that finds everything goes to a task, and the help names the keys', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(desk.board.address);
    await page.getByText('Needs you').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('09-changelog');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: idOf('09-changelog') }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('the diff of this task').waitFor();
    await close();
  });
});
