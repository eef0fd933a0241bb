// Logout at the wish of a client: OpenID Connect RP-Initiated Logout 1.0.

import { hasTokens, sees } from '../flow.js';
import { SIGNED_OUT } from '../server.js';

/** Where a person who signs out ends, and whether the server still knows them. */
const ended = (query) => async (server) => {
  const { client, person, tokens } = await hasTokens(server);
  const other = await hasTokens(server);
  const url = `${server.end_session_endpoint}?${new URLSearchParams(await query(tokens.id_token, client, other))}`;
  let end;
  try {
    const back = await person.endsSession(url, SIGNED_OUT);
    end = back ? `back with ${back.searchParams.get('state') ?? 'no state'}` : 'a page';
  } catch (error) {
    end = /answered (\d+)/.exec(error.message) ? `page ${/answered (\d+)/.exec(error.message)[1]}` : error.message;
  }
  const { end: after } = await sees(server, person, client, { prompt: 'none' });
  return `${end}, ${after === 'login_required' ? 'signed out' : 'signed in'}`;
};

const changed = (token) => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;

export default {
  'end session: all of it': ['back with a state, signed out', ended((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: SIGNED_OUT, state: 'a state' }))],
  'end session: without state': ['back with no state, signed out', ended((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: SIGNED_OUT }))],
  'end session: nothing': ['a page, signed out', ended(() => ({}))],
  'end session: the hint alone': ['a page, signed out', ended((hint) => ({ id_token_hint: hint }))],
  'end session: with a URI that is not registered': ['a page, signed out', ended((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' }))],
  'end session: with a query more': ['a page, signed out', ended((hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${SIGNED_OUT}?more=1` }))],
  'end session: with a hint that was changed': ['a page, signed out', ended((hint) => ({ id_token_hint: changed(hint), post_logout_redirect_uri: SIGNED_OUT }))],
  'end session: with a hint that is no token': ['a page, signed out', ended(() => ({ id_token_hint: 'cheese', post_logout_redirect_uri: SIGNED_OUT }))],
  'end session: without hint, with client_id': ['a page, signed out', ended((_, client) => ({ client_id: client.client_id, post_logout_redirect_uri: SIGNED_OUT }))],
  'end session: with the client_id of another client': ['a page, signed out', ended((hint, _, other) => ({ id_token_hint: hint, client_id: other.client.client_id }))],
  'end session: with the hint of another person': ['a page, signed out', ended((_hint, _client, other) => ({ id_token_hint: other.tokens.id_token, post_logout_redirect_uri: SIGNED_OUT }))],
};
