// The ways to ask for a sign-in, and to be answered.

import * as oidc from 'openid-client';

import { check, equal, present } from '../checks.mjs';
import { Person } from '../person.mjs';
import { authorizes, base, echo, redeems, redirectUri, refused, registers, request, resource } from './relying-party.js';

/** RFC 9126. */
export async function pushes(method, person) {
  const config = await registers(method, { require_pushed_authorization_requests: true });
  await check(`PAR, ${method}: a request that was not pushed is refused`, async () =>
    equal(await refused(() => authorizes(config, person)), 'invalid_request', 'error'),
  );
  await check(`PAR, ${method}: a pushed request signs in`, async () => {
    const { asked, checks } = await request();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, asked);
    equal([...url.searchParams.keys()].sort().join(), 'client_id,request_uri', 'parameters in the URL');
    const tokens = await redeems(config, await person.authorizes(url, redirectUri), checks);
    return echo(config, tokens.access_token, 'pushed');
  });
  await check(`PAR, ${method}: a request that would fail is refused when it is pushed`, async () => {
    const { asked } = await request({ redirect_uri: 'http://127.0.0.1:53683/elsewhere' });
    return equal(await refused(() => oidc.buildAuthorizationUrlWithPAR(config, asked)), 'invalid_request', 'error');
  });
}

/** OAuth 2.0 Form Post Response Mode. */
export async function isAnsweredByForm(person) {
  const config = await registers('client_secret_basic');
  const asks = async (parameters) => {
    const { asked, checks } = await request({ response_mode: 'form_post', ...parameters });
    const posted = await person.authorizesByForm(oidc.buildAuthorizationUrl(config, asked), redirectUri);
    return redeems(config, posted, checks);
  };
  await check('form_post: an error comes by a form', async () =>
    equal(await refused(() => asks({ prompt: 'none' })), 'login_required', 'error'),
  );
  await check('form_post: the code comes by a form', async () => echo(config, (await asks()).access_token, 'by form'));
}

/** OpenID Connect Core §3.1.2.1. */
export async function prompts(person) {
  const config = await registers('client_secret_basic');
  const sees = (parameters, checks) => pagesSeen(config, person, parameters, checks);

  await check('prompt=none: who is signed out gets login_required', async () =>
    equal(await refused(() => authorizes(config, person, { prompt: 'none' })), 'login_required', 'error'),
  );
  const { tokens: first } = await check('without prompt: a person signs in and consents', () => sees());
  await check('prompt=none: who is signed in and has consented sees no page', async () => {
    const { pages, tokens } = await sees({ prompt: 'none', id_token_hint: first.id_token });
    equal(tokens.claims().sub, first.claims().sub, 'sub');
    equal(tokens.claims().auth_time, first.claims().auth_time, 'auth_time');
    return equal(pages, '', 'pages');
  });
  await check('prompt=consent: the person is asked again', async () =>
    equal((await sees({ prompt: 'consent' })).pages, '/consent', 'pages'),
  );
  await check('prompt=none: a public client on this machine gets consent_required, as any program could be it', async () => {
    const another = await registers('none');
    await authorizes(another, person);
    return equal(await refused(() => authorizes(another, person, { prompt: 'none' })), 'consent_required', 'error');
  });
  for (const prompt of ['login', 'select_account']) {
    await check(`prompt=${prompt}: the person signs in again`, async () => {
      const { pages, tokens } = await sees({ prompt });
      equal(tokens.claims().sub, first.claims().sub, 'sub');
      return equal(pages, '/sign-in', 'pages');
    });
  }
  await check('max_age=0: the person signs in again, and the library finds it recent', async () =>
    equal((await sees({ max_age: '0' }, { maxAge: 0 })).pages, '/sign-in', 'pages'),
  );
  await check('max_age: a recent sign-in is enough', async () =>
    equal((await sees({ max_age: '3600' }, { maxAge: 3600 })).pages, '', 'pages'),
  );
  if (config.serverMetadata().prompt_values_supported?.includes('create')) await makesAccount(config);
  await expectsSomebody(config, person, first.id_token);
}

async function makesAccount(config) {
  await check('prompt=create: a stranger gets to the page that makes accounts', async () => {
    const { pages } = await pagesSeen(config, Person.stranger(base, 'Nora Example'), { prompt: 'create' });
    return equal(pages.split(' ')[0], '/sign-up', 'first page');
  });
}

async function expectsSomebody(config, person, idToken) {
  await check('id_token_hint: prompt=none answers for nobody else', async () => {
    const other = Person.stranger(base, 'Otto Example');
    await other.signsUpByJson();
    await authorizes(config, other);
    const hinted = { prompt: 'none', id_token_hint: idToken };
    equal(await refused(() => authorizes(config, other, hinted)), 'login_required', 'error');
    return present(await authorizes(config, person, hinted), 'the answer for the person');
  });
}

async function pagesSeen(config, person, parameters, checks) {
  person.seen = [];
  const tokens = await authorizes(config, person, parameters, checks);
  return { pages: person.seen.join(' '), tokens };
}

/** OAuth without OpenID: RFC 8414 discovery, and no ID token. */
export async function asksForTools(person) {
  const config = await check('OAuth: discovery by RFC 8414 and registration', () => registers('none', { scope: 'mcp:tools' }, { algorithm: 'oauth2' }));
  await check('OAuth: a token for the tools comes without an ID token', async () => {
    const { asked, checks } = await request({ scope: 'mcp:tools' });
    const callback = await person.authorizes(oidc.buildAuthorizationUrl(config, asked), redirectUri);
    const tokens = await redeems(config, callback, { pkceCodeVerifier: checks.pkceCodeVerifier, expectedState: checks.expectedState });
    equal(tokens.id_token, undefined, 'id_token');
    equal(tokens.scope, 'mcp:tools', 'scope');
    return echo(config, tokens.access_token, 'tools only');
  });
  await check('OAuth: a resource that is not served is refused', async () =>
    equal(await refused(() => authorizes(config, person, { scope: 'mcp:tools', resource: `${resource}/elsewhere` })), 'invalid_target', 'error'),
  );
}
