// What the browser makes of the headers: policy, frames, cookies, and redirects after a form.

import { at, enters, heading, member, sends, SESSION_COOKIE, signsIn } from './app.js';
import { check, contains, equal, none, present, scenario } from './checks.js';
import { Client, Host } from './client.js';
import { fresh, PAGES } from './pages.js';

/** The one private-use redirect URI that is allowed by default. */
const APP_SCHEME = 'cursor://anysphere.cursor-mcp/oauth/callback';

export async function security(browser) {
  const stage = await fresh(browser);
  await scenario('the policy of pages', () => policy(browser, stage));
  await scenario('frames', () => frames(browser, stage));
  await scenario('cookies', () => cookies(browser, stage));
  await scenario('redirects after a form', () => redirects(browser, stage));
  await scenario('hostile names', () => hostile(browser, stage));
  stage.closes();
}

async function policy(browser, stage) {
  await check('a script and a foreign image that got into a page are stopped by its policy', async () => {
    const page = await browser.opens({ script: true, complains: true });
    const refused = [];
    page.on('console', (message) => refused.push(message.text()));
    page.on('requestfailed', (request) => refused.push(`${request.url()} ${request.failure().errorText}`));
    await page.route('**/sign-in*', async (route) => {
      const response = await route.fetch();
      const planted = '<script>document.title = "ran"</script><img src="https://evil.example/x" onerror="document.title = \'ran\'">';
      await route.fulfill({ response, body: (await response.text()).replace('</main>', `${planted}</main>`) });
    });
    await page.goto(at('/sign-in'));
    equal(await page.title(), 'Sign in – Notes', 'the title');
    contains(refused.join(), 'https://evil.example/x csp', 'what the browser refused');
    return contains(refused.join(), 'script-src', 'what the browser refused');
  });
  await check('no page runs a script of its own, keeps a copy or gives its address away', async () => {
    const wrong = [];
    const page = await browser.opens();
    page.on('response', (response) => {
      const headers = response.headers();
      if (!headers['content-type']?.startsWith('text/html') || !response.url().startsWith(at('/'))) return;
      const where = new URL(response.url()).pathname;
      const directives = headers['content-security-policy'] ?? '';
      if (!directives.includes("default-src 'none'") || /script-src|unsafe/.test(directives)) wrong.push(`${where} has the policy ${directives}`);
      if (headers['cache-control'] !== 'no-store') wrong.push(`${where} may be stored`);
      if (headers['referrer-policy'] !== 'same-origin') wrong.push(`${where} gives its address away`);
      if (headers['x-content-type-options'] !== 'nosniff') wrong.push(`${where} may be sniffed`);
    });
    for (const name of ['sign-in-error', 'sign-up', 'consent', 'notice', 'error', 'expired']) {
      await page.context().clearCookies();
      await PAGES[name].opens(page, stage);
    }
    return none(wrong, 'answers');
  });
}

