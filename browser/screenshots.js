// Pictures of every page for the documentation, the same every time: `node main.js screenshots`.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { at, heading } from './app.js';
import { check, contains, scenario } from './checks.js';
import { PAGES, still } from './pages.js';

const FOLDER = new URL('../docs/screenshots/', import.meta.url);
const SHOWN = ['sign-in', 'sign-in-error', 'sign-up', 'consent', 'consent-local', 'sign-out', 'notice', 'error'];
const SIZE = { width: 640, height: 720 };
const SCHEMES = ['light', 'dark'];

export async function screenshots(browser) {
  mkdirSync(FOLDER, { recursive: true });
  const stage = await still(browser);
  for (const name of SHOWN) {
    await scenario(`picture of ${name}`, () => check(`${name} is pictured`, () => pictures(browser, stage, name)));
  }
  await scenario('picture of the reference', () => check('the reference is pictured', () => picturesReference(browser)));
  stage.closes();
}

async function pictures(browser, stage, name) {
  const page = await browser.opens({ script: true, viewport: SIZE });
  await PAGES[name].opens(page, stage);
  contains(await heading(page), PAGES[name].shows, 'the heading');
  await page.evaluate(() => document.activeElement.blur());
  await takes(page, name);
}

async function picturesReference(browser) {
  const page = await browser.opens({ script: true, viewport: { width: 1024, height: 768 } });
  await page.goto(at('/api/auth/reference/'));
  await page.locator('.opblock').first().waitFor();
  // It knows no dark scheme.
  await takes(page, 'reference', { schemes: ['light'], fullPage: false });
}

async function takes(page, name, { schemes = SCHEMES, fullPage = true } = {}) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: fileURLToPath(new URL(`${name}-${colorScheme}.png`, FOLDER)), fullPage, scale: 'css' });
  }
}
