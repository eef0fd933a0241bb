// RFC 9449: tokens that are bound to a key of the client. Runs where the server offers it.

import * as oidc from 'openid-client';

import { check, equal } from '../checks.mjs';
import { echo, redeems, redirectUri, refused, registers, request, resource } from './relying-party.js';

/** Whether the server says that it takes proofs. */
export async function takesProofs() {
  return Boolean((await registers('none')).serverMetadata().dpop_signing_alg_values_supported);
}

export async function bindsTokens(method, person) {
  const config = await registers(method, { dpop_bound_access_tokens: true });
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
  const another = { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) };

  const tokens = await check(`DPoP, ${method}: a pushed request and its code are bound to the key`, async () => {
    const { asked, checks } = await request();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, asked, { DPoP });
    const callback = await person.authorizes(url, redirectUri);
    equal(await refused(() => redeems(config, callback, checks, another)), 'invalid_grant', 'error with another key');
    const answer = await redeems(config, callback, checks, { DPoP });
    equal(answer.token_type, 'dpop', 'token_type');
    return answer;
  });
  await check(`DPoP, ${method}: userinfo and the tool answer to a proof`, async () => {
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
    equal(info.email, person.email, 'email');
    return echo(config, tokens.access_token, 'proven', { DPoP });
  });
  await check(`DPoP, ${method}: the token alone is refused, and so is another key`, async () => {
    equal(await refused(() => echo(config, tokens.access_token, 'no')), 'invalid_token', 'error without proof');
    return equal(await refused(() => echo(config, tokens.access_token, 'no', another)), 'invalid_token', 'error with another key');
  });
  await check(`DPoP, ${method}: refresh keeps the key`, async () => {
    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource }, { DPoP });
    equal(renewed.token_type, 'dpop', 'token_type');
    return echo(config, renewed.access_token, 'again', { DPoP });
  });
  if (method === 'none') return;
  await check(`DPoP, ${method}: introspection names the key`, async () => {
    const answer = await oidc.tokenIntrospection(config, tokens.access_token);
    equal(answer.active, true, 'active');
    return equal(answer.cnf?.jkt, await DPoP.calculateThumbprint(), 'cnf.jkt');
  });
}
