// Drives Chromium through the pages of the example server.
// Usage: BASE_URL=http://localhost:3000 node main.js [suite ...]

import { axe } from './axe.js';
import { check, finish, none, scenario } from './checks.js';
import { Browser } from './chromium.js';
import { elsewhere } from './elsewhere.js';
import { flows } from './flows.js';
import { keyboard } from './keyboard.js';
import { reference } from './reference.js';
import { screenshots } from './screenshots.js';
import { security } from './security.js';

const SUITES = { flows, keyboard, axe, security, elsewhere, reference };
const ONLY_BY_NAME = { screenshots };

const asked = process.argv.slice(2);
const all = { ...SUITES, ...ONLY_BY_NAME };
const unknown = asked.filter((name) => !(name in all));
if (unknown.length > 0) {
  console.error(`there is no suite ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
  process.exit(2);
}

const browser = await Browser.starts();
console.log(`# Chromium ${browser.chromium.version()}, node ${process.versions.node}`);
for (const name of asked.length > 0 ? asked : Object.keys(SUITES)) {
  await scenario(name, () => all[name](browser));
  await scenario(`${name} all in all`, async () => {
    await check(`${name}: no request left the app and its clients`, () => none(browser.strayed, 'requests'));
    await check(`${name}: no page brought up an error or broke its policy`, () => none(browser.complaints, 'complaints'));
  });
  await browser.tidies();
}
await browser.quits();
finish();
