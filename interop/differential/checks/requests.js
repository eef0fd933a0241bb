// What an authorization request may say: RFC 6749 §4.1.1, RFC 7636 §4.4.1, RFC 9207, OpenID Connect Core §3.1.2.

import { asks, outcome, registers, request, sends } from '../server.js';

const asked = (changes, method) => async (server) => asks(server, await registers(server), changes, method);

const twice = (name, value) => async (server) => {
  const query = new URLSearchParams(request(await registers(server)).params);
  query.append(name, value);
  return outcome(server, await sends(server, query));
};

/** What stands in the error that the client is told. */
const inError = (name) => async (server) => {
  const { params } = request(await registers(server), { prompt: 'none' });
  const response = await sends(server, new URLSearchParams(params));
  return new URL(response.headers.get('location')).searchParams.get(name)?.replace(server.issuer, 'the issuer') ?? 'nothing';
};

export default {
  'client_id: unknown': ['page 400', asked({ client_id: 'nobody' })],
  'client_id: missing': ['page 400', asked({ client_id: undefined })],
  'client_id: twice': ['page 400', twice('client_id', 'another')],
  'response_type: missing': ['invalid_request', asked({ response_type: undefined })],
  'response_type: token': ['unsupported_response_type', asked({ response_type: 'token' })],
  'response_type: code id_token': ['unsupported_response_type', asked({ response_type: 'code id_token' })],
  'response_type: unknown': ['unsupported_response_type', asked({ response_type: 'cheese' })],
  'response_mode: query': ['asks the person', asked({ response_mode: 'query' })],
  'response_mode: fragment': ['invalid_request', asked({ response_mode: 'fragment' })],
  'response_mode: unknown': ['invalid_request', asked({ response_mode: 'cheese' })],
  'PKCE: no challenge': ['invalid_request', asked({ code_challenge: undefined, code_challenge_method: undefined })],
  'PKCE: a method without a challenge': ['invalid_request', asked({ code_challenge: undefined })],
  'PKCE: no method': ['invalid_request', asked({ code_challenge_method: undefined })],
  'PKCE: plain': ['invalid_request', asked({ code_challenge_method: 'plain' })],
  'PKCE: s256 in small letters': ['invalid_request', asked({ code_challenge_method: 's256' })],
  'PKCE: a short challenge': ['invalid_request', asked({ code_challenge: 'short' })],
  'PKCE: a padded challenge': ['invalid_request', asked({ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=' })],
  'PKCE: a challenge of a hundred characters': ['invalid_request', asked({ code_challenge: 'a'.repeat(100) })],
  'scope: unknown': ['asks the person', asked({ scope: 'openid cheese' })],
  'scope: missing': ['asks the person', asked({ scope: undefined })],
  'scope: in another order': ['asks the person', asked({ scope: 'email offline_access profile openid' })],
  'scope: twice the same': ['asks the person', asked({ scope: 'openid openid' })],
  'state: missing': ['asks the person', asked({ state: undefined })],
  'state: twice': ['page 400', twice('state', 'another')],
  'nonce: missing': ['asks the person', asked({ nonce: undefined })],
  'nonce: without openid': ['asks the person', asked({ scope: 'profile', nonce: 'a nonce' })],
  'prompt: none, with nobody signed in': ['login_required', asked({ prompt: 'none' })],
  'prompt: none and login': ['invalid_request', asked({ prompt: 'none login' })],
  'prompt: unknown': ['asks the person', asked({ prompt: 'cheese' })],
  'max_age: not a number': ['invalid_request', asked({ max_age: 'cheese' })],
  'max_age: negative': ['invalid_request', asked({ max_age: '-1' })],
  'request: a request object': ['request_not_supported', asked({ request: 'eyJhbGciOiJub25lIn0.e30.' })],
  'request_uri: of a client': ['request_uri_not_supported', asked({ request_uri: 'https://client.example/request' })],
  'request_uri: unknown': ['page 400', asked({ request_uri: 'urn:ietf:params:oauth:request_uri:unknown' })],
  'registration: in the request': ['registration_not_supported', asked({ registration: '{}' })],
  'id_token_hint: no token': ['asks the person', asked({ id_token_hint: 'cheese' })],
  'claims: no JSON': ['invalid_request', asked({ claims: 'cheese' })],
  'claims: a claim of the ID token': ['asks the person', asked({ claims: '{"id_token":{"auth_time":{"essential":true}}}' })],
  'acr_values: unknown': ['asks the person', asked({ acr_values: 'cheese' })],
  'login_hint: an address': ['asks the person', asked({ login_hint: 'alice@example.com' })],
  'display: popup': ['asks the person', asked({ display: 'popup' })],
  'ui_locales: a language': ['asks the person', asked({ ui_locales: 'de' })],
  'claims_locales: a language': ['asks the person', asked({ claims_locales: 'de' })],
  'parameter: unknown': ['asks the person', asked({ cheese: 'brie' })],
  'parameter: unknown, twice': ['page 400', async (server) => {
    const query = new URLSearchParams(request(await registers(server), { cheese: 'brie' }).params);
    query.append('cheese', 'feta');
    return outcome(server, await sends(server, query));
  }],
  'POST: a good request': ['asks the person', asked({}, 'POST')],
  'POST: without response_type': ['invalid_request', asked({ response_type: undefined }, 'POST')],
  'PUT: a good request': ['page 405', async (server) => `page ${(await fetch(server.authorization_endpoint, { method: 'PUT' })).status}`],
  'an error: its issuer': ['the issuer', inError('iss')],
  'an error: its state': ['a state', inError('state')],
  'resource: one that is not served': ['invalid_target', asked({ resource: 'https://elsewhere.example/' })],
  'resource: no URI': ['invalid_target', asked({ resource: 'cheese' })],
};
