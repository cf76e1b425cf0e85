/** The long form: a rehearsal watched from its first second to its last in a browser, without a reload, with a word to a model at work. */
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { openBrowser, openPage, whyNoBrowser } from '../support/board-browser.ts';
import { visit } from '../support/rehearsal-context.ts';
import { whySkipped } from '../support/shell-sandbox.ts';

const isFull = process.env.KLEIBER_FULL === '1' && whyNoBrowser === null && whySkipped === null;
const PICTURES = process.env.KLEIBER_PICTURES;
const here = visit();
const ending = new AbortController();
afterAll(() => ending.abort());

test.skipIf(!isFull)(
  'every view follows a rehearsal live, complains about nothing, and a word to a model at work is in its log',
  { timeout: 300_000 },
  async () => {
    const running = runProgram(['rehearse', '--dir', join(here.folder, 'shop')], here.context);
    const address = await vi.waitFor(
      () => {
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]+/.exec(here.printed()) ?? [];
        if (found === undefined) throw new Error('no board yet');
        return found;
      },
      { timeout: 60_000 },
    );
    const browser = await openBrowser();
    const { page, complaints } = await openPage(browser);
    await page.goto(address);
    await page.evaluate('window.hasNotReloaded = true');
    await page.locator('section.section', { hasText: 'Working' }).locator('.row').first().waitFor({ timeout: 90_000 });
    const id = await page
      .locator('#working ~ .rows .row, section:has(#working) .row')
      .first()
      .getAttribute('data-task');
    const told = await runProgram(['tell', id ?? '', 'prices are in cents'], {
      ...here.context,
      cwd: join(here.folder, 'shop'),
      environment: { ...here.context.environment, KLEIBER_HOME: join(here.folder, 'shop-state') },
    });
    for (const view of ['board', 'graph', 'timeline', 'budget', 'calibration', 'log', 'now']) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.locator('h1').waitFor();
      if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `rehearsal-${view}.png`) });
    }
    await page.evaluate(`location.hash = '#/log'`);
    // It may have handed in at that very moment; then the command has said so.
    if (told === 0) await page.getByText('told it: prices are in cents').first().waitFor({ timeout: 60_000 });
    await page.getByText('landed as').first().waitFor({ timeout: 120_000 });
    expect(await page.evaluate('window.hasNotReloaded')).toBe(true);
    expect([complaints, await running]).toEqual([[], 0]);
    await browser.close();
  },
);
