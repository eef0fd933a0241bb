// A code and its tokens: RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core §3.1.3.

import { createPublicKey, verify } from 'node:crypto';

import { asClient, exchanges, hasCode, hasTokens, introspects, part, refreshes, userinfo } from '../flow.js';
import { posts, REDIRECT, registers, told } from '../server.js';

const PUBLIC = { token_endpoint_auth_method: 'none' };

/** What the token endpoint says to a good code with changed fields, of which `undefined` takes one away. */
const exchanged = (changes, metadata) => async (server) => {
  const { client, fields } = await hasCode(server, { metadata });
  const sent = { ...fields, ...changes };
  for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
  return exchanges(server, client, sent);
};

/** The same, and what it says to the good code afterwards. */
const thenRight = (changes) => async (server) => {
  const { client, fields } = await hasCode(server);
  await exchanges(server, client, { ...fields, ...changes });
  return exchanges(server, client, fields);
};

/** What is left of the first tokens when the code comes a second time. */
const replayed = (look) => async (server) => {
  const { client, fields, tokens } = await hasTokens(server);
  await exchanges(server, client, fields);
  return look(server, client, tokens);
};

const claim = (name, metadata) => async (server) => {
  const { claims } = await hasTokens(server, { metadata });
  return String(claims[name] ?? 'absent');
};

