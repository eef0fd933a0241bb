// The whole way with Tab, Space and Enter only; and what people who cannot see the page are told.

import { account, at, heading, member, navigated, stranger } from './app.js';
import { check, contains, equal, none, present, scenario } from './checks.js';
import { callback, Client } from './client.js';

/** The least contrast of a focus ring with what is around it. WCAG 1.4.11 */
const LEAST_CONTRAST = 3;
/** The thinnest focus ring, in pixels. WCAG 2.4.13 */
const THINNEST = 2;

export async function keyboard(browser) {
  const home = await callback();
  browser.expects(home.url);
  const client = await Client.registers(`${home.url}/callback`);
  await scenario('sign-up to the client by keyboard', () => signsUpAndAllows(browser, client));
  await scenario('sign-in by keyboard', () => signsIn(browser, client));
  await scenario('errors are told', () => errors(browser, client));
  home.closes();
}

async function signsUpAndAllows(browser, client) {
  const page = await browser.opens();
  const person = stranger();
  const asked = client.asks();
  await page.goto(asked.url);
  await check('Tab reaches everything on the sign-in page, in the order of the eye, with a ring around it', async () => {
    const stops = await tour(page);
    equal(names(stops), 'E-mail address, Password, Keep me signed in on this device, Sign in, Create an account', 'the stops');
    return soundly(stops);
  });
  await check('Enter follows the link to sign-up, where the first field has the focus', async () => {
    await tabsTo(page, 'Create an account');
    await enter(page);
    equal(await heading(page), 'Create an account', 'heading');
    await page.locator('input:focus').waitFor();
    return equal((await focused(page)).name, 'Name', 'the focus');
  });
  await check('Tab reaches everything on the sign-up page, in the order of the eye, with a ring around it', async () => {
    const stops = await tour(page);
    equal(names(stops), 'Name, E-mail address, Password, Create account, Sign in', 'the stops');
    return soundly(stops);
  });
  await check('Enter in the last field sends the sign-up and leads to consent', async () => {
    await tabsTo(page, 'Name');
    await types(page, person.name);
    await page.keyboard.press('Tab');
    await types(page, person.email);
    await page.keyboard.press('Tab');
    await types(page, person.password);
    await enter(page);
    equal(await heading(page), 'Notebook asks for access to your account', 'heading');
    return equal(await account(page.context()), person.email, 'account');
  });
  await check('on the consent page nothing has the focus, and Tab reaches Deny before Allow', async () => {
    equal((await focused(page)).tag, 'body', 'the focus');
    const stops = await tour(page);
    equal(names(stops), 'Deny, Allow', 'the stops');
    return soundly(stops);
  });
  await check('Allow is described by the warning about programs on this device', async () => {
    await tabsTo(page, 'Allow');
    return contains((await focused(page)).description, 'This goes to a program on this device.', 'the description');
  });
  await check('Space on Allow leads back to the client', async () => {
    await Promise.all([navigated(page), page.keyboard.press('Space')]);
    return client.redeems(client.got(page.url()), asked);
  });
}

async function signsIn(browser, client) {
  const page = await browser.opens();
  const person = await member();
  const asked = client.asks();
  await check('the address has the focus, and Space takes the tick from "Keep me signed in"', async () => {
    await page.goto(asked.url);
    await types(page, person.email);
    equal((await focused(page)).name, 'E-mail address', 'the focus');
    await page.keyboard.press('Tab');
    await types(page, person.password);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    return equal(await page.getByLabel('Keep me signed in').isChecked(), false, 'the tick');
  });
  await check('Enter on the button signs in, for as long as the browser is open', async () => {
    await page.keyboard.press('Tab');
    await enter(page);
    equal(await account(page.context()), person.email, 'account');
    const cookie = (await page.context().cookies()).find(({ name }) => name.endsWith('session_token'));
    return equal(cookie.expires, -1, 'the end of the cookie');
  });
  await check('Enter on Deny leads back to the client', async () => {
    await tabsTo(page, 'Deny');
    await enter(page);
    return equal(client.got(page.url()).error, 'access_denied', 'error');
  });
  await check('signing out works by keyboard', async () => {
    await page.goto(at('/api/auth/oauth2/end-session'));
    const stops = await tour(page);
    equal(names(stops), 'Sign out', 'the stops');
    soundly(stops);
    await tabsTo(page, 'Sign out');
    await enter(page);
    return equal(await heading(page), 'You are signed out', 'heading');
  });
}

