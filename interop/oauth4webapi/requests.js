// The ways to ask for a sign-in, and to be answered.

import * as oauth from 'oauth4webapi';

import { check, equal } from '../checks.mjs';
import { redirectUri, refused, RelyingParty, resource } from './relying-party.js';

/** RFC 9126. */
export async function pushes(server, method, person) {
  const party = await RelyingParty.registers(server, method, { require_pushed_authorization_requests: true });
  await check(`PAR, ${method}: a request that was not pushed is refused`, async () =>
    equal(await refused(() => party.authorizes(person)), 'invalid_request', 'error'),
  );
  await check(`PAR, ${method}: a pushed request signs in`, async () => {
    const { asked, checks } = await party.request();
    const callback = await person.authorizes(await party.pushes(asked), redirectUri);
    return party.echo((await party.redeems(callback, checks)).access_token, 'pushed');
  });
}

/** OAuth 2.0 Form Post Response Mode. */
export async function isAnsweredByForm(server, person) {
  const party = await RelyingParty.registers(server, 'client_secret_post');
  const asks = async (parameters) => {
    const { asked, checks } = await party.request({ response_mode: 'form_post', ...parameters });
    const posted = await person.authorizesByForm(party.authorizationUrl(asked), redirectUri);
    return party.redeems(new URLSearchParams(await posted.text()), checks);
  };
  await check('form_post: an error comes by a form', async () =>
    equal(await refused(() => asks({ prompt: 'none' })), 'login_required', 'error'),
  );
  await check('form_post: the code comes by a form', async () => party.echo((await asks()).access_token, 'by form'));
}

/** OpenID Connect Core §3.1.2.1: when the person signed in. */
export async function limitsAge(server, person) {
  const party = await RelyingParty.registers(server, 'client_secret_basic');
  const asks = async (seconds) => {
    person.seen = [];
    const tokens = await party.authorizes(person, { max_age: String(seconds) }, { maxAge: seconds });
    return { pages: person.seen.join(' '), claims: oauth.getValidatedIdTokenClaims(tokens) };
  };
  const first = await check('max_age: a person signs in, and the library finds it recent', () => asks(60));
  await check('max_age: a recent sign-in is enough', async () => {
    const { pages, claims } = await asks(3600);
    equal(claims.auth_time, first.claims.auth_time, 'auth_time');
    return equal(pages, '', 'pages');
  });
  await check('max_age=0: the person signs in again', async () => equal((await asks(0)).pages, '/sign-in', 'pages'));
}

/** OAuth without OpenID: no ID token, and a resource that is named. RFC 8707. */
export async function asksForTools(server, person) {
  const party = await RelyingParty.registers(server, 'none', { scope: 'mcp:tools' });
  const asks = async (parameters) => {
    const { asked, checks } = await party.request({ scope: 'mcp:tools', ...parameters });
    const callback = await person.authorizes(party.authorizationUrl(asked), redirectUri);
    return party.redeems(callback, { ...checks, nonce: undefined });
  };
  await check('OAuth: a token for the tools comes without an ID token', async () => {
    const tokens = await asks();
    equal(tokens.id_token, undefined, 'id_token');
    equal(tokens.scope, 'mcp:tools', 'scope');
    return party.echo(tokens.access_token, 'tools only');
  });
  await check('OAuth: a resource that is not served is refused', async () =>
    equal(await refused(() => asks({ resource: `${resource}/elsewhere` })), 'invalid_target', 'error'),
  );
}

/** Only clients of the operator act for themselves; whoever registers acts for people. */
export async function actsForNobody(server) {
  const party = await RelyingParty.registers(server, 'client_secret_basic');
  await check('client_credentials: a registered client gets no token of its own', async () =>
    equal(await refused(() => party.actsForItself()), 'unauthorized_client', 'error'),
  );
}
