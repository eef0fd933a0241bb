// What both servers are to the checks: an issuer, and what its discovery document says.

import { createHash, randomBytes } from 'node:crypto';

import { Person } from '../person.mjs';

export const REDIRECT = 'https://client.example/callback';
export const SIGNED_OUT = 'https://client.example/signed-out';
export const SCOPE = 'openid profile email offline_access';

/** Reads the discovery document of a server. */
export async function discovers(issuer) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  return { issuer, ...(await response.json()) };
}

/** Registers a client, a confidential one of the code flow unless the metadata says otherwise. */
export async function registers(server, metadata = {}) {
  const response = await registration(server, metadata);
  const client = await response.json();
  if (response.status !== 201) throw new Error(`registration answered ${response.status}: ${JSON.stringify(client)}`);
  return client;
}

/** The answer to a registration. */
export function registration(server, metadata) {
  const wanted = {
    client_name: 'Differential',
    redirect_uris: [REDIRECT],
    post_logout_redirect_uris: [SIGNED_OUT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: SCOPE,
    ...metadata,
  };
  return fetch(server.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  });
}

let people = 0;

/** Somebody new. */
export function stranger(server) {
  people += 1;
  return Person.stranger(server.issuer, `Person${people} Example`);
}

/** The parameters of a good authorization request with changes, of which `undefined` takes one away. */
export function request(client, changes = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const params = {
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: SCOPE,
    state: 'a state',
    nonce: 'a nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  };
  // A nonce belongs to an ID token.
  if (!('nonce' in changes) && !params.scope?.split(' ').includes('openid')) delete params.nonce;
  for (const name of Object.keys(params)) if (params[name] === undefined) delete params[name];
  return { params, verifier };
}

/** The URL of an authorization request. */
export function authorizationUrl(server, params) {
  return `${server.authorization_endpoint}?${new URLSearchParams(params)}`;
}

/** What an authorization request comes to where nobody is signed in. */
export async function asks(server, client, changes, method = 'GET') {
  const { params } = request(client, changes);
  const expected = params.redirect_uri ?? REDIRECT;
  return outcome(server, await sends(server, new URLSearchParams(params), method), expected);
}

/** Sends an authorization request as it is. */
export function sends(server, query, method = 'GET') {
  const options = { method, redirect: 'manual', headers: { accept: 'text/html' } };
  if (method === 'POST') return fetch(server.authorization_endpoint, { ...options, body: new URLSearchParams(query) });
  return fetch(`${server.authorization_endpoint}?${query}`, options);
}

/** In a few words: a page of the server, an error for the client, or a question to the person. */
export function outcome(server, response, redirectUri = REDIRECT) {
  const location = response.headers.get('location');
  if (!location) return `page ${response.status}`;
  const to = new URL(location, server.issuer);
  if (to.origin === server.issuer) return 'asks the person';
  if (!to.href.startsWith(new URL(redirectUri).href.split(/[?#]/)[0])) return `redirect to ${to.origin}`;
  return answered(to);
}

/** In a few words: what a client was answered. */
export function answered(url) {
  const params = new URLSearchParams(url.hash ? url.hash.slice(1) : url.search);
  return params.get('error') ?? (params.get('code') ? 'code' : 'neither code nor error');
}

/** Posts a form, as a client does. */
export function posts(url, fields, headers = {}) {
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

/** In a few words: the answer to a client. */
export async function told(response) {
  const text = await response.text();
  const challenge = /error="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  const error = challenge ?? (text.startsWith('{') ? JSON.parse(text).error : undefined);
  return error ? `${response.status} ${error}` : String(response.status);
}
