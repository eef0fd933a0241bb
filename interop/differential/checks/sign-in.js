// Who is asked what: OpenID Connect Core §3.1.2.1 and §3.1.2.3.

import { setTimeout as passes } from 'node:timers/promises';

import { hasCode, hasTokens, part, sees } from '../flow.js';
import { authorizationUrl, registers, request, REDIRECT, stranger } from '../server.js';

/** Somebody who is signed in, and has allowed this client what it asks for. */
async function known(server, metadata) {
  const { client, person, claims, tokens } = await hasTokens(server, { metadata });
  return { client, person, claims, tokens };
}

/** In a few words: how it ended, and after how many pages. */
const saw = ({ end, pages }) => `${end} after ${pages === 1 ? 'a page' : pages === 0 ? 'no page' : `${pages} pages`}`;

const asked = (changes, metadata) => async (server) => {
  const { client, person } = await known(server, metadata);
  return saw(await sees(server, person, client, changes));
};

/** Whether `auth_time` moves on between two sign-ins a second apart. */
const again = (changes) => async (server) => {
  const { client, person, claims } = await hasTokens(server, { changes: { max_age: '10000' } });
  await passes(1100);
  const next = await hasTokens(server, { client, person, changes: { prompt: undefined, max_age: '10000', ...changes } });
  return next.claims.auth_time > claims.auth_time ? 'a later auth_time' : 'the same auth_time';
};

export default {
  'signed in: without prompt': ['code after no page', asked({})],
  'signed in: prompt=none': ['code after no page', asked({ prompt: 'none' })],
  'signed in: prompt=consent': ['code after a page', asked({ prompt: 'consent' })],
  'signed in: prompt=login': ['code after a page', asked({ prompt: 'login' })],
  'signed in: prompt=login consent': ['code after 2 pages', asked({ prompt: 'login consent' })],
  'signed in: prompt=select_account': ['code after a page', asked({ prompt: 'select_account' })],
  'signed in: max_age=0': ['code after a page', asked({ max_age: '0' })],
  'signed in: max_age=10000': ['code after no page', asked({ max_age: '10000' })],
  'signed in: prompt=none without consent': ['consent_required after no page', async (server) => {
    const { person } = await known(server);
    return saw(await sees(server, person, await registers(server), { prompt: 'none' }));
  }],
  'signed in: prompt=none and a scope more': ['consent_required after no page', async (server) => {
    const { client, person } = await hasTokens(server, { changes: { scope: 'openid' } });
    return saw(await sees(server, person, client, { prompt: 'none', scope: 'openid email' }));
  }],
  'signed in: prompt=none, long after max_age': ['login_required after no page', async (server) => {
    const { client, person } = await known(server);
    await passes(2100);
    return saw(await sees(server, person, client, { prompt: 'none', max_age: '1' }));
  }],
  'signed in: id_token_hint of this person, prompt=none': ['code after no page', async (server) => {
    const { client, person, tokens } = await known(server);
    return saw(await sees(server, person, client, { prompt: 'none', id_token_hint: tokens.id_token }));
  }],
  'signed in: id_token_hint of another person, prompt=none': ['login_required after no page', async (server) => {
    const { client, person } = await known(server);
    const { tokens } = await hasTokens(server, { client });
    return saw(await sees(server, person, client, { prompt: 'none', id_token_hint: tokens.id_token }));
  }],
  'signed in: id_token_hint that was changed, prompt=none': ['login_required after no page', async (server) => {
    const { client, person, tokens } = await known(server);
    const [head, , signature] = tokens.id_token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...part(tokens.id_token, 1), sub: 'another' })).toString('base64url');
    return saw(await sees(server, person, client, { prompt: 'none', id_token_hint: [head, claims, signature].join('.') }));
  }],
  'auth_time: after prompt=login': ['a later auth_time', again({ prompt: 'login' })],
  'auth_time: after max_age=1': ['a later auth_time', async (server) => {
    const { client, person, claims } = await hasTokens(server, { changes: { max_age: '10000' } });
    await passes(2100);
    const next = await hasTokens(server, { client, person, changes: { prompt: undefined, max_age: '1' } });
    return next.claims.auth_time > claims.auth_time ? 'a later auth_time' : 'the same auth_time';
  }],
  'auth_time: after max_age=10000': ['the same auth_time', again({})],
  'the answer: its issuer': ['the issuer', async (server) => {
    const { answer } = await hasCode(server);
    return answer.searchParams.get('iss') === server.issuer ? 'the issuer' : 'nothing';
  }],
  'the answer: its state': ['a state', async (server) => (await hasCode(server)).answer.searchParams.get('state')],
  'the answer: by a form': ['code, iss and state', async (server) => {
    const person = stranger(server);
    const { params } = request(await registers(server), { response_mode: 'form_post' });
    const posted = await person.authorizesByForm(authorizationUrl(server, params), REDIRECT);
    const fields = [...new URLSearchParams(await posted.text()).keys()].sort();
    return `${fields.slice(0, -1).join(', ')} and ${fields.at(-1)}`;
  }],
};
