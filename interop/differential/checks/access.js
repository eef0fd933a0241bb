// What tokens open, and how they end: OpenID Connect Core §5.3, RFC 6750, RFC 7009, RFC 7662.

import { asClient, hasTokens, introspects, refreshes, userinfo } from '../flow.js';
import { posts, registers, told } from '../server.js';

const PUBLIC = { token_endpoint_auth_method: 'none' };

/** What userinfo says to a request with a good token, of a certain scope. */
const asked = (send, scope) => async (server) => {
  const { tokens } = await hasTokens(server, scope ? { changes: { scope } } : {});
  return challenged(await send(server.userinfo_endpoint, tokens.access_token, tokens));
};

/** In a few words: the answer of a protected resource, whose error stands in the challenge. */
function challenged(response) {
  const error = /error="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  return error ? `${response.status} ${error}` : String(response.status);
}

const bearer = (token) => ({ authorization: `Bearer ${token}` });

const claims = (scope) => async (server) => {
  const { tokens } = await hasTokens(server, { changes: { scope } });
  const info = await (await fetch(server.userinfo_endpoint, { headers: bearer(tokens.access_token) })).json();
  return ['sub', 'name', 'email', 'email_verified'].filter((name) => name in info).join(' ');
};

/** What is left after a token was revoked. */
const revoked = (which, look, metadata) => async (server) => {
  const had = await hasTokens(server, { metadata });
  await asClient(server.revocation_endpoint, had.client, { token: had.tokens[which] });
  return look(server, had);
};

export default {
  'userinfo: GET': ['200', asked((url, token) => fetch(url, { headers: bearer(token) }))],
  'userinfo: POST with the token in the header': ['200', asked((url, token) => posts(url, {}, bearer(token)))],
  'userinfo: POST with the token in the form': ['200', asked((url, token) => posts(url, { access_token: token }))],
  'userinfo: the token in both': ['400 invalid_request', asked((url, token) => posts(url, { access_token: token }, bearer(token)))],
  'userinfo: the token in the query': ['401', asked((url, token) => fetch(`${url}?access_token=${token}`))],
  'userinfo: no token': ['401', asked((url) => fetch(url))],
  'userinfo: no token, its challenge': ['Bearer', async (server) =>
    (await fetch(server.userinfo_endpoint)).headers.get('www-authenticate')?.split(' ')[0].replace(',', '') ?? 'none'],
  'userinfo: an unknown token': ['401 invalid_token', asked((url) => fetch(url, { headers: bearer('cheese') }))],
  'userinfo: a refresh token': ['401 invalid_token', asked((url, _, tokens) => fetch(url, { headers: bearer(tokens.refresh_token) }))],
  'userinfo: an ID token': ['401 invalid_token', asked((url, _, tokens) => fetch(url, { headers: bearer(tokens.id_token) }))],
  'userinfo: another scheme': ['401', asked((url, token) => fetch(url, { headers: { authorization: `Basic ${token}` } }))],
  'userinfo: without openid': ['403 insufficient_scope', asked((url, token) => fetch(url, { headers: bearer(token) }), 'profile email')],
  'userinfo: by openid': ['sub', claims('openid')],
  'userinfo: by profile': ['sub name', claims('openid profile')],
  'userinfo: by email': ['sub email email_verified', claims('openid email')],
  'introspection: an access token': ['active', async (server) => {
    const { client, tokens } = await hasTokens(server);
    return introspects(server, client, tokens.access_token);
  }],
  'introspection: a refresh token': ['active', async (server) => {
    const { client, tokens } = await hasTokens(server);
    return introspects(server, client, tokens.refresh_token);
  }],
  'introspection: of another client': ['inactive', async (server) => {
    const { tokens } = await hasTokens(server);
    return introspects(server, await registers(server), tokens.access_token);
  }],
  'introspection: of the refresh token of another client': ['inactive', async (server) => {
    const { tokens } = await hasTokens(server);
    return introspects(server, await registers(server), tokens.refresh_token);
  }],
  'introspection: an unknown token': ['inactive', async (server) => introspects(server, await registers(server), 'cheese')],
  'introspection: of what does not work, the members': ['active', async (server) => {
    const response = await asClient(server.introspection_endpoint, await registers(server), { token: 'cheese' });
    return Object.keys(await response.json()).join(' ');
  }],
  'introspection: no token': ['400 invalid_request', async (server) =>
    told(await asClient(server.introspection_endpoint, await registers(server), {}))],
  'revocation: an unknown token': ['200', async (server) => told(await asClient(server.revocation_endpoint, await registers(server), { token: 'cheese' }))],
  'revocation: no token': ['400 invalid_request', async (server) => told(await asClient(server.revocation_endpoint, await registers(server), {}))],
  'revocation: a wrong hint': ['401 invalid_token', async (server) => {
    const { client, tokens } = await hasTokens(server);
    await asClient(server.revocation_endpoint, client, { token: tokens.access_token, token_type_hint: 'refresh_token' });
    return userinfo(server, tokens.access_token);
  }],
  'revocation: an access token': ['401 invalid_token', revoked('access_token', (server, { tokens }) => userinfo(server, tokens.access_token))],
  'revocation: an access token of a public client': ['401 invalid_token', revoked('access_token', (server, { tokens }) => userinfo(server, tokens.access_token), PUBLIC)],
  'revocation: an access token, then the refresh token': ['200', revoked('access_token', (server, { client, tokens }) => refreshes(server, client, tokens.refresh_token))],
  'revocation: a refresh token': ['400 invalid_grant', revoked('refresh_token', (server, { client, tokens }) => refreshes(server, client, tokens.refresh_token))],
  'revocation: a refresh token, then the access token': ['401 invalid_token', revoked('refresh_token', (server, { tokens }) => userinfo(server, tokens.access_token))],
  'revocation: of another client': ['200', async (server) => {
    const { tokens } = await hasTokens(server);
    return told(await asClient(server.revocation_endpoint, await registers(server), { token: tokens.access_token }));
  }],
  'revocation: of another client, then the token': ['200', async (server) => {
    const { tokens } = await hasTokens(server);
    await asClient(server.revocation_endpoint, await registers(server), { token: tokens.access_token });
    return userinfo(server, tokens.access_token);
  }],
};
