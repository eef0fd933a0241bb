// Asks a server through a proxy whether everything passes, and nothing is believed that should not be.
// Usage: BASE_URL=https://mcp.example.com ROUTES=routes.txt node main.js

import { readFileSync } from 'node:fs';
import https from 'node:https';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';

const base = new URL(process.env.BASE_URL);
// What a plugin or the app answers has one; what a proxy or a stranger answers has none.
const MARK = 'x-request-id';

/** The routes that the app lists, as `METHOD path`. */
const routes = readFileSync(process.env.ROUTES, 'utf8').trim().split('\n').map((line) => line.split(/\s+/).slice(0, 2));

/** One request, from an address of this machine that is not the proxy's. */
function asked(method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(new URL(path, base), { method, headers, localAddress: '127.0.0.2' }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

await scenario('routes', async () => {
  for (const [method, path] of routes) {
    await check(`${method} ${path} is forwarded`, async () => {
      const answer = await asked(method, path.replaceAll(/\{[^}]*\}/g, 'x'));
      present(answer.headers[MARK], `${MARK} (${answer.status} ${answer.body.slice(0, 80)})`);
    });
  }
  for (const path of ['/mcp', '/mcp/', '/mcp/write']) {
    await check(`${path} is challenged`, async () => {
      const { status, headers } = await asked('POST', path);
      equal(status, 401, 'status');
      present(headers['www-authenticate'].includes(`resource_metadata="${base.origin}/`), 'the metadata in the challenge');
    });
  }
});

await scenario('where the server is', async () => {
  const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'host=evil.example' };
  for (const [document, member, expected] of [
    ['/.well-known/oauth-protected-resource/mcp', 'resource', `${base.origin}/mcp`],
    ['/.well-known/oauth-authorization-server', 'issuer', base.origin],
    ['/.well-known/openid-configuration', 'issuer', base.origin],
  ]) {
    await check(`${document} names the public URL, whatever a header says`, async () => {
      const { body } = await asked('GET', document, { headers: forged });
      equal(body.includes('evil.example'), false, 'having the forged host');
      return equal(JSON.parse(body)[member], expected, member);
    });
  }
  await check('cookies are for this host and for https only', async () => {
    const { headers } = await signsUp();
    const cookies = present(headers['set-cookie'], 'set-cookie');
    return cookies.every((cookie) => /^__Host-/.test(cookie) && /; Secure/i.test(cookie));
  });
});

await scenario('who asks', async () => {
  for (const [what, headers] of [
    ['the proxy tells it', {}],
    ['what the client writes is not believed', { 'x-forwarded-for': '198.51.100.7' }],
    ['nor where it is written for the proxy', { 'x-forwarded-for': '127.0.0.1' }],
  ]) {
    await check(`the address of a session: ${what}`, async () => {
      const { headers: got } = await signsUp(headers);
      const cookie = got['set-cookie'].map((line) => line.split(';')[0]).join('; ');
      const { body } = await asked('GET', '/api/auth/get-session', { headers: { cookie } });
      return equal(JSON.parse(body).session.ipAddress, '127.0.0.2', 'ipAddress');
    });
  }
  await check('the proxy names each request', async () => {
    const ids = await Promise.all([1, 2].map(async () => (await asked('GET', '/api/auth/ok')).headers[MARK]));
    return ids[0] !== ids[1] && ids.every((id) => /^[0-9a-f]{32}$|^[0-9a-f-]{36}$/.test(id));
  });
});

finish();

async function signsUp(headers = {}) {
  const { name, email, password } = Person.stranger(base, `${signsUp.count = (signsUp.count ?? 0) + 1}-guest`);
  const body = JSON.stringify({ name, email, password });
  const all = { 'content-type': 'application/json', origin: base.origin, ...headers };
  const answer = await asked('POST', '/api/auth/sign-up/email', { headers: all, body });
  equal(answer.status, 200, `status (${answer.body.slice(0, 200)})`);
  return answer;
}
