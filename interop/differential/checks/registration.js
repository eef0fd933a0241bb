// Registration and its management: RFC 7591, RFC 7592.

import { asClient } from '../flow.js';
import { registers, registration, request, outcome, sends, told } from '../server.js';

const registered = (metadata) => async (server) => told(await registration(server, metadata));

/** Whether the answer still has what was asked for. */
const kept = (metadata) => async (server) => {
  const response = await registration(server, metadata);
  if (response.status !== 201) return told(response);
  const client = await response.json();
  const is = Object.entries(metadata).every(([name, value]) => JSON.stringify(client[name]) === JSON.stringify(value));
  return `201, ${is ? 'kept' : 'left out'}`;
};

/** What a client may read, change or delete with a token; its own, unless it is another's. */
const managed = (method, { token, metadata, body } = {}) => async (server) => {
  const client = await registers(server, metadata);
  const bearer = token ? await token(server) : client.registration_access_token;
  const options = { method, headers: { authorization: `Bearer ${bearer}` } };
  if (body) {
    options.headers['content-type'] = 'application/json';
    options.body = JSON.stringify(body(client));
  }
  return told(await fetch(client.registration_client_uri, options));
};

const wanted = (client) => {
  const { registration_access_token, registration_client_uri, client_secret_expires_at, client_id_issued_at, ...rest } = client;
  return rest;
};

export default {
  'registering: good': ['201', registered({})],
  'registering: an unknown member': ['201', registered({ cheese: 'brie' })],
  'registering: a client_id of its own': ['another', async (server) =>
    ((await registers(server, { client_id: 'mine' })).client_id === 'mine' ? 'the same' : 'another')],
  'registering: an unknown grant type': ['201, left out', kept({ grant_types: ['authorization_code', 'cheese'] })],
  'registering: client_credentials': ['201, left out', kept({ grant_types: ['authorization_code', 'client_credentials'] })],
  'registering: the implicit grant': ['400 invalid_client_metadata', registered({ grant_types: ['implicit'], response_types: ['id_token'] })],
  'registering: an unknown method of authentication': ['400 invalid_client_metadata', registered({ token_endpoint_auth_method: 'cheese' })],
  'registering: private_key_jwt without keys': ['400 invalid_client_metadata', registered({ token_endpoint_auth_method: 'private_key_jwt' })],
  'registering: private_key_jwt with keys in two places': ['400 invalid_client_metadata', registered({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [] },
    jwks_uri: 'https://client.example/jwks',
  })],
  'registering: keys in two places': ['201, left out', kept({ jwks: { keys: [] }, jwks_uri: 'https://client.example/jwks' })],
  'registering: an ID token without signature': ['201, left out', kept({ id_token_signed_response_alg: 'none' })],
  'registering: an unknown scope': ['201, left out', kept({ scope: 'openid cheese' })],
  'registering: a home page by javascript': ['201, left out', kept({ client_uri: 'javascript:alert(1)' })],
  'registering: a logo by data': ['201, left out', kept({ logo_uri: 'data:image/png;base64,AAAA' })],
  'registering: a name that is a number': ['400 invalid_client_metadata', registered({ client_name: 7 })],
  'registering: no JSON': ['400 invalid_client_metadata', async (server) =>
    told(await fetch(server.registration_endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'cheese' }))],
  'registering: a software statement': ['201, left out', kept({ software_statement: 'eyJhbGciOiJub25lIn0.e30.' })],
  'registration: read': ['200', managed('GET')],
  'registration: read with the token of another client': ['401 invalid_token', managed('GET', { token: async (server) => (await registers(server)).registration_access_token })],
  'registration: read without token': ['401', async (server) => String((await fetch((await registers(server)).registration_client_uri)).status)],
  'registration: changed': ['200', managed('PUT', { body: (client) => ({ ...wanted(client), client_name: 'Another' }) })],
  'registration: changed, with a wrong secret': ['400 invalid_client_metadata', managed('PUT', { body: (client) => ({ ...wanted(client), client_secret: 'wrong' }) })],
  'registration: changed, for another client': ['400 invalid_client_metadata', managed('PUT', { body: (client) => ({ ...wanted(client), client_id: 'another' }) })],
  'registration: deleted': ['204', managed('DELETE')],
  'registration: deleted, then the client': ['401 invalid_client', async (server) => {
    const client = await registers(server);
    await fetch(client.registration_client_uri, { method: 'DELETE', headers: { authorization: `Bearer ${client.registration_access_token}` } });
    return told(await asClient(server.introspection_endpoint, client, { token: 'cheese' }));
  }],
  'registration: deleted, then a request of the client': ['page 400', async (server) => {
    const client = await registers(server);
    await fetch(client.registration_client_uri, { method: 'DELETE', headers: { authorization: `Bearer ${client.registration_access_token}` } });
    return outcome(server, await sends(server, new URLSearchParams(request(client).params)));
  }],
};
