// The ways from a client and a person to a code, and from there to tokens.

import { answered, authorizationUrl, posts, REDIRECT, registers, request, stranger, told } from './server.js';

/** What a client proves itself with: headers and form fields. */
export function proves(client, method = client.token_endpoint_auth_method) {
  const { client_id: id, client_secret: secret } = client;
  if (method === 'client_secret_basic') {
    const pair = [id, secret].map((part) => encodeURIComponent(part)).join(':');
    return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} };
  }
  if (method === 'client_secret_post') return { headers: {}, fields: { client_id: id, client_secret: secret } };
  return { headers: {}, fields: { client_id: id } };
}

/** Posts to an endpoint as a client that proves itself, by its method or another. */
export function asClient(url, client, fields, method) {
  const proof = proves(client, method);
  return posts(url, { ...proof.fields, ...fields }, proof.headers);
}

/** Somebody signs in and allows; the client has a code. */
export async function hasCode(server, { metadata, client, person, changes } = {}) {
  const asking = client ?? (await registers(server, metadata));
  const somebody = person ?? stranger(server);
  // OpenID Connect Core §11: without consent there is no offline access.
  const { params, verifier } = request(asking, { prompt: 'consent', ...changes });
  const answer = await somebody.authorizes(authorizationUrl(server, params), params.redirect_uri);
  if (!answer.searchParams.has('code')) throw new Error(`there is no code: ${answered(answer)}`);
  const fields = { grant_type: 'authorization_code', code: answer.searchParams.get('code'), redirect_uri: params.redirect_uri, code_verifier: verifier };
  return { client: asking, person: somebody, params, answer, fields };
}

/** The same, and the client has exchanged it. */
export async function hasTokens(server, options) {
  const had = await hasCode(server, options);
  const response = await asClient(server.token_endpoint, had.client, had.fields);
  const tokens = await response.json();
  if (response.status !== 200) throw new Error(`the token endpoint answered ${response.status}: ${JSON.stringify(tokens)}`);
  return { ...had, tokens, claims: tokens.id_token && part(tokens.id_token, 1) };
}

/** What an authorization request of somebody comes to, and which pages they saw. */
export async function sees(server, person, client, changes) {
  person.seen = [];
  const { params } = request(client, changes);
  let end;
  try {
    end = answered(await person.authorizes(authorizationUrl(server, params), REDIRECT));
  } catch (error) {
    end = error.message;
  }
  return { end, pages: person.seen.length };
}

/** In a few words: what the token endpoint says to a client. */
export async function exchanges(server, client, fields, method) {
  return told(await asClient(server.token_endpoint, client, fields, method));
}

/** In a few words: what the token endpoint says to a refresh token. */
export function refreshes(server, client, token, more = {}, method = undefined) {
  return exchanges(server, client, { grant_type: 'refresh_token', refresh_token: token, ...more }, method);
}

/** In a few words: what userinfo says to an access token. */
export async function userinfo(server, token) {
  return told(await fetch(server.userinfo_endpoint, { headers: { authorization: `Bearer ${token}` } }));
}

/** What introspection says of a token. */
export async function introspects(server, client, token) {
  const response = await asClient(server.introspection_endpoint, client, { token });
  return response.ok ? ((await response.json()).active ? 'active' : 'inactive') : told(response);
}

/** A part of a JWT. */
export function part(token, index) {
  return JSON.parse(Buffer.from(token.split('.')[index], 'base64url'));
}
