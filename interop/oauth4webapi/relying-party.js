// A relying party made of oauth4webapi, which leaves every request and every answer to its caller.

import * as oauth from 'oauth4webapi';

import { equal } from '../checks.mjs';
import { clientKey } from '../keys.mjs';
import * as tools from '../tools.mjs';

export const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
export const resource = `${base}/mcp`;
export const redirectUri = 'http://127.0.0.1:53685/callback';
export const signedOutUri = 'http://127.0.0.1:53685/signed-out';
const scope = 'openid profile email offline_access';
const insecure = { [oauth.allowInsecureRequests]: true };

/** How a client authenticates, once it is registered, and what it registers for that. */
export const METHODS = {
  none: () => ({ authenticates: () => oauth.None() }),
  client_secret_basic: () => ({ authenticates: (client) => oauth.ClientSecretBasic(client.client_secret) }),
  client_secret_post: () => ({ authenticates: (client) => oauth.ClientSecretPost(client.client_secret) }),
  private_key_jwt: async () => {
    const { key, kid, jwks } = await clientKey();
    return { authenticates: () => oauth.PrivateKeyJwt({ key, kid }), metadata: { jwks } };
  },
};

/** Reads what the server says of itself: `oidc` by OpenID Discovery, `oauth2` by RFC 8414. */
export async function discovers(algorithm, issuer = new URL(base)) {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Reads what a resource says of itself. RFC 9728. */
export async function discoversResource() {
  const identifier = new URL(resource);
  return oauth.processResourceDiscoveryResponse(identifier, await oauth.resourceDiscoveryRequest(identifier, insecure));
}

/** A registered client of a discovered server, and what it can do. */
export class RelyingParty {
  constructor(server, client, authentication) {
    this.server = server;
    this.client = client;
    this.authentication = authentication;
    this.options = insecure;
  }

  /** Registers by RFC 7591. */
  static async registers(server, method, metadata = {}) {
    const { authenticates, metadata: keys } = await METHODS[method]();
    const response = await oauth.dynamicClientRegistrationRequest(server, {
      client_name: `oauth4webapi (${method})`,
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOutUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: method,
      scope,
      ...keys,
      ...metadata,
    }, insecure);
    const client = await oauth.processDynamicClientRegistrationResponse(response);
    equal(client.token_endpoint_auth_method, method, 'token_endpoint_auth_method');
    equal(Boolean(client.client_secret), method.startsWith('client_secret'), 'having a client_secret');
    return new RelyingParty(server, client, authenticates(client));
  }

  /** The same client, with proofs by a new key. */
  async withKey() {
    const other = new RelyingParty(this.server, this.client, this.authentication);
    const DPoP = oauth.DPoP(this.client, await oauth.generateKeyPair('ES256'));
    other.options = { ...insecure, DPoP };
    return other;
  }

  /** The parameters of an authorization request, and what has to be checked of its answer. */
  async request(parameters = {}) {
    const checks = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
    const asked = {
      client_id: this.client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      resource,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      ...parameters,
    };
    return { asked, checks };
  }

  authorizationUrl(parameters) {
    return this.#url(this.server.authorization_endpoint, parameters);
  }

  /** Pushes a request; the answer is the URL that names it. RFC 9126. */
  async pushes(asked) {
    const response = await this.#retried(() =>
      oauth.pushedAuthorizationRequest(this.server, this.client, this.authentication, asked, this.options),
      (answer) => oauth.processPushedAuthorizationResponse(this.server, this.client, answer),
    );
    return this.authorizationUrl({ client_id: this.client.client_id, request_uri: response.request_uri });
  }

  /** Asks as the parameters say, and exchanges the code that comes back in the redirect. */
  async authorizes(person, parameters, moreChecks) {
    const { asked, checks } = await this.request(parameters);
    const callback = await person.authorizes(this.authorizationUrl(asked), redirectUri);
    return this.redeems(callback, { ...checks, ...moreChecks });
  }

  /** Judges an answer by state and issuer (RFC 9207), exchanges its code, and verifies the ID token. */
  redeems(callback, { verifier, state, nonce, maxAge }) {
    const parameters = oauth.validateAuthResponse(this.server, this.client, callback, state);
    return this.#retried(
      () => oauth.authorizationCodeGrantRequest(this.server, this.client, this.authentication, parameters, redirectUri, verifier, this.#forResource()),
      async (response) => {
        const expected = { expectedNonce: nonce, maxAge, requireIdToken: nonce !== undefined };
        const tokens = await oauth.processAuthorizationCodeResponse(this.server, this.client, response, expected);
        // In the code flow a client may skip the signature; this one must not.
        if (tokens.id_token) await oauth.validateApplicationLevelSignature(this.server, response, insecure);
        return tokens;
      },
    );
  }

  refreshes(token) {
    return this.#retried(
      () => oauth.refreshTokenGrantRequest(this.server, this.client, this.authentication, token, this.#forResource()),
      (response) => oauth.processRefreshTokenResponse(this.server, this.client, response),
    );
  }

  actsForItself() {
    return this.#retried(
      () => oauth.clientCredentialsGrantRequest(this.server, this.client, this.authentication, { scope: 'mcp:tools', resource }, this.options),
      (response) => oauth.processClientCredentialsResponse(this.server, this.client, response),
    );
  }

  userInfo(token, subject) {
    return this.#retried(
      () => oauth.userInfoRequest(this.server, this.client, token, this.options),
      (response) => oauth.processUserInfoResponse(this.server, this.client, subject, response),
    );
  }

  async introspects(token, hint) {
    const options = { ...insecure, additionalParameters: hint && { token_type_hint: hint } };
    const response = await oauth.introspectionRequest(this.server, this.client, this.authentication, token, options);
    return oauth.processIntrospectionResponse(this.server, this.client, response);
  }

  async revokes(token, hint) {
    const options = { ...insecure, additionalParameters: { token_type_hint: hint } };
    return oauth.processRevocationResponse(await oauth.revocationRequest(this.server, this.client, this.authentication, token, options));
  }

  endSessionUrl(parameters) {
    return this.#url(this.server.end_session_endpoint, parameters);
  }

  /** Calls the tool; throws unless it has said the message again. */
  async echo(token, message) {
    const asks = () => oauth.protectedResourceRequest(token, 'POST', new URL(resource), tools.headers(), tools.echo(message), this.options);
    return this.#retried(asks, (response) => tools.echoes(response, message));
  }

  /** Asks for the client's own registration. RFC 7592, for which the library has no calls of its own. */
  manages(method, metadata) {
    const { registration_access_token: token, registration_client_uri: uri } = this.client;
    const headers = new Headers({ 'content-type': 'application/json' });
    return oauth.protectedResourceRequest(token, method, new URL(uri), headers, metadata && JSON.stringify(metadata), insecure);
  }

  #forResource() {
    return { ...this.options, additionalParameters: { resource } };
  }

  /** RFC 9449 §8: a server may ask for a nonce in the proof, once. */
  async #retried(asks, reads) {
    try {
      return await reads(await asks());
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return reads(await asks());
    }
  }

  #url(endpoint, parameters) {
    const url = new URL(endpoint);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  }
}

/** The error code that a call is refused with: it stands in the challenge or in the body. */
export async function refused(body) {
  try {
    await body();
  } catch (error) {
    if (error.error) return error.error;
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error;
    return error.cause[0].parameters.error ?? (await error.response.json()).error;
  }
  throw new Error('it was accepted');
}