export default {
  'code: good': ['200', exchanged({})],
  'code: good, of a public client': ['200', exchanged({}, PUBLIC)],
  'code: a second time': ['400 invalid_grant', async (server) => {
    const { client, fields } = await hasTokens(server);
    return exchanges(server, client, fields);
  }],
  'code: a second time, then the access token': ['401 invalid_token', replayed((server, _, tokens) => userinfo(server, tokens.access_token))],
  'code: a second time, then the refresh token': ['400 invalid_grant', replayed((server, client, tokens) => refreshes(server, client, tokens.refresh_token))],
  'code: a second time, then introspection': ['inactive', replayed((server, client, tokens) => introspects(server, client, tokens.access_token))],
  'code: a second time with a wrong verifier, then the access token': ['200', async (server) => {
    const { client, fields, tokens } = await hasTokens(server);
    await exchanges(server, client, { ...fields, code_verifier: 'a'.repeat(43) });
    return userinfo(server, tokens.access_token);
  }],
  'code: unknown': ['400 invalid_grant', exchanged({ code: 'cheese' })],
  'code: missing': ['400 invalid_request', exchanged({ code: undefined })],
  'code: with a wrong verifier': ['400 invalid_grant', exchanged({ code_verifier: 'a'.repeat(43) })],
  'code: with a wrong verifier, then with the right one': ['200', thenRight({ code_verifier: 'a'.repeat(43) })],
  'code: without verifier': ['400 invalid_grant', exchanged({ code_verifier: undefined })],
  'code: with a verifier that is too short': ['400 invalid_grant', exchanged({ code_verifier: 'short' })],
  'code: with a verifier that is too long': ['400 invalid_grant', exchanged({ code_verifier: 'a'.repeat(129) })],
  'code: with another redirect_uri': ['400 invalid_grant', exchanged({ redirect_uri: `${REDIRECT}/2` })],
  'code: without redirect_uri': ['400 invalid_grant', exchanged({ redirect_uri: undefined })],
  'code: with a scope': ['200', exchanged({ scope: 'openid' })],
  'code: of another client': ['400 invalid_grant', async (server) => {
    const { fields } = await hasCode(server);
    return exchanges(server, await registers(server), fields);
  }],
  'code: of another client, then of its own': ['200', async (server) => {
    const { client, fields } = await hasCode(server);
    await exchanges(server, await registers(server), fields);
    return exchanges(server, client, fields);
  }],
  'code: of a client that does not prove itself': ['401 invalid_client', async (server) => {
    const { client, fields } = await hasCode(server);
    return exchanges(server, client, fields, 'none');
  }],
  'code: twice in the request': ['400 invalid_request', async (server) => {
    const { client, fields } = await hasCode(server);
    return exchanges(server, client, [...Object.entries(fields), ['code', fields.code]]);
  }],
  'code: after the person has signed out': ['400 invalid_grant', async (server) => {
    const { client, fields, person } = await hasCode(server);
    await person.endsSession(server.end_session_endpoint);
    return exchanges(server, client, fields);
  }],
  'tokens: after the person has signed out, userinfo': ['200', async (server) => {
    const { person, tokens } = await hasTokens(server);
    await person.endsSession(server.end_session_endpoint);
    return userinfo(server, tokens.access_token);
  }],
  'tokens: after the person has signed out, refresh': ['200', async (server) => {
    const { client, person, tokens } = await hasTokens(server);
    await person.endsSession(server.end_session_endpoint);
    return refreshes(server, client, tokens.refresh_token);
  }],
  'tokens: after the person has signed out, refresh without offline access': ['200', async (server) => {
    const { client, person, tokens } = await hasTokens(server, { changes: { scope: 'openid' } });
    if (!tokens.refresh_token) return 'no refresh token';
    await person.endsSession(server.end_session_endpoint);
    return refreshes(server, client, tokens.refresh_token);
  }],
  'grant_type: missing': ['400 invalid_request', exchanged({ grant_type: undefined })],
  'grant_type: unknown': ['400 unsupported_grant_type', exchanged({ grant_type: 'cheese' })],
  'grant_type: password': ['400 unsupported_grant_type', exchanged({ grant_type: 'password', username: 'a', password: 'b' })],
  'grant_type: client_credentials, of a client of people': ['400 unauthorized_client', exchanged({ grant_type: 'client_credentials' })],
  'token endpoint: JSON': ['400 invalid_request', async (server) => {
    const { client, fields } = await hasCode(server, { metadata: PUBLIC });
    const body = JSON.stringify({ ...fields, client_id: client.client_id });
    return told(await fetch(server.token_endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
  }],
  'token endpoint: GET': ['405', async (server) => String((await fetch(server.token_endpoint)).status)],
  'token endpoint: caches': ['no-store', async (server) => {
    const { client, fields } = await hasCode(server);
    return (await asClient(server.token_endpoint, client, fields)).headers.get('cache-control');
  }],
  'token endpoint: caches of a refusal': ['no-store', async (server) =>
    (await posts(server.token_endpoint, { grant_type: 'authorization_code' })).headers.get('cache-control')],
  'scope: offline_access without consent in the prompt': ['a refresh token', async (server) => {
    const { tokens } = await hasTokens(server, { changes: { prompt: undefined } });
    return tokens.refresh_token ? 'a refresh token' : 'none';
  }],
  'scope: without offline_access': ['a refresh token', async (server) => {
    const { tokens } = await hasTokens(server, { changes: { scope: 'openid' } });
    return tokens.refresh_token ? 'a refresh token' : 'none';
  }],
  'scope: without openid': ['no ID token', async (server) => {
    const { tokens } = await hasTokens(server, { changes: { scope: 'profile email' } });
    return tokens.id_token ? 'an ID token' : 'no ID token';
  }],
  'ID token: signed by a key of the set': ['true', async (server) => {
    const { tokens } = await hasTokens(server, { metadata: { id_token_signed_response_alg: 'RS256' } });
    const { kid } = part(tokens.id_token, 0);
    const { keys } = await (await fetch(server.jwks_uri)).json();
    const jwk = keys.find((one) => one.kid === kid);
    const [head, body, signature] = tokens.id_token.split('.');
    return String(verify('sha256', Buffer.from(`${head}.${body}`), createPublicKey({ key: jwk, format: 'jwk' }), Buffer.from(signature, 'base64url')));
  }],
  'ID token: its algorithm where nothing is registered': ['ES256', async (server) => part((await hasTokens(server)).tokens.id_token, 0).alg],
  'ID token: nonce': ['a nonce', claim('nonce')],
  'ID token: nonce that was not sent': ['absent', async (server) => String((await hasTokens(server, { changes: { nonce: undefined } })).claims.nonce ?? 'absent')],
  'ID token: azp': ['present', async (server) => ((await hasTokens(server)).claims.azp ? 'present' : 'absent')],
  'ID token: at_hash': ['present', async (server) => ((await hasTokens(server)).claims.at_hash ? 'present' : 'absent')],
  'ID token: auth_time': ['present', async (server) => ((await hasTokens(server)).claims.auth_time ? 'present' : 'absent')],
  'ID token: auth_time, with max_age': ['present', async (server) =>
    ((await hasTokens(server, { changes: { max_age: '10000' } })).claims.auth_time ? 'present' : 'absent')],
  'ID token: email, by its scope': ['absent', async (server) => ((await hasTokens(server)).claims.email ? 'present' : 'absent')],
  'ID token: email, by claims': ['present', async (server) =>
    ((await hasTokens(server, { changes: { claims: '{"id_token":{"email":null}}' } })).claims.email ? 'present' : 'absent')],
};
