// The whole journey of a client, once for each way it can authenticate.

import * as oauth from 'oauth4webapi';

import { check, equal, present } from '../checks.mjs';
import { base, redirectUri, refused, RelyingParty, resource, signedOutUri } from './relying-party.js';

export async function signsIn(server, method, person) {
  const party = await check(`${method}: dynamic registration`, () => RelyingParty.registers(server, method));
  const { tokens, claims } = await getsTokens(method, party, person);

  await check(`${method}: userinfo answers for the same subject`, async () =>
    equal((await party.userInfo(tokens.access_token, claims.sub)).email, person.email, 'email'),
  );
  await check(`${method}: the access token calls the tool`, () => party.echo(tokens.access_token, 'hi'));
  const renewed = await check(`${method}: refresh rotates both tokens`, async () => {
    const answer = await party.refreshes(tokens.refresh_token);
    if (answer.access_token === tokens.access_token) throw new Error('the access token is the old one');
    if (present(answer.refresh_token, 'refresh_token') === tokens.refresh_token) throw new Error('the refresh token is the old one');
    return answer;
  });
  await check(`${method}: the renewed token calls the tool`, () => party.echo(renewed.access_token, 'again'));

  if (method === 'none') {
    await check('none: a public client may not introspect', async () =>
      equal(await refused(() => party.introspects(renewed.access_token)), 'invalid_client', 'error'),
    );
  } else {
    await introspects(method, party, renewed, claims.sub);
  }
  await revokes(method, party, renewed);
  await endsSession(method, party, tokens.id_token, person);
}

async function getsTokens(method, party, person) {
  const { asked, checks } = await party.request();
  const callback = await check(`${method}: a person signs in and consents`, () => person.authorizes(party.authorizationUrl(asked), redirectUri));
  await check(`${method}: the answer names its issuer, and the library refuses it without`, () => {
    equal(callback.searchParams.get('iss'), base, 'iss');
    const nameless = new URL(callback);
    nameless.searchParams.delete('iss');
    return refusedByLibrary(() => oauth.validateAuthResponse(party.server, party.client, nameless, checks.state));
  });
  const tokens = await check(`${method}: the code is exchanged and the ID token verifies through the key set`, () => party.redeems(callback, checks));
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  await check(`${method}: the ID token is about the person and for this client`, () => {
    equal(claims.iss, base, 'iss');
    equal([claims.aud].flat().join(), party.client.client_id, 'aud');
    present(claims.sub, 'sub');
    present(tokens.refresh_token, 'refresh_token');
  });
  await check(`${method}: the code with a wrong verifier is refused, and revokes nothing`, async () => {
    const wrong = { ...checks, verifier: oauth.generateRandomCodeVerifier() };
    return equal(await refused(() => party.redeems(callback, wrong)), 'invalid_grant', 'error');
  });
  return { tokens, claims };
}

function refusedByLibrary(body) {
  try {
    body();
  } catch (error) {
    return equal(error.code, oauth.INVALID_RESPONSE, 'code');
  }
  return false;
}

async function introspects(method, party, tokens, subject) {
  await check(`${method}: introspection knows both tokens`, async () => {
    const access = await party.introspects(tokens.access_token, 'access_token');
    equal(access.active, true, 'active');
    equal(access.client_id, party.client.client_id, 'client_id');
    equal(access.sub, subject, 'sub');
    equal([access.aud].flat().includes(resource), true, 'aud naming the resource');
    const refresh = await party.introspects(tokens.refresh_token, 'refresh_token');
    equal(refresh.active, true, 'active, of the refresh token');
    return equal(refresh.sub, subject, 'sub, of the refresh token');
  });
}

async function revokes(method, party, tokens) {
  await check(`${method}: a revoked access token is refused`, async () => {
    await party.revokes(tokens.access_token, 'access_token');
    return equal(await refused(() => party.echo(tokens.access_token, 'no')), 'invalid_token', 'error of the challenge');
  });
  await check(`${method}: a revoked refresh token is refused`, async () => {
    await party.revokes(tokens.refresh_token, 'refresh_token');
    return equal(await refused(() => party.refreshes(tokens.refresh_token)), 'invalid_grant', 'error');
  });
  if (method === 'none') return;
  await check(`${method}: introspection calls both inactive`, async () => {
    equal((await party.introspects(tokens.access_token)).active, false, 'active');
    return equal((await party.introspects(tokens.refresh_token)).active, false, 'active, of the refresh token');
  });
}

async function endsSession(method, party, idToken, person) {
  await check(`${method}: end session signs out and returns to the client`, async () => {
    const state = oauth.generateRandomState();
    const url = party.endSessionUrl({ id_token_hint: idToken, post_logout_redirect_uri: signedOutUri, state });
    present(await person.session(), 'session before');
    const back = present(await person.endsSession(url, signedOutUri), 'redirect to the client');
    equal(back.searchParams.get('state'), state, 'state');
    return equal(await person.session(), null, 'session after');
  });
}
