// A person at a browser without script: follows redirects and links, keeps cookies, fills in the
// forms that the pages really contain. Requests carry the headers that a browser sends on a
// navigation, because the server may judge by them.

import http from 'node:http';
import https from 'node:https';

import { parsePage } from './page.mjs';

const MOST_STEPS = 15;
const ALLOWING = /^(allow|accept|approve|authorize|yes|true|1)$/i;

export class Person {
  #cookies = new Map();
  #hasAccount = false;

  constructor(base, { name, email, password }) {
    this.base = new URL(base);
    this.name = name;
    this.email = email;
    this.password = password;
    /** Paths of the pages seen, in order. */
    this.seen = [];
  }

  /** Somebody new, with an address nobody used before. */
  static stranger(base, name = 'Alice Example') {
    const email = `${name.split(' ')[0].toLowerCase()}-${process.pid}-${Date.now()}@example.com`;
    return new Person(base, { name, email, password: 'correct horse battery staple' });
  }

  /** The same person at a second browser, which knows no cookie. */
  atAnotherBrowser() {
    const other = new Person(this.base, this);
    other.#hasAccount = this.#hasAccount;
    return other;
  }

  /** Makes the account with the JSON endpoint, as an app's own page would; stays signed out here. */
  async signsUpByJson() {
    const response = await fetch(new URL('/api/auth/sign-up/email', this.base), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.base.origin },
      body: JSON.stringify({ name: this.name, email: this.email, password: this.password }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${text}`);
    this.#hasAccount = true;
    return JSON.parse(text);
  }

  /** Opens an authorization URL and does what the pages ask, until the client's redirect URI is reached. */
  async authorizes(url, redirectUri) {
    const reached = await this.#browses(new URL(url), redirectUri);
    if (!reached.redirected) throw new Error(`the journey ended on ${reached.posted ? 'a form' : `a page: ${describe(reached)}`}`);
    return reached.redirected;
  }

  /** The same, where the answer is posted by a form: the request that the client gets. */
  async authorizesByForm(url, redirectUri) {
    const reached = await this.#browses(new URL(url), redirectUri);
    if (!reached.posted) throw new Error(`the answer came without a form: ${reached.redirected ?? describe(reached)}`);
    return reached.posted;
  }

  /** Opens the end-session URL and confirms if asked. Answers the redirect to the client, if there was one. */
  async endsSession(url, redirectUri) {
    const reached = await this.#browses(new URL(url), redirectUri, 'end');
    return reached.redirected;
  }

  /** What the server knows of this browser: the session, or `null`. */
  async session() {
    const response = await this.#sends('GET', new URL('/api/auth/get-session', this.base), {
      headers: { accept: 'application/json', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    });
    if (response.status !== 200) throw new Error(`get-session answered ${response.status}`);
    return JSON.parse(response.body || 'null');
  }

  async #browses(start, redirectUri, purpose = 'authorize') {
    let at = start;
    let response = await this.#navigates('GET', at, { site: 'none' });
    let site = 'none';
    let sent;
    let allowedTargets;

    for (let step = 0; step < MOST_STEPS; step += 1) {
      const location = response.headers.location;
      if (response.status >= 300 && response.status < 400 && location) {
        const next = new URL(location, at);
        if (allowedTargets && !mayBeFormTarget(allowedTargets, next, this.base)) {
          throw new Error(`form-action ${allowedTargets.join(' ')} makes a browser block the redirect to ${next.origin}`);
        }
        if (redirectUri && isAt(next, redirectUri)) return { redirected: next };
        if (next.origin !== this.base.origin) throw new Error(`redirected to a foreign origin: ${next.origin}`);
        at = next;
        response = await this.#navigates('GET', at, { site });
        continue;
      }

      if (response.status >= 400) throw new Error(`${at.pathname} answered ${response.status}: ${words(response.body)}`);
      this.seen.push(at.pathname);
      const page = parsePage(response.body);
      const form = this.#formToFill(page, purpose);
      if (!form && purpose === 'end') return { page: response, at };
      const link = form ? undefined : signUpLink(page);
      if (link) {
        at = new URL(link, at);
        site = 'same-origin';
        response = await this.#navigates('GET', at, { site });
        continue;
      }
      if (!form) throw new Error(`no form to fill in on ${at.pathname}: ${words(response.body)}`);

      const { target, fields, method } = this.#fills(form, at);
      const attempt = `${method} ${target.pathname} ${[...fields.keys()].join()}`;
      if (sent === attempt) throw new Error(`${at.pathname} came back after it was sent: ${words(response.body)}`);
      sent = attempt;
      site = 'same-origin';
      const noReferrer = /no-referrer(?!-)/.test(response.headers['referrer-policy'] ?? '');
      allowedTargets = formAction(response.headers['content-security-policy']);
      if (allowedTargets && !mayBeFormTarget(allowedTargets, target, this.base)) {
        throw new Error(`form-action ${allowedTargets.join(' ')} makes a browser block the form of ${at.pathname}`);
      }
      if (redirectUri && isAt(target, redirectUri)) return { posted: new Request(target, { method, body: fields }) };
      at = target;
      if (method === 'GET') {
        at.search = fields.toString();
        response = await this.#navigates('GET', at, { site });
      } else {
        // Fetch, "append a request Origin header": a page without referrer posts `Origin: null`.
        const origin = noReferrer ? 'null' : this.base.origin;
        response = await this.#navigates('POST', at, { site, origin, body: fields.toString() });
      }
    }
    throw new Error(`no end after ${MOST_STEPS} steps; pages: ${this.seen.join(', ')}`);
  }

  #formToFill(page, purpose) {
    if (purpose === 'end') return page.forms.find((form) => form.method === 'POST') ?? page.forms[0];
    const credentials = page.forms.find((form) => form.inputs.some((input) => input.type === 'password'));
    if (credentials) {
      const signsUp = credentials.inputs.some((input) => input.name === 'name');
      if (signsUp || this.#hasAccount) return credentials;
      if (signUpLink(page)) return undefined;
      return credentials;
    }
    return page.forms.find((form) => form.buttons.some(allows)) ?? page.forms[0];
  }

  #fills(form, at) {
    const fields = new URLSearchParams();
    for (const input of form.inputs) {
      if (!input.name || input.disabled) continue;
      if ((input.type === 'checkbox' || input.type === 'radio') && !input.checked) continue;
      if (['submit', 'button', 'image', 'reset'].includes(input.type)) continue;
      fields.append(input.name, this.#answer(input));
    }
    if (form.inputs.some((input) => input.name === 'name')) this.#hasAccount = true;
    const button = form.buttons.find(allows) ?? form.buttons[0];
    if (button?.name) fields.append(button.name, button.value);
    const target = new URL(button?.formaction || form.action || at.href, at);
    return { target, fields, method: form.method };
  }

  #answer(input) {
    if (input.type === 'hidden') return input.value;
    if (input.type === 'password') return this.password;
    if (input.type === 'email' || input.name === 'email') return this.email;
    if (input.name === 'name') return this.name;
    return input.value;
  }

  #navigates(method, url, { site, origin, body }) {
    const headers = {
      accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
      'accept-language': 'en',
      'upgrade-insecure-requests': '1',
      'sec-fetch-site': site,
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-user': '?1',
    };
    if (origin) headers.origin = origin;
    if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
    return this.#sends(method, url, { headers, body });
  }

  // node:http, because fetch sets Sec-Fetch-Mode itself and follows redirects out of sight.
  #sends(method, url, { headers, body }) {
    const all = { ...headers, 'user-agent': 'interop-person/1' };
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookies) all.cookie = cookies;
    if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body));
    const client = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const request = client.request(url, { method, headers: all, timeout: 30_000 }, (response) => {
        this.#remembers(response.headers['set-cookie'] ?? []);
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${url.pathname} took longer than 30 s`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  #remembers(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const cut = pair.indexOf('=');
      const name = pair.slice(0, cut);
      const value = pair.slice(cut + 1);
      const gone = attributes.some((attribute) => {
        const [key, given] = attribute.split('=');
        if (/^max-age$/i.test(key)) return Number(given) <= 0;
        return /^expires$/i.test(key) && Date.parse(given) <= Date.now();
      });
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

function isAt(url, redirectUri) {
  return url.href.split('?')[0] === new URL(redirectUri).href.split('?')[0];
}

function allows(button) {
  return ALLOWING.test(button.value) || ALLOWING.test(button.name ?? '');
}

function signUpLink(page) {
  return page.links.find((href) => /\/sign-up(\?|$)/.test(href));
}

function formAction(policy) {
  const directive = (policy ?? '').split(';').map((part) => part.trim()).find((part) => part.startsWith('form-action'));
  return directive?.split(/\s+/).slice(1);
}

// CSP3 form-action, as far as these pages use it; Chromium applies it to redirects as well.
function mayBeFormTarget(sources, url, base) {
  return sources.some((source) => {
    if (source === "'self'") return url.origin === base.origin;
    if (source === '*') return true;
    if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return url.protocol === source.toLowerCase();
    if (source.endsWith(':*')) return url.origin.replace(/:\d+$/, '') === source.slice(0, -2);
    return URL.canParse(source) && url.origin === new URL(source).origin;
  });
}

function words(html) {
  const { text } = parsePage(html);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function describe({ page, at }) {
  return `${at.pathname} ${page.status} ${words(page.body)}`;
}
