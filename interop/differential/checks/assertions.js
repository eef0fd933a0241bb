// Clients that prove themselves by a signed JWT: RFC 7523 §2.2 and §3, RFC 8725.

import { createHmac, randomUUID } from 'node:crypto';

import { hasCode } from '../flow.js';
import { posts, told } from '../server.js';
import { clientKey } from '../../keys.mjs';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const encoded = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A client with a key, a code of its own and what it signs. */
async function starts(server) {
  const { key, kid, jwks } = await clientKey();
  const metadata = { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks };
  const { client, fields } = await hasCode(server, { metadata });
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iss: client.client_id, sub: client.client_id, aud: server.issuer, iat: seconds, exp: seconds + 60, jti: randomUUID() };
  const signs = async (changes = {}, head = {}) => {
    const text = `${encoded({ alg: 'ES256', kid, ...head })}.${encoded({ ...claims, ...changes })}`;
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(text));
    return `${text}.${Buffer.from(signature).toString('base64url')}`;
  };
  const asks = async (assertion, more = {}) =>
    told(await posts(server.token_endpoint, { ...fields, client_assertion_type: TYPE, client_assertion: assertion, ...more }));
  return { client, claims, signs, asks, jwks, seconds };
}

/** What the token endpoint says to an assertion with other claims. */
const signed = (changes) => async (server) => {
  const { signs, asks, ...rest } = await starts(server);
  return asks(await signs(typeof changes === 'function' ? changes(rest, server) : changes));
};

export default {
  'assertion: good': ['200', signed({})],
  'assertion: good, and the client_id in the form': ['200', async (server) => {
    const { client, signs, asks } = await starts(server);
    return asks(await signs(), { client_id: client.client_id });
  }],
  'assertion: good, and another client_id in the form': ['400 invalid_request', async (server) => {
    const { signs, asks } = await starts(server);
    return asks(await signs(), { client_id: 'another' });
  }],
  'assertion: a second time': ['401 invalid_client', async (server) => {
    const { signs, asks } = await starts(server);
    const assertion = await signs();
    await asks(assertion);
    return asks(assertion);
  }],
  'assertion: for the token endpoint': ['401 invalid_client', signed((_, server) => ({ aud: server.token_endpoint }))],
  'assertion: for two servers': ['401 invalid_client', signed((_, server) => ({ aud: [server.issuer, 'https://elsewhere.example'] }))],
  'assertion: for another server': ['401 invalid_client', signed({ aud: 'https://elsewhere.example' })],
  'assertion: over': ['401 invalid_client', signed(({ seconds }) => ({ iat: seconds - 600, exp: seconds - 300 }))],
  'assertion: without end': ['401 invalid_client', signed({ exp: undefined })],
  'assertion: for a day': ['401 invalid_client', signed(({ seconds }) => ({ exp: seconds + 86_400 }))],
  'assertion: without jti': ['401 invalid_client', signed({ jti: undefined })],
  'assertion: about another client': ['401 invalid_client', signed({ sub: 'another' })],
  'assertion: by another issuer': ['401 invalid_client', signed({ iss: 'another' })],
  'assertion: without signature': ['401 invalid_client', async (server) => {
    const { claims, asks } = await starts(server);
    return asks(`${encoded({ alg: 'none' })}.${encoded(claims)}.`);
  }],
  'assertion: with the public key as a secret': ['401 invalid_client', async (server) => {
    const { claims, asks, jwks } = await starts(server);
    const text = `${encoded({ alg: 'HS256' })}.${encoded(claims)}`;
    return asks(`${text}.${createHmac('sha256', JSON.stringify(jwks.keys[0])).update(text).digest('base64url')}`);
  }],
  'assertion: with an unknown key': ['401 invalid_client', async (server) => {
    const { asks, claims } = await starts(server);
    const other = await starts(server);
    return asks(await other.signs(claims));
  }],
  'assertion: of another type': ['401 invalid_client', async (server) => {
    const { signs, asks } = await starts(server);
    return asks(await signs(), { client_assertion_type: 'cheese' });
  }],
};
