// A client that is a page of another origin, as the MCP Inspector in its direct mode is.

import { at, base, enters, member } from './app.js';
import { check, contains, equal, present, scenario } from './checks.js';
import { Client, Host } from './client.js';

const REVISION = { 'mcp-protocol-version': '2025-11-25' };
const JSON_BODY = { 'content-type': 'application/json' };

export async function elsewhere(browser) {
  const home = await Host.listens((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><html lang="en"><title>Inspector</title><link rel="icon" href="data:,"><h1>Inspector</h1></html>');
  });
  browser.expects(home.url);
  const page = await browser.opens({ script: true, complains: true });
  await page.goto(home.url);
  await scenario('a page of another origin signs somebody in', () => signsIn(browser, page, home));
  await scenario('a page of another origin reads nothing else', () => readsNothingElse(browser, page));
  home.closes();
}

/** What a script of the page gets of an address: status, the headers it may read, and the body. */
function asks(page, url, { method = 'GET', headers = {}, body, credentials = 'same-origin' } = {}) {
  return page.evaluate(
    async ([address, init]) => {
      try {
        const response = await fetch(address, init);
        return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
      } catch (error) {
        return { stopped: String(error) };
      }
    },
    [url, { method, headers, body, credentials }],
  );
}

async function signsIn(browser, page, home) {
  const challenge = await check('it reads the challenge of a call without a token', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const headers = { ...JSON_BODY, ...REVISION, accept: 'application/json, text/event-stream' };
    const { status, headers: got } = await asks(page, at('/mcp'), { method: 'POST', headers, body });
    equal(status, 401, 'status');
    return present(got['www-authenticate'], 'WWW-Authenticate');
  });
  const server = await check('it reads the documents of the resource and of the server', async () => {
    const place = present(challenge.match(/resource_metadata="([^"]+)"/), 'resource_metadata')[1];
    const resource = JSON.parse((await asks(page, place, { headers: REVISION })).body);
    equal(resource.resource, at('/mcp'), 'resource');
    const document = `${resource.authorization_servers[0]}/.well-known/oauth-authorization-server`;
    return JSON.parse((await asks(page, document, { headers: REVISION })).body);
  });
  const client = await check('it registers', async () => {
    const metadata = { client_name: 'Inspector', redirect_uris: [`${home.url}/oauth/callback`], token_endpoint_auth_method: 'none' };
    const answer = await asks(page, server.registration_endpoint, { method: 'POST', headers: JSON_BODY, body: JSON.stringify(metadata) });
    equal(answer.status, 201, 'status');
    return Object.assign(new Client(), { id: JSON.parse(answer.body).client_id, redirectUri: metadata.redirect_uris[0] });
  });
  await check('it reads why a code is refused', async () => {
    const answer = await redeems(page, server, client, 'nothing', 'v'.repeat(43));
    equal(answer.status, 400, 'status');
    return contains(answer.body, 'invalid_grant', 'the answer');
  });
  const token = await check('a person allows it, and it gets a token', async () => {
    const person = await member();
    const tab = await browser.opens();
    await enters(tab.context(), person);
    const asked = client.asks();
    await tab.goto(asked.url);
    const { code, iss } = await client.isAnswered(tab, 'Allow');
    equal(iss, base, 'iss');
    const answer = await redeems(page, server, client, code, asked.verifier);
    equal(answer.status, 200, `status (${answer.body})`);
    return JSON.parse(answer.body).access_token;
  });
  await check('with it the tools are listed', async () => {
    const headers = { ...JSON_BODY, ...REVISION, accept: 'application/json, text/event-stream', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    return contains((await asks(page, at('/mcp'), { method: 'POST', headers, body })).body, '"echo"', 'the answer');
  });
  await check('it takes the token back', async () => {
    const body = new URLSearchParams({ token, client_id: client.id }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return equal((await asks(page, server.revocation_endpoint, { method: 'POST', headers, body })).status, 200, 'status');
  });
}

function redeems(page, server, client, code, verifier) {
  const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, client_id: client.id, redirect_uri: client.redirectUri };
  const body = new URLSearchParams({ ...fields, resource: at('/mcp') }).toString();
  return asks(page, server.token_endpoint, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
}

async function readsNothingElse(browser, page) {
  const places = {
    'the authorization endpoint': at('/api/auth/oauth2/authorize', { client_id: 'x' }),
    'the sign-in page': at('/sign-in'),
    'the consent page': at('/consent'),
    'the session': at('/api/auth/get-session'),
    'what people have allowed': at('/api/auth/oauth2/get-consents'),
  };
  await enters(page.context(), await member());
  for (const [name, url] of Object.entries(places)) {
    await check(`${name} is kept from it`, async () => {
      for (const credentials of ['omit', 'include']) {
        present((await asks(page, url, { credentials })).stopped, `being stopped (${credentials})`);
      }
    });
  }
}
