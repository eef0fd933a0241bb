// The whole journey of a client, once for each way it can authenticate.

import * as oidc from 'openid-client';

import { check, equal, present } from '../checks.mjs';
import { base, echo, redeems, redirectUri, refused, registers, request, resource, signedOutUri } from './relying-party.js';

export async function signsIn(method, person) {
  const config = await check(`${method}: discovery and dynamic registration`, () => registers(method));
  const { tokens, claims } = await getsTokens(method, config, person);

  await check(`${method}: userinfo answers for the same subject`, async () => {
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    return equal(info.email, person.email, 'email');
  });
  await check(`${method}: the access token calls the tool`, () => echo(config, tokens.access_token, 'hi'));
  const renewed = await check(`${method}: refresh rotates both tokens`, async () => {
    const answer = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource });
    if (answer.access_token === tokens.access_token) throw new Error('the access token is the old one');
    if (present(answer.refresh_token, 'refresh_token') === tokens.refresh_token) throw new Error('the refresh token is the old one');
    if (answer.id_token) equal(answer.claims().sub, claims.sub, 'sub');
    return answer;
  });
  await check(`${method}: the renewed token calls the tool`, () => echo(config, renewed.access_token, 'again'));

  if (method !== 'none') await introspects(method, config, renewed.access_token, claims.sub);
  await revokes(method, config, renewed);
  await endsSession(method, config, tokens.id_token, person);
}

async function getsTokens(method, config, person) {
  const { asked, checks } = await request();
  const url = oidc.buildAuthorizationUrl(config, asked);
  const callback = await check(`${method}: a person signs in and consents`, () => person.authorizes(url, redirectUri));
  const tokens = await check(`${method}: the code is exchanged and the ID token verifies through the key set`, () =>
    redeems(config, callback, checks),
  );
  const claims = tokens.claims();
  await check(`${method}: the ID token is about the person and for this client`, () => {
    equal(claims.iss, base, 'iss');
    equal([claims.aud].flat().join(), config.clientMetadata().client_id, 'aud');
    present(claims.sub, 'sub');
    present(tokens.refresh_token, 'refresh_token');
  });
  await check(`${method}: the code with a wrong verifier is refused, and revokes nothing`, async () => {
    const wrong = { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    return equal(await refused(() => redeems(config, callback, wrong)), 'invalid_grant', 'error');
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
    return equal(await refused(() => echo(config, tokens.access_token, 'no')), 'invalid_token', 'error of the challenge');
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
