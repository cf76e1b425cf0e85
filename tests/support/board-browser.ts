/** A real browser in front of a board: Debian's Chromium, with a profile of its own and no way out of this machine. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { PROJECT } from './house-sources.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const EXECUTABLE = PLACES.find(path => existsSync(path)) ?? '/usr/bin/chromium';

/** Why the tests with a browser cannot run here; where everything is required they run, and fail. */
export const whyNoBrowser: string | null =
  process.env.KLEIBER_REQUIRE_SANDBOX === '1' || existsSync(EXECUTABLE) ? null : 'chromium is not installed';

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });

/** The page is built with the package; a single test file on a fresh clone builds it itself. */
export function ensurePage(): void {
  if (!existsSync(join(PROJECT, 'dist/page/index.html')))
    execFileSync(process.execPath, [join(PROJECT, 'scripts/build-page.mjs')], { cwd: PROJECT, stdio: 'ignore' });
}

export interface Look {
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** Whatever else sets this reader apart. */
  conditions?: BrowserContextOptions;
}

/** A page with an empty memory, and everything that it complains about; Chromium's word on what the policy refused is among it. */
export async function openPage(
  browser: Browser,
  { theme = 'light', width = 1440, height = 900, conditions = {} }: Look = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...conditions,
  });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('dialog', dialog => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return { page, complaints, close: () => context.close() };
}

/** Walks to a screen by its address, as a link would, and waits until its heading and its contents are there. */
export async function visit(page: Page, hash: string, text: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/${hash}`);
  await page.locator('main').getByText(text).first().waitFor();
}