async function errors(browser, client) {
  const page = await browser.opens();
  const person = await member();
  await check('after a wrong password the title says so, and there is one alert', async () => {
    await page.goto(client.asks().url);
    await types(page, person.email);
    await page.keyboard.press('Tab');
    await types(page, 'not her password');
    await enter(page);
    contains(await page.title(), 'Error: ', 'the title');
    return equal(await page.getByRole('alert').count(), 1, 'the number of alerts');
  });
  await check('the password has the focus then, and the error describes it', async () => {
    await page.locator('input:focus').waitFor();
    const { name, description } = await focused(page);
    equal(name, 'Password', 'the focus');
    return contains(description, 'The e-mail address or the password is not right.', 'the description');
  });
  await check('typing the right one and Enter leads on', async () => {
    await types(page, person.password);
    await enter(page);
    return equal(await account(page.context()), person.email, 'account');
  });
  await check('after a refused sign-up the field with the focus is described by the error', async () => {
    const other = await browser.opens();
    await other.goto(at('/sign-up'));
    for (const text of [person.name, person.email, person.password]) {
      await types(other, text);
      await other.keyboard.press('Tab');
    }
    await enter(other);
    contains(await other.title(), 'Error: ', 'the title');
    await other.locator('input:focus').waitFor();
    return contains((await focused(other)).description, 'already an account', 'the description');
  });
}

/** Types into the field that has the focus, once one has it: `autofocus` acts when the page is drawn. */
async function types(page, text) {
  await page.locator('input:focus').waitFor();
  await page.keyboard.type(text);
}

/** Presses Enter and waits for the page it leads to. */
async function enter(page) {
  await Promise.all([navigated(page), page.keyboard.press('Enter')]);
}

/** Presses Tab until an element has the focus. */
async function tabsTo(page, name) {
  for (let press = 0; press < 20; press += 1) {
    if ((await focused(page)).name === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${name}`);
}

/** Goes once around the page with Tab: every element that gets the focus, in order. */
async function tour(page) {
  await tabsToBody(page);
  return tabsToBody(page);
}

/** Presses Tab until the focus leaves the page at its end; answers where it was meanwhile. */
async function tabsToBody(page) {
  const stops = [];
  for (let press = 0; press < 30; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (stop.tag === 'body') return stops;
    stops.push(stop);
  }
  throw new Error('Tab never leaves the page');
}

function names(stops) {
  return stops.map(({ name }) => name).join(', ');
}

/** Checks that stops follow each other down the page, or along a line, and can be seen. */
function soundly(stops) {
  const wrong = [];
  stops.forEach((stop, index) => {
    const before = stops[index - 1];
    const follows = !before || stop.top > before.top || (stop.top === before.top && stop.left > before.left);
    if (!follows) wrong.push(`${stop.name} is above ${before.name}`);
    if (stop.ring.style !== 'solid' || stop.ring.width < THINNEST) wrong.push(`${stop.name} has no ring`);
    if (stop.ring.contrast < LEAST_CONTRAST) wrong.push(`the ring of ${stop.name} has a contrast of ${stop.ring.contrast.toFixed(1)}`);
    if (!stop.inView) wrong.push(`${stop.name} is out of sight`);
  });
  return none(wrong, 'stops');
}

/** What has the focus: its name and description for a screen reader, its place and its ring. */
async function focused(page) {
  const seen = await page.evaluate(() => {
    const element = document.activeElement;
    const { top, left, bottom } = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const light = (color) => {
      const parts = color.match(/[\d.]+/g).map((part) => part / 255);
      const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = getComputedStyle(document.querySelector('main') ?? document.body).backgroundColor;
    const [dark, bright] = [light(style.outlineColor), light(behind)].sort((a, b) => a - b);
    return {
      tag: element.tagName.toLowerCase(),
      top: Math.round(top + scrollY),
      left: Math.round(left),
      inView: top >= 0 && bottom <= innerHeight,
      ring: { style: style.outlineStyle, width: parseFloat(style.outlineWidth), contrast: (bright + 0.05) / (dark + 0.05) },
    };
  });
  if (seen.tag === 'body') return seen;
  return { ...seen, ...(await told(page)) };
}

/** Name and description as the browser gives them to a screen reader. */
async function told(page) {
  const devtools = await page.context().newCDPSession(page);
  const { result } = await devtools.send('Runtime.evaluate', { expression: 'document.activeElement' });
  const { nodes } = await devtools.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
  await devtools.detach();
  const node = present(nodes[0], 'the element in the accessibility tree');
  return { name: node.name?.value ?? '', description: node.description?.value ?? '' };
}
