// The official TypeScript MCP SDK signs in through its own auth provider and calls tools.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { readFileSync } from 'node:fs';

import { discoverOAuthServerInfo, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';
import { MemoryProvider } from './provider.js';

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const mcp = new URL(`${base}/mcp`);

async function signsIn(method, person) {
  const provider = new MemoryProvider(method);

  await check(`${method}: a call without a token is challenged`, async () => {
    const response = await fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    equal(response.status, 401, 'status');
    return /^Bearer .*resource_metadata="http/.test(response.headers.get('www-authenticate') ?? '');
  });

  const first = new StreamableHTTPClientTransport(mcp, { authProvider: provider });
  await check(`${method}: the SDK discovers the server and registers`, async () => {
    const client = newClient();
    await mustBeSentToSignIn(() => client.connect(first));
    present(provider.registered?.client_id, 'client_id');
    equal(provider.registered.token_endpoint_auth_method, method, 'token_endpoint_auth_method');
    equal(Boolean(provider.registered.client_secret), method !== 'none', 'having a client_secret');
  });

  const callback = await check(`${method}: a person signs in and consents`, () =>
    person.authorizes(present(provider.authorizationUrl, 'authorization URL'), provider.redirectUrl),
  );
  await check(`${method}: the authorization response carries code, state and iss`, () => {
    present(callback.searchParams.get('code'), 'code');
    equal(callback.searchParams.get('state'), provider.lastState, 'state');
    equal(callback.searchParams.get('iss'), base, 'iss');
  });
  await check(`${method}: the SDK exchanges the code`, async () => {
    await first.finishAuth(callback.searchParams.get('code'));
    present(provider.saved?.access_token, 'access_token');
    present(provider.saved?.refresh_token, 'refresh_token');
  });

  const client = newClient();
  await check(`${method}: the SDK connects`, () => client.connect(new StreamableHTTPClientTransport(mcp, { authProvider: provider })));
  await callsTools(method, client, person);
  await refreshes(method, client, provider);
  await endsTheGrant(method, client, provider);
  await client.close();
  await endsTheSession(method, provider, person);
}

async function callsTools(method, client, person) {
  await check(`${method}: the tools are listed`, async () => {
    const { tools } = await client.listTools();
    return tools.some((tool) => tool.name === 'echo') && tools.some((tool) => tool.name === 'whoami');
  });
  await check(`${method}: echo answers`, async () => equal(await called(client, 'echo', { message: 'hi' }), 'Tool echo: hi', 'text'));
  await check(`${method}: whoami knows the person`, async () => {
    const text = await called(client, 'whoami', {});
    const session = present(await person.session(), 'session of the browser');
    if (![session.user.id, session.user.email].some((known) => text.includes(known))) {
      throw new Error(`neither the id nor the address is in ${text}`);
    }
  });
}

async function refreshes(method, client, provider) {
  const before = provider.saved;
  provider.authorizationUrl = undefined;
  provider.saved = { ...before, access_token: 'no-longer-valid' };

  await check(`${method}: the SDK refreshes by itself and calls the tool again`, async () => {
    equal(await called(client, 'echo', { message: 'again' }), 'Tool echo: again', 'text');
    equal(provider.authorizationUrl, undefined, 'authorization URL asked for');
  });
  await check(`${method}: both tokens are new`, () => {
    if (provider.saved.access_token === before.access_token) throw new Error('the access token is the old one');
    if (provider.saved.refresh_token === before.refresh_token) throw new Error('the refresh token is the old one');
  });
}

// The SDK has no revocation call; its discovery finds the endpoint.
async function endsTheGrant(method, client, provider) {
  const info = await discoverOAuthServerInfo(mcp);
  const { revocation_endpoint: endpoint } = info.authorizationServerMetadata;

  await check(`${method}: the refresh token can be revoked`, async () => {
    const { client_id, client_secret } = provider.registered;
    const body = new URLSearchParams({ token: provider.saved.refresh_token, token_type_hint: 'refresh_token' });
    const headers = {};
    if (method === 'client_secret_basic') headers.authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`;
    else body.set('client_id', client_id);
    if (method === 'client_secret_post') body.set('client_secret', client_secret);
    const response = await fetch(present(endpoint, 'revocation_endpoint'), { method: 'POST', headers, body });
    return equal(response.status, 200, 'status');
  });
  await check(`${method}: after that the SDK asks the person again`, async () => {
    provider.authorizationUrl = undefined;
    await mustBeSentToSignIn(() => called(client, 'echo', { message: 'revoked' }));
    present(provider.authorizationUrl, 'authorization URL');
  });
}

async function endsTheSession(method, provider, person) {
  await check(`${method}: the session ends at the end-session endpoint`, async () => {
    const discovery = await (await fetch(`${base}/.well-known/openid-configuration`)).json();
    const url = new URL(present(discovery.end_session_endpoint, 'end_session_endpoint'));
    if (provider.lastIdToken) url.searchParams.set('id_token_hint', provider.lastIdToken);
    present(await person.session(), 'session before');
    await person.endsSession(url);
    return equal(await person.session(), null, 'session after');
  });
}

async function called(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.map((part) => part.text ?? '').join('');
  if (result.isError) throw new Error(`tool ${name} failed: ${text}`);
  return text;
}

async function mustBeSentToSignIn(body) {
  try {
    await body();
  } catch (error) {
    if (error instanceof UnauthorizedError) return;
    throw error;
  }
  throw new Error('the SDK was let in without signing in');
}

function newClient() {
  return new Client({ name: 'interop-typescript', version: '1.0.0' });
}

const sdk = JSON.parse(readFileSync(new URL('./node_modules/@modelcontextprotocol/sdk/package.json', import.meta.url)));
console.log(`# ${sdk.name} ${sdk.version}, node ${process.versions.node}`);

const newcomer = Person.stranger(base);
await scenario('public client, a newcomer signs up through the form', () => signsIn('none', newcomer));
await scenario('confidential client with basic, signing in through the form', () => signsIn('client_secret_basic', newcomer.atAnotherBrowser()));
await scenario('confidential client with post, signing in through the form', () => signsIn('client_secret_post', newcomer.atAnotherBrowser()));
finish();
