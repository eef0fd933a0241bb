// A relying party made of openid-client, which knows nothing of the server but its issuer.

import * as oidc from 'openid-client';

import { equal } from '../checks.mjs';
import { clientKey } from '../keys.mjs';
import * as tools from '../tools.mjs';

export const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
export const resource = `${base}/mcp`;
export const redirectUri = 'http://127.0.0.1:53683/callback';
export const signedOutUri = 'http://127.0.0.1:53683/signed-out';
const scope = 'openid profile email offline_access';

/** How a client authenticates, and what it registers for that. */
export const METHODS = {
  none: () => ({ authentication: oidc.None() }),
  client_secret_basic: () => ({ authentication: oidc.ClientSecretBasic() }),
  client_secret_post: () => ({ authentication: oidc.ClientSecretPost() }),
  private_key_jwt: async () => {
    const { key, kid, jwks } = await clientKey();
    return { authentication: oidc.PrivateKeyJwt({ key, kid }), metadata: { jwks } };
  },
};

/** Discovers the server and registers; the answer is the library's configuration. */
export async function registers(method, metadata = {}, options = {}) {
  const { authentication, metadata: keys } = await METHODS[method]();
  const wanted = {
    client_name: `openid-client (${method})`,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [signedOutUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
    scope,
    ...keys,
    ...metadata,
  };
  const config = await oidc.dynamicClientRegistration(new URL(base), wanted, authentication, { ...checking, ...options });
  equal(config.serverMetadata().issuer, base, 'issuer');
  equal(config.clientMetadata().token_endpoint_auth_method, method, 'token_endpoint_auth_method');
  equal(Boolean(config.clientMetadata().client_secret), method.startsWith('client_secret'), 'having a client_secret');
  return config;
}

/** In the code flow a client may skip the signature of an ID token; this one must not. */
export const checking = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };

/** The parameters of an authorization request, and what has to be checked of its answer. */
export async function request(parameters = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const asked = {
    redirect_uri: redirectUri,
    scope,
    resource,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  return { asked, checks };
}

/** Asks as the parameters say, and exchanges the code that comes back in the redirect. */
export async function authorizes(config, person, parameters, moreChecks) {
  const { asked, checks } = await request(parameters);
  const callback = await person.authorizes(oidc.buildAuthorizationUrl(config, asked), redirectUri);
  return redeems(config, callback, { ...checks, ...moreChecks });
}

/** Exchanges the code of an answer; the library checks state, issuer, nonce and ID token. */
export function redeems(config, callback, checks, options) {
  return oidc.authorizationCodeGrant(config, callback, checks, { resource }, options);
}

/** Calls the tool; throws unless it has said the message again. */
export async function echo(config, token, message, options) {
  const body = tools.echo(message);
  const response = await oidc.fetchProtectedResource(config, token, new URL(resource), 'POST', body, tools.headers(), options);
  return tools.echoes(response, message);
}

/** The error code that a call is refused with: it stands in the challenge or in the body. */
export async function refused(body) {
  try {
    await body();
  } catch (error) {
    if (error.error) return error.error;
    if (!(error instanceof oidc.WWWAuthenticateChallengeError)) throw error;
    return error.cause[0].parameters.error ?? (await error.response.json()).error;
  }
  throw new Error('it was accepted');
}
