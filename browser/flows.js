// What people do at the pages, with script switched off: the straight ways, and with mishaps.js the crooked ones.

import { account, at, enters, heading, member, sends, session, SESSION_COOKIE, signsIn, signsUp, stranger, words } from './app.js';
import { check, contains, equal, present, sideBySide } from './checks.js';
import { callback, Client } from './client.js';
import { MISHAPS } from './mishaps.js';
import { CONSENT, OTHER_ADDRESS } from './pages.js';

export async function flows(browser) {
  browser.expects(OTHER_ADDRESS);
  const ways = Object.entries({ ...WAYS, ...MISHAPS }).map(([name, body]) => [name, () => withClient(browser, body)]);
  await sideBySide(Object.fromEntries(ways));
}

/** Gives a way a client of its own. */
async function withClient(browser, body) {
  const home = await callback();
  browser.expects(home.url);
  const client = await Client.registers(`${home.url}/callback`, { post_logout_redirect_uris: [`${home.url}/signed-out`] });
  await body({ browser, home, client });
  home.closes();
}

const WAYS = {
  async 'somebody new allows'({ browser, client }) {
    const page = await browser.opens();
    const person = stranger();
    const asked = client.asks();
    await check('a new person is asked to sign in and told for whom', async () => {
      await page.goto(asked.url);
      equal(await heading(page), 'Sign in', 'heading');
      return contains(await words(page), 'to continue to Notebook', 'the page');
    });
    await check('the sign-up page still knows for whom', async () => {
      await page.getByRole('link', { name: 'Create an account' }).click();
      await page.getByRole('heading', { name: 'Create an account' }).waitFor();
      return contains(await words(page), 'to continue to Notebook', 'the page');
    });
    await check('sign-up leads to consent, which names client, account, scopes and resource', async () => {
      await signsUp(page, person);
      equal(await heading(page), CONSENT, 'heading');
      const text = await words(page);
      for (const part of [person.email, 'Use the tools of this server', 'mcp:tools', at('/mcp'), '127.0.0.1', 'program on this device']) {
        contains(text, part, 'the page');
      }
    });
    const answer = await check('allow leads back to the client', () => client.isAnswered(page, 'Allow'));
    await check('the client gets code, state and iss, and tokens for the code', async () => {
      const tokens = await client.redeems(answer, asked);
      present(tokens.access_token, 'access_token');
      present(tokens.refresh_token, 'refresh_token');
      return present(tokens.id_token, 'id_token');
    });
  },

  async 'somebody known denies'({ browser, client }) {
    const page = await browser.opens();
    const person = await member();
    const asked = client.asks();
    await check('sign-in leads to consent', async () => {
      await page.goto(asked.url);
      await signsIn(page, person);
      return equal(await heading(page), CONSENT, 'heading');
    });
    await check('deny leads back to the client with access_denied, state, iss and no code', async () => {
      const answer = await client.isAnswered(page, 'Deny');
      equal(answer.error, 'access_denied', 'error');
      equal(answer.state, asked.state, 'state');
      equal(answer.iss, new URL(at('/')).origin, 'iss');
      return equal('code' in answer, false, 'having a code');
    });
    await check('who denied is asked again next time, without signing in', async () => {
      await page.goto(client.asks().url);
      return equal(await heading(page), CONSENT, 'heading');
    });
  },

  async 'a wrong password'({ browser, client }) {
    const page = await browser.opens();
    const person = await member();
    const asked = client.asks();
    await check('a wrong password brings the form back with words and 401', async () => {
      await page.goto(asked.url);
      const response = await signsIn(page, { ...person, password: 'not her password' });
      equal(response.status(), 401, 'status');
      return contains(await page.getByRole('alert').innerText(), 'is not right', 'the alert');
    });
    await check('the form keeps the address and forgets the password', async () => {
      equal(await page.getByLabel('E-mail address').inputValue(), person.email, 'the address');
      return equal(await page.getByLabel('Password').inputValue(), '', 'the password');
    });
    await check('a wrong password makes no session', async () => {
      equal(await session(page.context()), null, 'the session');
      const cookies = await page.context().cookies();
      return equal(cookies.some(({ name }) => name === SESSION_COOKIE), false, 'having a session cookie');
    });
    await check('reloading the refused form brings it back again', async () => {
      const response = await page.reload();
      equal(response.status(), 401, 'status');
      return equal(await heading(page), 'Sign in', 'heading');
    });
    await check('the right password then goes on to the same request', async () => {
      await signsIn(page, person);
      return client.redeems(await client.isAnswered(page, 'Allow'), asked);
    });
  },

  async 'a sign-up that is refused'({ browser, client }) {
    const page = await browser.opens();
    const person = await member();
    await check('a taken address brings the form back with words and 422', async () => {
      await page.goto(client.asks().url);
      await page.getByRole('link', { name: 'Create an account' }).click();
      await page.waitForURL(/sign-up/);
      const response = await signsUp(page, person);
      equal(response.status(), 422, 'status');
      return contains(await page.getByRole('alert').innerText(), 'already an account', 'the alert');
    });
    await check('the form keeps name and address and forgets the password', async () => {
      equal(await page.getByLabel('Name').inputValue(), person.name, 'the name');
      equal(await page.getByLabel('E-mail address').inputValue(), person.email, 'the address');
      return equal(await page.getByLabel('Password').inputValue(), '', 'the password');
    });
    await check('the way from there to sign-in leads on to consent', async () => {
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signsIn(page, person);
      return equal(await heading(page), CONSENT, 'heading');
    });
  },

  async 'signing out'({ browser, client, home }) {
    const page = await browser.opens();
    const person = await member();
    const back = `${home.url}/signed-out`;
    await check('without an ID token people are asked, with client and account named', async () => {
      await enters(page.context(), person);
      await page.goto(at('/api/auth/oauth2/end-session', { client_id: client.id }));
      equal(await heading(page), 'Sign out?', 'heading');
      contains(await words(page), 'Notebook asks to sign you out', 'the page');
      contains(await words(page), person.email, 'the page');
      return equal(await account(page.context()), person.email, 'account');
    });
    await check('who confirms is signed out and told so, also after a reload', async () => {
      await sends(page, 'Sign out');
      equal(await heading(page), 'You are signed out', 'heading');
      equal(await session(page.context()), null, 'the session');
      await page.reload();
      return equal(await heading(page), 'You are signed out', 'heading');
    });
    await check('a client that only names itself gets nobody sent back to it', async () => {
      await enters(page.context(), person);
      await page.goto(at('/api/auth/oauth2/end-session', { client_id: client.id, post_logout_redirect_uri: back }));
      await sends(page, 'Sign out');
      return equal(await heading(page), 'You are signed out', 'heading');
    });
    const idToken = await check('with an ID token of the session nobody is asked, and the client gets its state', async () => {
      const hint = await idTokenOf(page, person, client);
      await page.goto(at('/api/auth/oauth2/end-session', { id_token_hint: hint, post_logout_redirect_uri: back, state: 'x1' }));
      equal(page.url(), `${back}?state=x1`, 'the page');
      equal(await session(page.context()), null, 'the session');
      return hint;
    });
    await check('with one of an earlier session people are asked, and go back to the client with its state', async () => {
      await enters(page.context(), person);
      await page.goto(at('/api/auth/oauth2/end-session', { id_token_hint: idToken, post_logout_redirect_uri: back, state: 'x2' }));
      equal(await heading(page), 'Sign out?', 'heading');
      await sends(page, 'Sign out');
      equal(page.url(), `${back}?state=x2`, 'the page');
      return equal(await session(page.context()), null, 'the session');
    });
    await check('where nobody is signed in there is nothing to ask', async () => {
      await page.goto(at('/api/auth/oauth2/end-session'));
      return equal(await heading(page), 'You are signed out', 'heading');
    });
  },

  async 'somebody else'({ browser, client }) {
    const page = await browser.opens();
    const [alice, bob] = [await member('Alice'), await member('Bob')];
    await check('Bob cannot answer what Alice was asked', async () => {
      await enters(page.context(), alice);
      await page.goto(client.asks().url);
      contains(await words(page), alice.email, 'the page');
      const other = await page.context().newPage();
      await other.goto(at('/sign-in'));
      await signsIn(other, bob);
      const response = await sends(page, 'Allow');
      equal(response.status(), 403, 'status');
      return equal(await heading(page), 'This request is not yours to answer', 'heading');
    });
    await check('who is signed in as Bob can sign in as Alice for one request', async () => {
      const asked = client.asks({ prompt: 'login' });
      await page.goto(asked.url);
      equal(await heading(page), 'Sign in', 'heading');
      await signsIn(page, alice);
      contains(await words(page), `Signed in as ${alice.email}`, 'the page');
      return client.redeems(await client.isAnswered(page, 'Allow'), asked);
    });
    await check('a client that waits for Alice is not given Bob', async () => {
      const hint = await idTokenOf(page, alice, client);
      const again = client.asks({ id_token_hint: hint, prompt: 'login' });
      await page.goto(again.url);
      await signsIn(page, bob);
      const answer = client.got(page.url());
      equal(answer.error, 'login_required', 'error');
      return equal(answer.state, again.state, 'state');
    });
  },
};

async function idTokenOf(page, person, client) {
  await enters(page.context(), person);
  const asked = client.asks();
  await page.goto(asked.url);
  const { id_token } = await client.redeems(await client.isAnswered(page, 'Allow'), asked);
  return id_token;
}
