// RFC 9449: tokens that are bound to a key of the client. Runs where the server offers it.

import * as oauth from 'oauth4webapi';

import { check, equal } from '../checks.mjs';
import { redirectUri, refused, RelyingParty } from './relying-party.js';

export async function bindsTokens(server, method, person) {
  const alone = await RelyingParty.registers(server, method, { dpop_bound_access_tokens: true });
  const party = await alone.withKey();
  const another = await alone.withKey();

  const tokens = await check(`DPoP, ${method}: a pushed request and its code are bound to the key`, async () => {
    const { asked, checks } = await party.request();
    const callback = await person.authorizes(await party.pushes(asked), redirectUri);
    equal(await refused(() => another.redeems(callback, checks)), 'invalid_grant', 'error with another key');
    const answer = await party.redeems(callback, checks);
    equal(answer.token_type, 'dpop', 'token_type');
    return answer;
  });
  await check(`DPoP, ${method}: userinfo and the tool answer to a proof`, async () => {
    const info = await party.userInfo(tokens.access_token, oauth.getValidatedIdTokenClaims(tokens).sub);
    equal(info.email, person.email, 'email');
    return party.echo(tokens.access_token, 'proven');
  });
  await check(`DPoP, ${method}: the token alone is refused, and so is another key`, async () => {
    equal(await refused(() => alone.echo(tokens.access_token, 'no')), 'invalid_token', 'error without proof');
    return equal(await refused(() => another.echo(tokens.access_token, 'no')), 'invalid_token', 'error with another key');
  });
  await check(`DPoP, ${method}: refresh keeps the key`, async () => {
    const renewed = await party.refreshes(tokens.refresh_token);
    equal(renewed.token_type, 'dpop', 'token_type');
    return party.echo(renewed.access_token, 'again');
  });
}
