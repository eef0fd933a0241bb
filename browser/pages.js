// Every page a person can meet, and the way to it.

import { alice, at, base, enters, member, sends, signsIn, signsUp } from './app.js';
import { callback, Client } from './client.js';

/** The home of the client that runs on the web. Nothing answers there. */
export const WEB_CLIENT = 'https://notebook.example';
/** Where the app answers as well, though it is not its address. */
export const OTHER_ADDRESS = base.replace('localhost', '127.0.0.1');
/** The heading of the consent page. */
export const CONSENT = 'Notebook asks for access to your account';
/** The most requests a browser may have open. */
const MOST_OPEN = 20;

/** What the pages are about: two clients, one on this machine and one on the web, and Alice. */
export class Stage {
  static async sets(browser, person) {
    const stage = new Stage();
    stage.person = person;
    stage.home = await callback();
    browser.expects(stage.home.url);
    browser.expects(WEB_CLIENT);
    browser.expects(OTHER_ADDRESS);
    stage.local = await Client.registers(`${stage.home.url}/callback`);
    stage.web = await Client.registers(`${WEB_CLIENT}/callback`, { client_uri: WEB_CLIENT });
    return stage;
  }

  closes() {
    this.home.closes();
  }
}

/** A stage with Alice at her plain address, whose pages look the same every time. */
export async function still(browser) {
  return Stage.sets(browser, await alice());
}

/** A stage with an Alice of its own. */
export async function fresh(browser) {
  return Stage.sets(browser, await member());
}

async function consent(page, stage, client) {
  await enters(page.context(), stage.person);
  await page.goto(client.asks().url);
}

async function signUp(page, stage) {
  await page.goto(stage.local.asks().url);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('heading', { name: 'Create an account' }).waitFor();
}

async function signOut(page, stage) {
  await enters(page.context(), stage.person);
  await page.goto(at('/api/auth/oauth2/end-session', { client_id: stage.local.id }));
}

/** By name: the heading of the page, and how a tab of a fresh profile gets there. */
export const PAGES = {
  'sign-in': { shows: 'Sign in', opens: (page, stage) => page.goto(stage.local.asks().url) },

  'sign-in-error': {
    shows: 'Sign in',
    async opens(page, stage) {
      await page.goto(stage.local.asks().url);
      await signsIn(page, { email: 'alice@example.com', password: 'not her password' });
    },
  },

  'sign-up': { shows: 'Create an account', opens: signUp },

  'sign-up-error': {
    shows: 'Create an account',
    async opens(page, stage) {
      await signUp(page, stage);
      await signsUp(page, stage.person);
    },
  },

  consent: {
    shows: CONSENT,
    opens: (page, stage) => consent(page, stage, stage.web),
  },

  'consent-local': {
    shows: CONSENT,
    opens: (page, stage) => consent(page, stage, stage.local),
  },

  'consent-long': {
    shows: 'Donaudampfschiff',
    async opens(page, stage) {
      const name = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2);
      await consent(page, stage, await Client.registers(stage.local.redirectUri, { client_name: name }));
    },
  },

  'sign-out': { shows: 'Sign out?', opens: signOut },

  notice: {
    shows: 'You are signed out',
    async opens(page, stage) {
      await signOut(page, stage);
      await sends(page, 'Sign out');
    },
  },

  'signed-in': {
    shows: 'You are signed in',
    async opens(page, stage) {
      await page.goto(at('/sign-in'));
      await signsIn(page, stage.person);
    },
  },

  error: {
    shows: 'This app is not registered',
    opens: (page) => page.goto(at('/api/auth/oauth2/authorize', { client_id: 'gone', response_type: 'code' })),
  },

  expired: {
    shows: 'This request has expired',
    opens: (page) => page.goto(at('/api/auth/oauth2/authorize', { interaction: 'unknown' })),
  },

  answered: {
    shows: 'Already answered',
    async opens(page, stage) {
      await consent(page, stage, stage.local);
      await sends(page, 'Allow');
      await page.goBack();
    },
  },

  'out-of-date': {
    shows: 'Please answer again',
    async opens(page, stage) {
      await consent(page, stage, stage.local);
      await page.context().clearCookies();
      await sends(page, 'Allow');
    },
  },

  'not-yours': {
    shows: 'This request is not yours to answer',
    async opens(page, stage) {
      await consent(page, stage, stage.local);
      await enters(page.context(), await member('Bob'));
      await sends(page, 'Allow');
    },
  },

  'start-again': {
    shows: 'Start again',
    async opens(page, stage) {
      await page.goto(stage.local.asks().url);
      const { searchParams } = new URL(page.url());
      await page.context().clearCookies();
      await page.goto(at('/api/auth/oauth2/authorize', { interaction: searchParams.get('interaction') }));
    },
  },

  'too-many': {
    shows: 'Too many open requests',
    async opens(page, stage) {
      await page.goto(stage.local.asks().url);
      const open = () => page.context().request.get(stage.local.asks().url, { maxRedirects: 0 });
      for (let count = 1; count < MOST_OPEN; count += 1) await open();
      await page.goto(stage.local.asks().url);
    },
  },

  'other-address': {
    shows: 'Use another address',
    async opens(page, stage) {
      await page.goto(new URL('/sign-in', OTHER_ADDRESS).href);
      await signsIn(page, stage.person);
    },
  },
};
