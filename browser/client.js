// An OAuth client: registers, sends people to the app and takes them back at a redirect URI on this machine.

import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { at, base, navigated, sends } from './app.js';
import { equal, present } from './checks.js';

const SCOPE = 'openid profile email offline_access mcp:tools';

/** A tiny server on this machine that counts what it is asked for. */
export class Host {
  /** The paths asked for, in order. */
  asked = [];

  static async listens(answer) {
    const host = new Host();
    host.server = createServer((request, response) => {
      host.asked.push(request.url);
      answer(request, response);
    });
    await new Promise((resolve) => host.server.listen(0, '127.0.0.1', resolve));
    host.url = `http://127.0.0.1:${host.server.address().port}`;
    return host;
  }

  closes() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Where a client on this machine takes people back. */
export function callback() {
  return Host.listens((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Notebook</title><link rel="icon" href="data:,">
<main><h1>Notebook is connected</h1></main></html>`);
  });
}

export class Client {
  /** Registers a client that takes people back at `redirectUri`. */
  static async registers(redirectUri, metadata = {}) {
    const response = await fetch(at('/api/auth/oauth2/register'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Notebook',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        ...metadata,
      }),
    });
    equal(response.status, 201, 'status of the registration');
    const client = new Client();
    client.redirectUri = redirectUri;
    client.id = (await response.json()).client_id;
    return client;
  }

  /** A new authorization request: its URL, and what the client keeps for later. */
  asks(more = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const state = randomBytes(16).toString('base64url');
    const url = at('/api/auth/oauth2/authorize', {
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirectUri,
      scope: SCOPE,
      resource: `${base}/mcp`,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    });
    return { url, state, verifier };
  }

  /** Presses a button of the consent page; answers the parameters the client got. */
  async isAnswered(page, button) {
    await sends(page, button);
    return this.got(page.url());
  }

  /** The parameters of a URL that must be the redirect URI. */
  got(href) {
    const url = new URL(href);
    equal(`${url.origin}${url.pathname}`, this.redirectUri, 'the page that was reached');
    return Object.fromEntries(url.searchParams);
  }

  /** Waits until the browser is back at the client; answers the parameters. */
  async isReached(page) {
    if (!page.url().startsWith(this.redirectUri)) await navigated(page);
    return this.got(page.url());
  }

  /** Checks that an answer belongs to the request, and answers the tokens its code gives. */
  async redeems(answer, { state, verifier }) {
    equal(answer.state, state, 'state');
    equal(answer.iss, base, 'iss');
    const response = await fetch(at('/api/auth/oauth2/token'), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: present(answer.code, 'code'),
        code_verifier: verifier,
        client_id: this.id,
        redirect_uri: this.redirectUri,
        resource: `${base}/mcp`,
      }),
    });
    equal(response.status, 200, `status of the token endpoint (${await response.clone().text()})`);
    return response.json();
  }
}
