// The API reference: works with script, shows our own description only, and asks nobody else.

import { at, enters, member } from './app.js';
import { check, contains, equal, none, scenario } from './checks.js';
import { Host } from './client.js';

const PAGE = '/api/auth/reference/';

export async function reference(browser) {
  await scenario('the reference', () => tries(browser));
  await scenario('the reference shows no other description', () => foreign(browser));
}

async function tries(browser) {
  const page = await browser.opens({ script: true });
  const person = await member();
  await check('the reference opens and shows every operation of the description', async () => {
    await page.goto(at('/api/auth/reference'));
    await operation(page, '/api/auth/get-session').waitFor();
    const { paths } = await (await fetch(at('/api/auth/openapi.json'))).json();
    const described = Object.values(paths).flatMap((path) => Object.keys(path)).filter((method) => ['get', 'put', 'post', 'patch', 'delete'].includes(method));
    return equal(await page.locator('.opblock').count(), described.length, 'the number of operations');
  });
  await check('get-session tried out without a session answers null', async () => {
    const answer = await executes(page);
    contains(answer, '200', 'the answer');
    return contains(answer, 'null', 'the answer');
  });
  await check('get-session tried out by somebody signed in answers with their session', async () => {
    await enters(page.context(), person);
    const again = await page.context().newPage();
    await again.goto(at(PAGE));
    const answer = await executes(again);
    contains(answer, '200', 'the answer');
    return contains(answer, person.email, 'the answer');
  });
  await check('the first operation of every tag unfolds without an error', async () => {
    for (const section of await page.locator('.opblock-tag-section').all()) {
      const block = section.locator('.opblock').first();
      if (await block.evaluate((element) => element.classList.contains('is-open'))) continue;
      await block.locator('.opblock-summary-control').click();
      await block.locator('.opblock-body').waitFor();
    }
  });
}

async function foreign(browser) {
  const evil = await Host.listens((_, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ openapi: '3.1.0', info: { title: 'Evil', version: '1' }, paths: {}, url: `${evil.url}/evil.json` }));
  });
  const wanted = `${evil.url}/evil.json`;
  const queries = {
    url: wanted,
    configUrl: wanted,
    config: wanted,
    'urls.primaryName': 'evil',
    spec: '{"info":{"title":"Evil"}}',
    validatorUrl: wanted,
    oauth2RedirectUrl: wanted,
  };
  const page = await browser.opens({ script: true });
  for (const [name, value] of Object.entries(queries)) {
    await check(`?${name}= changes nothing, and asks nobody`, async () => {
      await page.goto(at(PAGE, { [name]: value }));
      await operation(page, '/api/auth/get-session').waitFor();
      equal(await page.getByText('Evil').count(), 0, 'the number of foreign words');
      return none(evil.asked, 'requests to the other server');
    });
  }
  evil.closes();
}

/** The block of `GET path`, under whatever tag. */
function operation(page, path) {
  return page.locator('.opblock-get').filter({ has: page.locator(`[data-path="${path}"]`) });
}

/** Tries out get-session; answers what the response panel shows. */
async function executes(page) {
  const block = operation(page, '/api/auth/get-session');
  await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Try it out' }).click();
  await block.getByRole('button', { name: 'Execute', exact: true }).click();
  const panel = block.locator('.live-responses-table tbody');
  await panel.waitFor();
  return panel.innerText();
}
