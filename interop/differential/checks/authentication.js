// Client authentication: RFC 6749 §2.3 and §5.2, RFC 7591 §2.

import { asClient, hasCode } from '../flow.js';
import { posts, told } from '../server.js';

const BASIC = { token_endpoint_auth_method: 'client_secret_basic' };
const POST = { token_endpoint_auth_method: 'client_secret_post' };
const PUBLIC = { token_endpoint_auth_method: 'none' };

const basic = (id, secret) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });

/** What the token endpoint says to a good code, and these headers and fields. */
const proven = (metadata, proof) => async (server) => {
  const { client, fields } = await hasCode(server, { metadata });
  const { headers = {}, more = {} } = proof(client.client_id, client.client_secret);
  return told(await posts(server.token_endpoint, { ...fields, ...more }, headers));
};

export default {
  'basic: right': ['200', proven(BASIC, (id, secret) => ({ headers: basic(id, secret) }))],
  'basic: right, and the client_id in the form': ['200', proven(BASIC, (id, secret) => ({ headers: basic(id, secret), more: { client_id: id } }))],
  'basic: right, and another client_id in the form': ['400 invalid_request', proven(BASIC, (id, secret) => ({ headers: basic(id, secret), more: { client_id: 'another' } }))],
  'basic: a wrong secret': ['401 invalid_client', proven(BASIC, (id) => ({ headers: basic(id, 'wrong') }))],
  'basic: no secret': ['401 invalid_client', proven(BASIC, (id) => ({ headers: basic(id, '') }))],
  'basic: no colon': ['401 invalid_client', proven(BASIC, (id) => ({ headers: { authorization: `Basic ${Buffer.from(id).toString('base64')}` } }))],
  'basic: no base64': ['401 invalid_client', proven(BASIC, () => ({ headers: { authorization: 'Basic %%%' } }))],
  'basic: an unknown client': ['401 invalid_client', proven(BASIC, () => ({ headers: basic('nobody', 'secret') }))],
  'basic: and the secret in the form': ['400 invalid_request', proven(BASIC, (id, secret) => ({ headers: basic(id, secret), more: { client_id: id, client_secret: secret } }))],
  'basic: the secret in the form instead': ['401 invalid_client', proven(BASIC, (id, secret) => ({ more: { client_id: id, client_secret: secret } }))],
  'basic: only the client_id': ['401 invalid_client', proven(BASIC, (id) => ({ more: { client_id: id } }))],
  'basic: a challenge where it fails': ['Basic', async (server) => {
    const { client, fields } = await hasCode(server, { metadata: BASIC });
    const response = await posts(server.token_endpoint, fields, basic(client.client_id, 'wrong'));
    return response.headers.get('www-authenticate')?.split(' ')[0] ?? 'none';
  }],
  'form: right': ['200', proven(POST, (id, secret) => ({ more: { client_id: id, client_secret: secret } }))],
  'form: a wrong secret': ['401 invalid_client', proven(POST, (id) => ({ more: { client_id: id, client_secret: 'wrong' } }))],
  'form: an empty secret': ['401 invalid_client', proven(POST, (id) => ({ more: { client_id: id, client_secret: '' } }))],
  'form: basic instead': ['401 invalid_client', proven(POST, (id, secret) => ({ headers: basic(id, secret) }))],
  'form: a secret without client_id': ['401 invalid_client', proven(POST, (id, secret) => ({ more: { client_secret: secret } }))],
  'public: right': ['200', proven(PUBLIC, (id) => ({ more: { client_id: id } }))],
  'public: with a secret': ['401 invalid_client', proven(PUBLIC, (id) => ({ more: { client_id: id, client_secret: 'a secret' } }))],
  'public: by basic without secret': ['401 invalid_client', proven(PUBLIC, (id) => ({ headers: basic(id, '') }))],
  'public: unknown': ['401 invalid_client', proven(PUBLIC, () => ({ more: { client_id: 'nobody' } }))],
  'nobody: no client at all': ['401 invalid_client', proven(PUBLIC, () => ({}))],
  'basic: an assertion instead': ['401 invalid_client', proven(BASIC, (id) => ({
    more: { client_id: id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'eyJhbGciOiJub25lIn0.e30.' },
  }))],
  'basic: an assertion of an unknown type instead': ['401 invalid_client', proven(BASIC, (id) => ({ more: { client_id: id, client_assertion_type: 'cheese', client_assertion: 'brie' } }))],
  'introspection: nobody': ['401 invalid_client', async (server) => told(await posts(server.introspection_endpoint, { token: 'cheese' }))],
  'introspection: a public client': ['401 invalid_client', async (server) => {
    const { client } = await hasCode(server, { metadata: PUBLIC });
    return told(await asClient(server.introspection_endpoint, client, { token: 'cheese' }));
  }],
  'revocation: nobody': ['401 invalid_client', async (server) => told(await posts(server.revocation_endpoint, { token: 'cheese' }))],
};
