// openid-client signs in as a certified OpenID relying party does, and checks everything it can check.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { readFileSync } from 'node:fs';

import * as oidc from 'openid-client';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const resource = `${base}/mcp`;
const redirectUri = 'http://127.0.0.1:53683/callback';
const signedOutUri = 'http://127.0.0.1:53683/signed-out';
const scope = 'openid profile email offline_access';

const METHODS = {
  none: oidc.None,
  client_secret_basic: oidc.ClientSecretBasic,
  client_secret_post: oidc.ClientSecretPost,
};

async function signsIn(method, person) {
  const config = await check(`${method}: discovery and dynamic registration`, () => registers(method));
  const { tokens, claims } = await authorizes(method, config, person);

  await check(`${method}: userinfo answers for the same subject`, async () => {
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    return equal(info.email, person.email, 'email');
  });
  await check(`${method}: the access token calls the tool`, async () => equal(await echo(tokens.access_token, 'hi'), 'Tool echo: hi', 'text'));
  const renewed = await check(`${method}: refresh rotates both tokens`, async () => {
    const answer = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource });
    if (answer.access_token === tokens.access_token) throw new Error('the access token is the old one');
    if (present(answer.refresh_token, 'refresh_token') === tokens.refresh_token) throw new Error('the refresh token is the old one');
    if (answer.id_token) equal(answer.claims().sub, claims.sub, 'sub');
    return answer;
  });
  await check(`${method}: the renewed token calls the tool`, async () => equal(await echo(renewed.access_token, 'again'), 'Tool echo: again', 'text'));

  if (method !== 'none') await introspects(method, config, renewed.access_token, claims.sub);
  await revokes(method, config, renewed);
  await endsSession(method, config, tokens.id_token, person);
}

async function registers(method) {
  const metadata = {
    client_name: `openid-client (${method})`,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [signedOutUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
    scope,
  };
  const config = await oidc.dynamicClientRegistration(new URL(base), metadata, METHODS[method](), {
    // In the code flow a client may skip the signature of an ID token; this one must not.
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
  equal(config.serverMetadata().issuer, base, 'issuer');
  equal(config.clientMetadata().token_endpoint_auth_method, method, 'token_endpoint_auth_method');
  equal(Boolean(config.clientMetadata().client_secret), method !== 'none', 'having a client_secret');
  return config;
}

async function authorizes(method, config, person) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const expectedNonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    resource,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });

  const callback = await check(`${method}: a person signs in and consents`, () => person.authorizes(url, redirectUri));
  const tokens = await check(`${method}: the code is exchanged and the ID token verifies through the key set`, () =>
    oidc.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }, { resource }),
  );
  const claims = tokens.claims();
  await check(`${method}: the ID token is about the person and for this client`, () => {
    equal(claims.iss, base, 'iss');
    equal([claims.aud].flat().join(), config.clientMetadata().client_id, 'aud');
    present(claims.sub, 'sub');
    present(tokens.refresh_token, 'refresh_token');
  });
  await check(`${method}: the code with a wrong verifier is refused, and revokes nothing`, async () => {
    const again = await refused(() =>
      oidc.authorizationCodeGrant(config, callback, { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState, expectedNonce }, { resource }),
    );
    return equal(again, 'invalid_grant', 'error');
  });
  return { tokens, claims };
}

async function introspects(method, config, token, subject) {
  await check(`${method}: introspection knows the token`, async () => {
    const answer = await oidc.tokenIntrospection(config, token, { token_type_hint: 'access_token' });
    equal(answer.active, true, 'active');
    equal(answer.client_id, config.clientMetadata().client_id, 'client_id');
    equal(answer.sub, subject, 'sub');
    return equal([answer.aud].flat().includes(resource), true, 'aud naming the resource');
  });
}

async function revokes(method, config, tokens) {
  await check(`${method}: a revoked access token is refused`, async () => {
    await oidc.tokenRevocation(config, tokens.access_token, { token_type_hint: 'access_token' });
    const response = await posts(tokens.access_token, 'tools/list', {});
    return equal(response.status, 401, 'status');
  });
  if (method !== 'none') {
    await check(`${method}: introspection calls it inactive`, async () => {
      const answer = await oidc.tokenIntrospection(config, tokens.access_token);
      equal(answer.active, false, 'active');
      return equal(Object.keys(answer).join(), 'active', 'members');
    });
  }
  await check(`${method}: a revoked refresh token is refused`, async () => {
    await oidc.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
    return equal(await refused(() => oidc.refreshTokenGrant(config, tokens.refresh_token, { resource })), 'invalid_grant', 'error');
  });
}

async function endsSession(method, config, idToken, person) {
  await check(`${method}: end session signs out and returns to the client`, async () => {
    const state = oidc.randomState();
    const url = oidc.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri, state });
    present(await person.session(), 'session before');
    const back = present(await person.endsSession(url, signedOutUri), 'redirect to the client');
    equal(back.searchParams.get('state'), state, 'state');
    return equal(await person.session(), null, 'session after');
  });
}

async function echo(token, message) {
  const response = await posts(token, 'tools/call', { name: 'echo', arguments: { message } });
  const text = await response.text();
  equal(response.status, 200, `status (${text.slice(0, 200)})`);
  const line = text.split('\n').find((part) => part.startsWith('data:') && part.includes('"result"'));
  const { result } = JSON.parse(line ? line.slice('data:'.length) : text);
  return result.content.map((part) => part.text).join('');
}

// The server keeps no MCP session, so a tool call needs no handshake before it.
function posts(token, method, params) {
  return fetch(resource, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

async function refused(body) {
  try {
    await body();
  } catch (error) {
    if (error.error) return error.error;
    throw error;
  }
  throw new Error('it was accepted');
}

const library = JSON.parse(readFileSync(new URL('./node_modules/openid-client/package.json', import.meta.url)));
console.log(`# ${library.name} ${library.version}, node ${process.versions.node}`);

const person = Person.stranger(base, 'Olga Example');
await scenario('an account is made by JSON', () => check('sign-up by JSON answers with the user', async () => {
  const { user } = await person.signsUpByJson();
  return equal(user.email, person.email, 'email');
}));
for (const method of Object.keys(METHODS)) {
  await scenario(`${method}`, () => signsIn(method, person.atAnotherBrowser()));
}
finish();
