// Accessibility of every page: axe-core in both colour schemes and widths, and reflow (WCAG 1.4.4, 1.4.10).

import { readFileSync } from 'node:fs';

import { heading } from './app.js';
import { check, contains, none, scenario, sideBySide } from './checks.js';
import { fresh, PAGES } from './pages.js';

const SOURCE = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SCHEMES = ['light', 'dark'];
const WIDTHS = [1280, 320];
/** A run with fewer passed rules has not looked at the page. */
const FEWEST_PASSES = 6;

const BROKEN = `<!doctype html><html><head><title></title></head><body><img src="data:,"><input>
<p style="color:#aaa;background:#fff">pale</p><button></button></body></html>`;

export async function axe(browser) {
  await scenario('axe looks', () => check('axe finds what is wrong on a page that is made wrong', async () => {
    const page = await browser.opens({ script: true, complains: true });
    await page.setContent(BROKEN);
    const found = (await violations(page)).join();
    for (const rule of ['document-title', 'html-has-lang', 'image-alt', 'label', 'color-contrast', 'button-name']) {
      contains(found, rule, 'what axe found');
    }
  }));

  const stage = await fresh(browser);
  const names = Object.keys(PAGES);
  await sideBySide(Object.fromEntries(names.map((name) => [`page ${name}`, () => looksAt(browser, stage, name)])));
  stage.closes();
}

async function looksAt(browser, stage, name) {
  const { shows, opens } = PAGES[name];
  // Axe needs timers, so script is on; the pages have none of their own.
  const page = await browser.opens({ script: true });
  await check(`${name}: axe finds nothing in light and dark, wide and narrow`, async () => {
    await opens(page, stage);
    contains(await heading(page), shows, 'the heading');
    for (const colorScheme of SCHEMES) {
      for (const width of WIDTHS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        none(await violations(page), `${colorScheme} at ${width} px`);
      }
    }
  });
  await check(`${name}: it fits into 320 px, and into 640 px with text twice as large`, async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    none(await overflowing(page), 'at 320 px');
    await page.setViewportSize({ width: 640, height: 640 });
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    none(await overflowing(page), 'at 200 %');
  });
}

/** The rules a page violates, with where. */
async function violations(page) {
  await page.evaluate(SOURCE);
  const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  if (result.passes.length < FEWEST_PASSES) throw new Error(`axe has seen no page: ${result.passes.length} rules passed`);
  return result.violations.map(({ id, nodes }) => `${id} at ${nodes.map((node) => node.target).join(', ')}`);
}

/** The elements that stand out of the window sideways, or whose text is cut off. */
function overflowing(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const sideways = document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} px wide`] : [];
    const out = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      const scrolls = element.tagName !== 'INPUT' && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      return right > width + 1 || left < -1 || scrolls;
    });
    return [...sideways, ...out.map((element) => `${element.tagName.toLowerCase()}.${element.className} stands out`)];
  });
}
