// What goes wrong on the way, with script switched off: lost cookies, two tabs, the way back, impatience.

import { account, at, enters, heading, member, navigated, sends, signsIn, signsUp, stranger, words } from './app.js';
import { check, contains, equal, lacks } from './checks.js';
import { CONSENT, OTHER_ADDRESS } from './pages.js';

export const MISHAPS = {
  async 'requests that are over'({ browser, client, home }) {
    const page = await browser.opens();
    const person = await member();
    for (const [path, name] of [['/api/auth/oauth2/authorize', 'interaction'], ['/consent', 'consent_code']]) {
      await check(`an unknown ${name} gets a page that says so, with 400 and what to do`, async () => {
        const response = await page.goto(at(path, { [name]: 'unknown' }));
        await isOver(page, response, 'This request has expired');
        return contains(await words(page), 'Go back to the app and connect again.', 'the page');
      });
    }
    await check('who signs in for a request that is over is told so and is signed in', async () => {
      await page.goto(at('/sign-in', { interaction: 'unknown' }));
      const response = await signsIn(page, person);
      await isOver(page, response, 'This request has expired');
      return equal(await account(page.context()), person.email, 'account');
    });
    await check('a consent page that was open twice is answered once', async () => {
      const [first, second] = [page, await page.context().newPage()];
      const asked = client.asks();
      await first.goto(asked.url);
      await second.goto(first.url());
      await client.redeems(await client.isAnswered(first, 'Allow'), asked);
      const told = home.asked.length;
      await isOver(second, await sends(second, 'Deny'), 'Already answered');
      return equal(home.asked.slice(told).some(isCallback), false, 'the client being told again');
    });
  },

  async 'cookies that got lost'({ browser, client }) {
    const page = await browser.opens();
    const person = await member();
    await check('without cookies the sign-in form comes back with words, and works the second time', async () => {
      await page.goto(client.asks().url);
      await page.context().clearCookies();
      const response = await signsIn(page, person);
      equal(response.status(), 403, 'status');
      contains(await page.getByRole('alert').innerText(), 'try again', 'the alert');
      await signsIn(page, person);
      return equal(await account(page.context()), person.email, 'account');
    });
    await check('a request of the lost browser can be started again', async () => {
      equal(await heading(page), 'Start again', 'heading');
      await Promise.all([navigated(page), page.getByRole('link', { name: 'Start again' }).click()]);
      return equal(await heading(page), CONSENT, 'heading');
    });
    await check('without cookies consent is not taken, and the page says what to do', async () => {
      await page.context().clearCookies();
      const response = await sends(page, 'Allow');
      equal(response.status(), 403, 'status');
      equal(await heading(page), 'Please answer again', 'heading');
      return contains(await words(page), 'reload the page and answer again', 'the page');
    });
  },

  async 'two tabs'({ browser, client }) {
    const first = await browser.opens();
    const second = await first.context().newPage();
    const person = await member();
    const [one, two] = [client.asks(), client.asks({ scope: 'mcp:tools' })];
    await check('two requests wait in two tabs, and signing in at the second leaves the first to go on', async () => {
      await first.goto(one.url);
      await second.goto(two.url);
      await signsIn(second, person);
      await signsIn(first, person);
      equal(await heading(first), CONSENT, 'heading of the first');
      return equal(await heading(second), CONSENT, 'heading of the second');
    });
    await check('the second is answered first, and gets its own state and scope', async () => {
      const tokens = await client.redeems(await client.isAnswered(second, 'Allow'), two);
      return equal(tokens.scope, 'mcp:tools', 'scope');
    });
    await check('the first is answered last, and gets its own state and scope', async () => {
      const tokens = await client.redeems(await client.isAnswered(first, 'Allow'), one);
      return contains(tokens.scope, 'openid', 'scope');
    });
  },

  async 'the way back'({ browser, client, home }) {
    const page = await browser.opens();
    const person = await member();
    await check('back after sign-in shows an empty form, and sending it again leads to consent', async () => {
      await page.goto(client.asks().url);
      await signsIn(page, person);
      await page.goBack();
      equal(await heading(page), 'Sign in', 'heading');
      equal(await page.getByLabel('Password').inputValue(), '', 'the password');
      await signsIn(page, person);
      return equal(await heading(page), CONSENT, 'heading');
    });
    await check('back after consent says that it was answered', async () => {
      await client.isAnswered(page, 'Allow');
      const told = home.asked.length;
      await isOver(page, await page.goBack(), 'Already answered');
      return equal(home.asked.slice(told).some(isCallback), false, 'the client being told again');
    });
    await check('back after sign-out shows nothing private', async () => {
      await page.goto(client.asks().url);
      contains(await words(page), person.email, 'the page before');
      await page.goto(at('/api/auth/oauth2/end-session'));
      await sends(page, 'Sign out');
      for (let step = 0; step < 2; step += 1) {
        await page.goBack();
        lacks(await words(page), person.email, `the page ${step + 1} back`);
        lacks(await page.content(), person.email, `the source of the page ${step + 1} back`);
      }
    });
  },

  async 'impatience'({ browser, client }) {
    await check('a double click on Create account makes one account, which can be signed in to', async () => {
      const page = await browser.opens();
      const person = stranger();
      await page.goto(at('/sign-up'));
      await page.getByLabel('Name').fill(person.name);
      await page.getByLabel('E-mail address').fill(person.email);
      await page.getByLabel('Password').fill(person.password);
      await page.getByRole('button', { name: 'Create account' }).dblclick();
      // Which of the two clicks is answered is a matter of luck.
      await page.getByText(/You are signed in as|already an account/).waitFor();
      await enters(page.context(), person);
      return equal(await account(page.context()), person.email, 'account');
    });
    await check('a double click on Sign in leads to consent, and one on Allow to the client or a page that says so', async () => {
      const page = await browser.opens();
      const person = await member();
      await page.goto(client.asks().url);
      await page.getByLabel('E-mail address').fill(person.email);
      await page.getByLabel('Password').fill(person.password);
      await page.getByRole('button', { name: 'Sign in' }).dblclick();
      await page.getByRole('heading', { name: CONSENT }).waitFor();
      await page.getByRole('button', { name: 'Allow' }).dblclick();
      return page.getByRole('heading', { name: /Notebook is connected|Already answered/ }).waitFor();
    });
    await check('a second click on Allow while the answer is on its way ends at a page that says so', async () => {
      const page = await browser.opens();
      await enters(page.context(), await member());
      await page.goto(client.asks().url);
      await answersAndLosesTheAnswer(page);
      await isOver(page, await sends(page, 'Allow'), 'Already answered');
      return contains(await words(page), 'If it is not connected, connect again.', 'the page');
    });
    await check('reloading the page after sign-up leaves the person signed in', async () => {
      const page = await browser.opens();
      const person = stranger();
      await page.goto(at('/sign-up'));
      await signsUp(page, person);
      const response = await page.reload();
      equal(response.status() < 500, true, 'a status below 500');
      return equal(await account(page.context()), person.email, 'account');
    });
    await check('reloading the page after sign-in leaves the person signed in', async () => {
      const page = await browser.opens();
      const person = await member();
      await page.goto(at('/sign-in'));
      await signsIn(page, person);
      equal((await page.reload()).status(), 200, 'status');
      return equal(await account(page.context()), person.email, 'account');
    });
  },

  async 'another address'({ browser }) {
    const page = await browser.opens();
    await check('who opened the app by another name of this machine is told its address', async () => {
      await page.goto(new URL('/sign-in', OTHER_ADDRESS).href);
      const response = await signsIn(page, await member());
      equal(response.status(), 403, 'status');
      equal(await heading(page), 'Use another address', 'heading');
      return contains(await words(page), new URL(at('/')).origin, 'the page');
    });
  },
};

async function isOver(page, response, title) {
  equal(await heading(page), title, 'heading');
  return equal(response.status(), 400, 'status');
}

function isCallback(path) {
  return path.startsWith('/callback');
}

/** Sends the form as it stands with Allow, as a click does whose answer a second click throws away. */
async function answersAndLosesTheAnswer(page) {
  const form = { decision: 'allow' };
  for (const input of await page.locator('input[type=hidden]').all()) {
    form[await input.getAttribute('name')] = await input.inputValue();
  }
  const response = await page.context().request.post(page.url(), {
    form,
    headers: { origin: new URL(at('/')).origin },
    maxRedirects: 0,
  });
  equal(response.status(), 303, 'status of the first answer');
}
