// Chromium of this machine, cut off from the network and watched.

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

import { base } from './app.js';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1',
];

/** How long a single step at a page may take, in milliseconds. */
const STEP = 10_000;

export class Browser {
  #contexts = [];
  #expected = new Set();
  /** Requests that went anywhere but to the app and where a suite said. */
  strayed = [];
  /** Errors and refusals of policy that pages brought up. */
  complaints = [];

  static async starts() {
    const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
    if (!executablePath) throw new Error('there is no Chromium: install it, or set CHROMIUM to its path');
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath, args: FLAGS, headless: true });
    browser.expects(base);
    return browser;
  }

  /** Says that the pages may lead to this origin. */
  expects(origin) {
    this.#expected.add(home(origin));
  }

  /**
   * Opens a tab in a fresh profile. Without `script`, as people browse who switched it off.
   * Where a page is meant to complain, `complains` says that it is not to be held against it.
   */
  async opens({ script = false, complains = false, ...options } = {}) {
    const context = await this.chromium.newContext({
      javaScriptEnabled: script,
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    context.setDefaultTimeout(STEP);
    this.#contexts.push(context);
    context.on('request', (request) => this.#sent(request));
    context.on('requestfailed', (request) => this.#failed(request));
    context.on('page', (page) => {
      page.on('pageerror', (error) => this.#complained(page, complains, error.message));
      page.on('console', (message) => {
        if (message.type() !== 'error' || isStatus(message)) return;
        this.#complained(page, complains, message.text());
      });
    });
    return context.newPage();
  }

  /** Closes what was opened since, and forgets what was seen. */
  async tidies() {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    this.strayed = [];
    this.complaints = [];
  }

  async quits() {
    await this.chromium.close();
  }

  #sent(request) {
    const { protocol } = new URL(request.url());
    if (['data:', 'blob:', 'about:', 'chrome-error:'].includes(protocol)) return;
    if (!this.#expected.has(home(request.url()))) this.strayed.push(told(request));
  }

  /** What a policy stopped was never sent, though it is announced like a request. */
  #failed(request) {
    if (request.failure().errorText !== 'csp') return;
    const index = this.strayed.indexOf(told(request));
    if (index >= 0) this.strayed.splice(index, 1);
  }

  #complained(page, meant, text) {
    if (!meant) this.complaints.push(`${new URL(page.url()).pathname}: ${text}`);
  }
}

/** The origin of a URL; of one with a scheme of its own, scheme and host. */
function home(href) {
  const { protocol, host } = new URL(href);
  return `${protocol}//${host}`;
}

function told(request) {
  return `${request.method()} ${request.url().split('?')[0]}`;
}

/** Chromium reports every answer from 400 on as an error; which statuses are right, the checks say. */
function isStatus(message) {
  return /^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
}
