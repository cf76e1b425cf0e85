/**
 * Draws the pictures of the documents: every view, light and dark. Made by `npm run pictures` alone, because they are kept in
 * git; the long tests say when they are older than the page that they show.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, openPage, visit, whyNoBrowser } from '../support/board-browser.ts';
import { BoardDesk } from '../support/board-desk.ts';
import { SCREENS } from '../support/board-screens.ts';
import { PROJECT } from '../support/house-sources.ts';
import { withPalette } from '../support/palette-png.ts';

const FOLDER = join(PROJECT, 'docs/screenshots');
const STAMP = join(FOLDER, 'drawn-from.txt');
const isDrawing = process.env.KLEIBER_DRAW === '1';
const THEMES = ['light', 'dark'] as const;

const WIDTH = 1120;
const HEIGHT = 700;
/** Where the best comes last. */
const TALL: Record<string, number> = { budget: 900, 'task-transcript': 900 };

/** Everything that decides how the page looks. */
function digestOfPage(): string {
  const hash = createHash('sha256');
  const folder = join(PROJECT, 'web/src');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (/\.(?:tsx?|css)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

const draw = async (page: Page, name: string): Promise<void> =>
  writeFileSync(join(FOLDER, `${name}.png`), withPalette(await page.screenshot()));

/** What a person looks at first; the other parts of a task are text. */
const DRAWN = SCREENS.filter(({ name }) => !['task-task', 'task-checks', 'task-history'].includes(name));

describe.skipIf(!isDrawing)('the pictures of the documents', () => {
  let desk: BoardDesk;
  let browser: Browser;

  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER);
    desk = await BoardDesk.open();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await desk.close();
    writeFileSync(STAMP, `${digestOfPage()}\n`);
  });

  test.each(THEMES)('in %s', { timeout: 120_000 }, async theme => {
    const { page, complaints, close } = await openPage(browser, { theme, width: WIDTH, height: HEIGHT });
    await page.goto(desk.board.address);
    for (const { name, hash, text } of DRAWN) {
      await page.setViewportSize({ width: WIDTH, height: TALL[name] ?? HEIGHT });
      await visit(page, hash, text);
      await draw(page, `${name}-${theme}`);
    }
    await visit(page, '#/now', 'Needs you');
    // The moment before was a past one, in which nothing can be done.
    await page.locator('main button[data-action]').first().waitFor();
    await page.keyboard.press('a');
    await page.getByRole('radio').first().waitFor();
    await draw(page, `answer-${theme}`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('checkout');
    await draw(page, `palette-${theme}`);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe.skipIf(process.env.KLEIBER_FULL !== '1' || isDrawing)('the pictures in git', () => {
  test('are as young as the page that they show; draw them anew with: npm run pictures', () => {
    expect(readFileSync(STAMP, 'utf8').trim()).toBe(digestOfPage());
  });

  test('are all there, in both themes, and no heavier than 60 kB each', () => {
    const names = readdirSync(FOLDER).filter(name => name.endsWith('.png'));
    const wanted = [...DRAWN.map(({ name }) => name), 'answer', 'palette'].flatMap(name =>
      THEMES.map(theme => `${name}-${theme}.png`),
    );
    expect(names.sort()).toEqual(wanted.sort());
    expect(names.filter(name => readFileSync(join(FOLDER, name)).length > 60_000)).toEqual([]);
  });

  test.skipIf(whyNoBrowser !== null)('stand in the documents, each of them', () => {
    const texts = ['README.md', 'docs/board.md'].map(name => readFileSync(join(PROJECT, name), 'utf8')).join();
    expect(readdirSync(FOLDER).filter(name => name.endsWith('.png') && !texts.includes(name))).toEqual([]);
  });
});
