// Refresh tokens: RFC 6749 §6, RFC 9700 §4.14.

import { asClient, exchanges, hasTokens, refreshes, userinfo } from '../flow.js';
import { registers, told } from '../server.js';

const PUBLIC = { token_endpoint_auth_method: 'none' };

const refreshed = (more, method) => async (server) => {
  const { client, tokens } = await hasTokens(server);
  return refreshes(server, client, tokens.refresh_token, more, method);
};

async function renews(server, client, token) {
  const response = await asClient(server.token_endpoint, client, { grant_type: 'refresh_token', refresh_token: token });
  return response.json();
}

/** What is left when a token comes again: the last one, or the one before it. */
const reused = (which, metadata, look) => async (server) => {
  const { client, tokens } = await hasTokens(server, { metadata });
  const used = [tokens];
  while (used.length <= which) used.push(await renews(server, client, used.at(-1).refresh_token));
  const answer = await refreshes(server, client, tokens.refresh_token);
  return look ? look(server, client, used.at(-1), tokens) : answer;
};

export default {
  'refresh: good': ['200', refreshed({})],
  'refresh: good, of a public client': ['200', async (server) => {
    const { client, tokens } = await hasTokens(server, { metadata: PUBLIC });
    return refreshes(server, client, tokens.refresh_token);
  }],
  'refresh: the next token': ['another', async (server) => {
    const { client, tokens } = await hasTokens(server);
    const next = await renews(server, client, tokens.refresh_token);
    return next.refresh_token === tokens.refresh_token ? 'the same' : next.refresh_token ? 'another' : 'none';
  }],
  'refresh: an ID token': ['present', async (server) => {
    const { client, tokens } = await hasTokens(server);
    return (await renews(server, client, tokens.refresh_token)).id_token ? 'present' : 'absent';
  }],
  'refresh: then the old access token': ['200', async (server) => {
    const { client, tokens } = await hasTokens(server);
    await renews(server, client, tokens.refresh_token);
    return userinfo(server, tokens.access_token);
  }],
  'reuse: the last token, at once': ['200', reused(1, {})],
  'reuse: the last token, at once, what comes': ['the newest token', async (server) => {
    const { client, tokens } = await hasTokens(server);
    const next = await renews(server, client, tokens.refresh_token);
    const again = await renews(server, client, tokens.refresh_token);
    return again.refresh_token === next.refresh_token ? 'the newest token' : again.refresh_token ? 'one more' : 'none';
  }],
  'reuse: the token before the last': ['400 invalid_grant', reused(2, {})],
  'reuse: the token before the last, then the newest': ['400 invalid_grant', reused(2, {}, (server, client, next) => refreshes(server, client, next.refresh_token))],
  'reuse: the token before the last, then the newest access token': ['401 invalid_token', reused(2, {}, (server, _, next) => userinfo(server, next.access_token))],
  'reuse: the token before the last, then the first access token': ['401 invalid_token', reused(2, {}, (server, _, next, first) => userinfo(server, first.access_token))],
  'reuse: the token before the last of a public client, then the newest': ['400 invalid_grant', reused(2, PUBLIC, (server, client, next) => refreshes(server, client, next.refresh_token))],
  'refresh: with less scope': ['200', refreshed({ scope: 'openid' })],
  'refresh: with more scope': ['200', async (server) => {
    const { client, tokens } = await hasTokens(server, { changes: { scope: 'openid offline_access' } });
    return refreshes(server, client, tokens.refresh_token, { scope: 'openid email' });
  }],
  'refresh: with more scope, what comes': ['openid', async (server) => {
    const { client, tokens } = await hasTokens(server, { changes: { scope: 'openid offline_access' } });
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, scope: 'openid email' };
    const response = await asClient(server.token_endpoint, client, fields);
    return response.ok ? (await response.json()).scope : told(response);
  }],
  'refresh: of another client': ['400 invalid_grant', async (server) => {
    const { tokens } = await hasTokens(server);
    return refreshes(server, await registers(server), tokens.refresh_token);
  }],
  'refresh: of another client, then of its own': ['200', async (server) => {
    const { client, tokens } = await hasTokens(server);
    await refreshes(server, await registers(server), tokens.refresh_token);
    return refreshes(server, client, tokens.refresh_token);
  }],
  'refresh: of a client that does not prove itself': ['401 invalid_client', refreshed({}, 'none')],
  'refresh: by an access token': ['400 invalid_grant', async (server) => {
    const { client, tokens } = await hasTokens(server);
    return refreshes(server, client, tokens.access_token);
  }],
  'refresh: unknown': ['400 invalid_grant', refreshed({ refresh_token: 'cheese' })],
  'refresh: missing': ['400 invalid_request', async (server) => exchanges(server, await registers(server), { grant_type: 'refresh_token' })],
  'refresh: a resource that was not granted': ['400 invalid_target', refreshed({ resource: 'https://elsewhere.example/' })],
};
