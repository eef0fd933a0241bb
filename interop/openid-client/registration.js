// What a client registers, and what it does with its registration afterwards.

import * as oidc from 'openid-client';

import { check, equal, present } from '../checks.mjs';
import { authorizes, checking, refused, registers, resource, base, METHODS } from './relying-party.js';

/** RFC 7592, for which the library has no calls of its own: a registration is a protected resource. */
export async function isManaged(person) {
  const config = await registers('client_secret_basic');
  const { registration_access_token: token, registration_client_uri: uri, client_id: id, client_secret: secret } = config.clientMetadata();
  const asks = (method, body) =>
    oidc.fetchProtectedResource(config, token, new URL(uri), method, body && JSON.stringify(body), new Headers({ 'content-type': 'application/json' }));

  const registered = await check('registration: a client reads it', async () => {
    const response = await asks('GET');
    equal(response.status, 200, 'status');
    const metadata = await response.json();
    equal(metadata.client_id, id, 'client_id');
    return metadata;
  });
  await check('registration: a client changes it', async () => {
    const { client_secret_expires_at, client_id_issued_at, registration_access_token, registration_client_uri, ...wanted } = registered;
    const response = await asks('PUT', { ...wanted, client_secret: secret, client_name: 'openid-client (renamed)' });
    equal(response.status, 200, `status (${await response.clone().text()})`);
    return equal((await response.json()).client_name, 'openid-client (renamed)', 'client_name');
  });
  await check('registration: the client still signs in, configured by discovery and its secret', async () => {
    const known = await oidc.discovery(new URL(base), id, secret, oidc.ClientSecretBasic(secret), checking);
    return present((await authorizes(known, person)).access_token, 'access_token');
  });
  await check('registration: a client deletes it', async () => equal((await asks('DELETE')).status, 204, 'status'));
  await check('registration: a deleted client is unknown', async () => {
    equal(await refused(() => oidc.tokenIntrospection(config, 'a token')), 'invalid_client', 'error');
    return equal(await refused(() => asks('GET')), 'invalid_token', 'error of the challenge');
  });
}

/** The ID token is signed as the client wishes. */
export async function choosesAlgorithms(person) {
  const { id_token_signing_alg_values_supported: algorithms } = (await registers('none')).serverMetadata();
  for (const algorithm of algorithms) {
    await check(`ID token: ${algorithm}, as registered, verifies through the key set`, async () => {
      const config = await registers('none', { id_token_signed_response_alg: algorithm });
      equal(config.clientMetadata().id_token_signed_response_alg, algorithm, 'id_token_signed_response_alg');
      const { id_token: token } = await authorizes(config, person);
      const header = JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
      return equal(header.alg, algorithm, 'alg');
    });
  }
}

/** Only clients of the operator act for themselves; whoever registers acts for people. */
export async function actsForNobody() {
  for (const method of Object.keys(METHODS)) {
    await check(`client_credentials, ${method}: a registered client gets no token of its own`, async () => {
      const config = await registers(method);
      const error = await refused(() => oidc.clientCredentialsGrant(config, { scope: 'mcp:tools', resource }));
      return equal(error, 'unauthorized_client', 'error');
    });
  }
}