async function frames(browser, stage) {
  const framing = await Host.listens((request, response) => {
    const source = new URL(request.url, 'http://127.0.0.1').searchParams.get('of');
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>A frame</title>${source ? `<iframe src="${source.replaceAll('&', '&amp;')}"></iframe>` : ''}`);
  });
  // The same site at another port: the frame would come with its cookies.
  const site = framing.url.replace('127.0.0.1', 'localhost');
  browser.expects(site);
  const targets = {
    'the sign-in page': at('/sign-in'),
    'the consent page': stage.local.asks().url,
    'the question before signing out': at('/api/auth/oauth2/end-session'),
    'the page of an error': at('/api/auth/oauth2/authorize'),
    'the API reference': at('/api/auth/reference/'),
  };
  for (const [name, target] of Object.entries(targets)) {
    await check(`${name} cannot be framed by another site`, async () => {
      const page = await browser.opens({ complains: true });
      await enters(page.context(), stage.person);
      await page.goto(`${site}/?of=${encodeURIComponent(target)}`);
      const shown = page.frames().slice(1).map((frame) => frame.url());
      return equal(shown.join(), 'chrome-error://chromewebdata/', 'the frame');
    });
  }
  framing.closes();
}

async function cookies(browser, stage) {
  await check('the cookies are the session, the browser and the token of forms, and no script or other site gets them', async () => {
    const page = await browser.opens();
    await page.goto(stage.local.asks().url);
    await signsIn(page, stage.person);
    const kept = await page.context().cookies();
    equal(kept.map(({ name }) => name).sort().join(', '), `better-auth.csrf, better-auth.oauth_browser, ${SESSION_COOKIE}`, 'the cookies');
    const loose = kept.filter(({ httpOnly, sameSite, path, domain }) => !httpOnly || sameSite !== 'Lax' || path !== '/' || domain.startsWith('.'));
    return none(loose.map(({ name }) => name), 'cookies');
  });
  await check('"Keep me signed in" keeps the session, and only it, beyond the browser', async () => {
    const page = await browser.opens();
    await page.goto(stage.local.asks().url);
    await signsIn(page, stage.person);
    const lasting = (await page.context().cookies()).filter(({ expires }) => expires > 0);
    return equal(lasting.map(({ name }) => name).join(), SESSION_COOKIE, 'the cookies that last');
  });
  await check('a script on a page of ours sees no cookie', async () => {
    const page = await browser.opens({ script: true });
    await page.goto(stage.local.asks().url);
    await signsIn(page, stage.person);
    return equal(await page.evaluate(() => document.cookie), '', 'document.cookie');
  });
  await check('a form on another site signs nobody in', async () => {
    const person = await member();
    const other = await Host.listens((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Other</title><form method="post" action="${at('/sign-in')}">
        <input name="email" value="${person.email}"><input name="password" value="${person.password}"><button>Go</button></form>`);
    });
    browser.expects(other.url.replace('127.0.0.1', 'localhost'));
    const page = await browser.opens();
    // Same site and another origin: SameSite alone would let it through.
    await page.goto(other.url.replace('127.0.0.1', 'localhost'));
    const response = await sends(page, 'Go');
    other.closes();
    equal(response.status(), 403, 'status');
    equal((await page.context().cookies()).some(({ name }) => name === SESSION_COOKIE), false, 'having a session');
    return equal(await heading(page), 'This did not come from here', 'heading');
  });
}

async function redirects(browser, stage) {
  await check('the redirect after consent reaches a program with a scheme of its own', async () => {
    const client = await Client.registers(APP_SCHEME);
    browser.expects(APP_SCHEME);
    const page = await browser.opens({ complains: true });
    await enters(page.context(), stage.person);
    await page.goto(client.asks().url);
    return leaves(page, APP_SCHEME, () => page.getByRole('button', { name: 'Allow' }).click());
  });
  await check('the redirect after consent reaches a client on the web', async () => {
    const page = await browser.opens({ complains: true });
    await enters(page.context(), stage.person);
    await page.goto(stage.web.asks().url);
    return leaves(page, stage.web.redirectUri, () => page.getByRole('button', { name: 'Allow' }).click());
  });
  await check('where consent is remembered, the redirect after sign-in reaches a client on the web', async () => {
    const page = await browser.opens({ complains: true });
    await page.goto(stage.web.asks().url);
    await page.getByLabel('E-mail address').fill(stage.person.email);
    await page.getByLabel('Password').fill(stage.person.password);
    return leaves(page, stage.web.redirectUri, () => page.getByRole('button', { name: 'Sign in' }).click());
  });
  await check('without the client in form-action the browser stops that redirect', async () => {
    const page = await browser.opens({ complains: true });
    await enters(page.context(), stage.person);
    await page.goto(stage.local.asks().url);
    await page.route('**/consent*', async (route) => {
      const response = await route.fetch();
      const policy = response.headers()['content-security-policy'].replace(/form-action [^;]*/, "form-action 'self'");
      await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
    });
    await page.reload();
    await page.unroute('**/consent*');
    const told = stage.home.asked.length;
    const refused = page.waitForEvent('console', (message) => message.text().includes('form-action'));
    await page.getByRole('button', { name: 'Allow' }).click();
    await refused;
    return equal(stage.home.asked.length, told, 'the number of requests to the client');
  });
}

/** Nothing answers at these clients, so what counts is the request that the browser made for the redirect URI. */
async function leaves(page, redirectUri, act) {
  const [request] = await Promise.all([page.waitForRequest((sent) => sent.url().startsWith(redirectUri)), act()]);
  return present(new URL(request.url()).searchParams.get('code'), 'code');
}

async function hostile(browser, stage) {
  await check('a client with markup for a name is shown as text', async () => {
    const name = '<img src=https://evil.example/x onerror=alert(1)>';
    const client = await Client.registers(stage.local.redirectUri, { client_name: name, logo_uri: 'https://evil.example/logo.png' });
    const page = await browser.opens({ script: true });
    await enters(page.context(), stage.person);
    await page.goto(client.asks().url);
    contains(await heading(page), name, 'the heading');
    return equal(await page.locator('img').count(), 0, 'the number of images');
  });
}
