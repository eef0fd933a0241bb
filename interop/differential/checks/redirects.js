// Where answers go: RFC 6749 §3.1.2, RFC 8252 §7.3, RFC 9700 §2.1.

import { asks, registers, registration, request, REDIRECT, outcome, sends, told } from '../server.js';

const LOOPBACK = 'http://127.0.0.1/callback';

const asked = (redirect, metadata) => async (server) => asks(server, await registers(server, metadata), { redirect_uri: redirect });
const registered = (metadata) => async (server) => told(await registration(server, metadata));
const native = (uri) => ({ redirect_uris: [uri], application_type: 'native' });

export default {
  'redirect_uri: as registered': ['asks the person', asked(REDIRECT)],
  'redirect_uri: of nobody': ['page 400', asked('https://evil.example/callback')],
  'redirect_uri: with a slash more': ['page 400', asked(`${REDIRECT}/`)],
  'redirect_uri: with a path more': ['page 400', asked(`${REDIRECT}/more`)],
  'redirect_uri: with another case in the path': ['page 400', asked('https://client.example/Callback')],
  'redirect_uri: with another case in the host': ['page 400', asked('https://Client.example/callback')],
  'redirect_uri: with the standard port': ['page 400', asked('https://client.example:443/callback')],
  'redirect_uri: with another port': ['page 400', asked('https://client.example:8443/callback')],
  'redirect_uri: with a query more': ['page 400', asked(`${REDIRECT}?more=1`)],
  'redirect_uri: with a fragment': ['page 400', asked(`${REDIRECT}#fragment`)],
  'redirect_uri: by http': ['page 400', asked('http://client.example/callback')],
  'redirect_uri: the host as a user name': ['page 400', asked('https://client.example@evil.example/callback')],
  'redirect_uri: with a user name': ['page 400', asked('https://user@client.example/callback')],
  'redirect_uri: up and down the path': ['page 400', asked('https://client.example/other/../callback')],
  'redirect_uri: with an encoded letter': ['page 400', asked('https://client.example/%63allback')],
  'redirect_uri: a subdomain': ['page 400', asked('https://evil.client.example/callback')],
  'redirect_uri: empty': ['page 400', asked('')],
  'redirect_uri: missing, with OpenID, of a client with one': ['page 400', asked(undefined)],
  'redirect_uri: missing, without OpenID, of a client with one': ['asks the person', async (server) =>
    asks(server, await registers(server), { redirect_uri: undefined, scope: 'offline_access' })],
  'redirect_uri: missing, of a client with two': ['page 400', asked(undefined, { redirect_uris: [REDIRECT, `${REDIRECT}/2`] })],
  'redirect_uri: twice': ['page 400', async (server) => {
    const { params } = request(await registers(server));
    const query = new URLSearchParams(params);
    query.append('redirect_uri', 'https://evil.example/');
    return outcome(server, await sends(server, query));
  }],
  'redirect_uri: with its registered query': ['asks the person', asked(`${REDIRECT}?a=1`, { redirect_uris: [`${REDIRECT}?a=1`] })],
  'redirect_uri: without its registered query': ['page 400', asked(REDIRECT, { redirect_uris: [`${REDIRECT}?a=1`] })],
  'redirect_uri: with another query': ['page 400', asked(`${REDIRECT}?a=2`, { redirect_uris: [`${REDIRECT}?a=1`] })],
  'redirect_uri: unregistered, with prompt=none': ['page 400', async (server) =>
    asks(server, await registers(server), { redirect_uri: 'https://evil.example/', prompt: 'none' })],
  'loopback: with another port': ['asks the person', asked('http://127.0.0.1:51234/callback', native(LOOPBACK))],
  'loopback: IPv6 with another port': ['asks the person', asked('http://[::1]:51234/callback', native('http://[::1]/callback'))],
  'loopback: localhost instead': ['page 400', asked('http://localhost/callback', native(LOOPBACK))],
  'loopback: with another path': ['page 400', asked('http://127.0.0.1:51234/other', native(LOOPBACK))],
  'loopback: localhost with another port': ['asks the person', asked('http://localhost:51234/callback', native('http://localhost/callback'))],
  'registering: a fragment': ['400 invalid_redirect_uri', registered({ redirect_uris: [`${REDIRECT}#fragment`] })],
  'registering: an empty fragment': ['400 invalid_redirect_uri', registered({ redirect_uris: [`${REDIRECT}#`] })],
  'registering: http elsewhere': ['400 invalid_redirect_uri', registered({ redirect_uris: ['http://client.example/callback'] })],
  'registering: javascript': ['400 invalid_redirect_uri', registered({ redirect_uris: ['javascript:alert(1)'] })],
  'registering: JavaScript for a native client': ['400 invalid_redirect_uri', registered(native('JavaScript:alert(1)'))],
  'registering: data for a native client': ['400 invalid_redirect_uri', registered(native('data:text/html,hello'))],
  'registering: a private scheme without a dot': ['400 invalid_redirect_uri', registered(native('notes:/callback'))],
  'registering: a private scheme': ['400 invalid_redirect_uri', registered(native('com.example.notes:/callback'))],
  'registering: a wildcard host': ['400 invalid_redirect_uri', registered({ redirect_uris: ['https://*.client.example/callback'] })],
  'registering: a user name': ['400 invalid_redirect_uri', registered({ redirect_uris: ['https://user@client.example/callback'] })],
  'registering: something relative': ['400 invalid_redirect_uri', registered({ redirect_uris: ['/callback'] })],
  'registering: none': ['400 invalid_redirect_uri', registered({ redirect_uris: [] })],
  'registering: with a blank before it': ['400 invalid_redirect_uri', registered({ redirect_uris: [` ${REDIRECT}`] })],
};
