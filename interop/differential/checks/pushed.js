// Pushed authorization requests: RFC 9126.

import { asClient, exchanges } from '../flow.js';
import { answered, authorizationUrl, outcome, posts, REDIRECT, registers, request, sends, stranger, told } from '../server.js';

async function pushes(server, client, changes = {}) {
  const { params, verifier } = request(client, changes);
  const response = await asClient(server.pushed_authorization_request_endpoint, client, params);
  return { response, verifier };
}

const pushed = (changes) => async (server) => told((await pushes(server, await registers(server), changes)).response);

/** What the authorization endpoint says to a request that was pushed well. */
const used = (query) => async (server) => {
  const client = await registers(server);
  const { request_uri: uri } = await (await pushes(server, client)).response.json();
  return outcome(server, await sends(server, new URLSearchParams(await query(client, uri, server))));
};

export default {
  'PAR: good': ['201', pushed({})],
  'PAR: used': ['asks the person', used((client, uri) => ({ client_id: client.client_id, request_uri: uri }))],
  'PAR: used by another client': ['page 400', used(async (_, uri, server) => ({ client_id: (await registers(server)).client_id, request_uri: uri }))],
  'PAR: used without client_id': ['page 400', used((_, uri) => ({ request_uri: uri }))],
  'PAR: used, with another redirect_uri beside it': ['asks the person', used((client, uri) =>
    ({ client_id: client.client_id, request_uri: uri, redirect_uri: 'https://evil.example/' }))],
  'PAR: used to the end': ['200', async (server) => {
    const client = await registers(server);
    const { response, verifier } = await pushes(server, client);
    const url = authorizationUrl(server, { client_id: client.client_id, request_uri: (await response.json()).request_uri });
    const answer = await stranger(server).authorizes(url, REDIRECT);
    const fields = { grant_type: 'authorization_code', code: answer.searchParams.get('code'), redirect_uri: REDIRECT, code_verifier: verifier };
    return exchanges(server, client, fields);
  }],
  'PAR: used again after the end': ['page 400', async (server) => {
    const client = await registers(server);
    const { request_uri: uri } = await (await pushes(server, client)).response.json();
    const params = { client_id: client.client_id, request_uri: uri };
    const person = stranger(server);
    answered(await person.authorizes(authorizationUrl(server, params), REDIRECT));
    return outcome(server, await sends(server, new URLSearchParams(params)));
  }],
  'PAR: nobody': ['401 invalid_client', async (server) => {
    const { params } = request(await registers(server));
    return told(await posts(server.pushed_authorization_request_endpoint, params));
  }],
  'PAR: a redirect_uri of nobody': ['400 invalid_request', pushed({ redirect_uri: 'https://evil.example/' })],
  'PAR: a request_uri': ['400 invalid_request', pushed({ request_uri: 'urn:ietf:params:oauth:request_uri:another' })],
  'PAR: no challenge': ['400 invalid_request', pushed({ code_challenge: undefined, code_challenge_method: undefined })],
  'PAR: an unknown scope': ['201', pushed({ scope: 'openid cheese' })],
  'PAR: an unknown response_type': ['400 unsupported_response_type', pushed({ response_type: 'cheese' })],
  'PAR: a client that must push, and does not': ['invalid_request', async (server) => {
    const client = await registers(server, { require_pushed_authorization_requests: true });
    return outcome(server, await sends(server, new URLSearchParams(request(client).params)));
  }],
  'PAR: GET': ['405', async (server) => String((await fetch(server.pushed_authorization_request_endpoint)).status)],
};
