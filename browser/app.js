// The app under test, and the people who use it.

import { equal, present } from './checks.js';

export const base = (process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');

export const SESSION_COOKIE = 'better-auth.session_token';

const PASSWORD = 'correct horse battery staple';
let strangers = 0;

/** The URL of a path of the app. */
export function at(path, query = {}) {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  return url.href;
}

/** Somebody with an address nobody used before; has no account yet. */
export function stranger(name = 'Alice') {
  strangers += 1;
  const email = `${name.toLowerCase()}-${process.pid}-${Date.now()}-${strangers}@example.com`;
  return { name, email, password: PASSWORD };
}

/** Somebody with an account, made by the JSON endpoint. */
export async function member(name = 'Alice') {
  const person = stranger(name);
  equal((await signsUpByJson(person)).status, 200, 'sign-up by JSON');
  return person;
}

/** Alice at her plain address, for pictures; she may have her account from an earlier run. */
export async function alice() {
  const person = { name: 'Alice', email: 'alice@example.com', password: PASSWORD };
  const { status } = await signsUpByJson(person);
  if (status !== 422) equal(status, 200, 'sign-up by JSON');
  return person;
}

function signsUpByJson(person) {
  return fetch(at('/api/auth/sign-up/email'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify(person),
  });
}

/** Signs a person in without the form: the browser has the session cookie afterwards. */
export async function enters(context, { email, password }) {
  const response = await context.request.post(at('/api/auth/sign-in/email'), {
    headers: { origin: base },
    data: { email, password },
  });
  equal(response.status(), 200, 'sign-in by JSON');
}

/** What the app knows of this browser: the session, or `null`. */
export async function session(context) {
  const response = await context.request.get(at('/api/auth/get-session'));
  equal(response.status(), 200, 'status of get-session');
  return response.json();
}

/** Whose session it is; fails where nobody is signed in. */
export async function account(context) {
  return present(await session(context), 'the session').user.email;
}

/** Fills in the sign-in form and sends it. Answers the response of the page that follows. */
export async function signsIn(page, { email, password }) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  return sends(page, 'Sign in');
}

/** Fills in the sign-up form and sends it. */
export async function signsUp(page, { name, email, password }) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  return sends(page, 'Create account');
}

/** Presses a button and waits for the page it leads to. */
export async function sends(page, button) {
  const [response] = await Promise.all([navigated(page), page.getByRole('button', { name: button, exact: true }).click()]);
  return response;
}

/** Waits for the next page, to the end of its redirects; answers its response. */
export function navigated(page) {
  return page.waitForNavigation();
}

/** The heading of the page. */
export function heading(page) {
  return page.getByRole('heading', { level: 1 }).innerText();
}

/** Everything a person can read on the page. */
export function words(page) {
  return page.locator('body').innerText();
}
