// Line 2 of the official TypeScript MCP SDK signs in through its own auth provider and calls tools: with the newest
// revision alone and with what it finds, registered and known by a document, with a step up to more scope.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { readFileSync } from 'node:fs';

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { HOST, canServe, serves } from '../documents.mjs';
import { Person } from '../person.mjs';
import { MemoryProvider } from './provider.js';

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const mcp = new URL(`${base}/mcp`);
const NEWEST = '2026-07-28';

async function signsIn({ method, mode, document }, person) {
  const provider = new MemoryProvider(method, document);
  const named = `${document ? 'document' : method}, ${typeof mode === 'string' ? mode : mode.pin}`;
  const connects = async (url) => {
    const client = new Client({ name: 'interop-typescript', version: '2.0.0' }, { versionNegotiation: { mode } });
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
    return { client, transport, connect: () => client.connect(transport) };
  };

  const first = await connects(mcp);
  await check(`${named}: the SDK discovers the server and is known to it`, async () => {
    await mustBeSentToSignIn(first.connect);
    equal(present(provider.authorizationUrl, 'authorization URL').searchParams.get('resource'), mcp.href, 'resource');
    const id = provider.authorizationUrl.searchParams.get('client_id');
    if (document) return equal(id, document, 'client_id');
    equal(provider.registered.token_endpoint_auth_method, method, 'token_endpoint_auth_method');
    return equal(id, provider.registered.client_id, 'client_id');
  });
  await check(`${named}: a person signs in and the SDK checks state and issuer`, async () => {
    const callback = await person.authorizes(provider.authorizationUrl, provider.redirectUrl);
    equal(callback.searchParams.get('state'), provider.lastState, 'state');
    await first.transport.finishAuth(callback.searchParams);
    present(provider.saved?.access_token, 'access_token');
    return present(provider.saved?.refresh_token, 'refresh_token');
  });

  const { client, connect } = await connects(mcp);
  await check(`${named}: the SDK connects with the revision it asked for`, async () => {
    await connect();
    return typeof mode === 'string' || equal(client.getNegotiatedProtocolVersion?.() ?? mode.pin, mode.pin, 'revision');
  });
  await check(`${named}: whoami knows the person`, async () => {
    const text = await called(client, 'whoami', {});
    const session = present(await person.session(), 'session of the browser');
    return [session.user.id, session.user.email].some((known) => text.includes(known));
  });
  await refreshes(named, client, provider);
  await stepsUp(named, provider, person, connects);
  await client.close();
}

async function refreshes(named, client, provider) {
  const before = provider.saved;
  provider.authorizationUrl = undefined;
  provider.saved = { ...before, access_token: 'no-longer-valid' };

  await check(`${named}: the SDK refreshes by itself`, async () => {
    equal(await called(client, 'echo', { message: 'again' }), 'Tool echo: again', 'text');
    equal(provider.authorizationUrl, undefined, 'authorization URL asked for');
    return provider.saved.refresh_token !== before.refresh_token;
  });
}

// One tool needs one scope more: the SDK reads the challenge of the call, asks for the union and comes back.
async function stepsUp(named, provider, person, connects) {
  provider.authorizationUrl = undefined;
  const asking = await connects(mcp);
  await asking.connect();

  await check(`${named}: where a tool needs more scope the SDK asks for both`, async () => {
    await mustBeSentToSignIn(() => called(asking.client, 'add_note', { text: 'more' }));
    const scope = present(provider.authorizationUrl, 'authorization URL').searchParams.get('scope').split(' ');
    return ['mcp:tools', 'notes:write'].every((wanted) => scope.includes(wanted));
  });
  await check(`${named}: with the person's consent the call works`, async () => {
    const callback = await person.authorizes(provider.authorizationUrl, provider.redirectUrl);
    await asking.transport.finishAuth(callback.searchParams);
    const again = await connects(mcp);
    await again.connect();
    const text = await called(again.client, 'add_note', { text: 'more' });
    await again.client.close();
    return text.includes('is kept');
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
    for (let at = error; at; at = at.cause) if (at instanceof UnauthorizedError) return;
    throw error;
  }
  throw new Error('the SDK was let in without signing in');
}

const sdk = JSON.parse(readFileSync(new URL('./node_modules/@modelcontextprotocol/client/package.json', import.meta.url)));
console.log(`# ${sdk.name} ${sdk.version}, node ${process.versions.node}`);

const newcomer = Person.stranger(base);
const pinned = { pin: NEWEST };
await scenario('registered, with the newest revision alone', () => signsIn({ method: 'none', mode: pinned }, newcomer));
if (canServe) {
  const id = `https://${HOST}/oauth/typescript.json`;
  const metadata = { ...new MemoryProvider('none').clientMetadata, client_id: id };
  const site = await serves({ '/oauth/typescript.json': metadata });
  await scenario('known by its document, with the newest revision alone', () =>
    signsIn({ method: 'none', mode: pinned, document: id }, newcomer.atAnotherBrowser()),
  );
  await site.close();
}
await scenario('registered, with whatever it finds', () => signsIn({ method: 'none', mode: 'auto' }, newcomer.atAnotherBrowser()));
await scenario('registered with a secret, with the handshake', () =>
  signsIn({ method: 'client_secret_basic', mode: 'legacy' }, newcomer.atAnotherBrowser()),
);
finish();
