// The client of the MCP Inspector signs in and calls a tool, registered and known by a document, by the handshake and
// with the newest revision. The URL it would open in a browser is opened here.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { HOST, canServe, serves } from '../documents.mjs';
import { Person } from '../person.mjs';

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const folder = mkdtempSync(path.join(os.tmpdir(), 'interop-inspector-'));
const inspector = new URL('./node_modules/@modelcontextprotocol/inspector/', import.meta.url);
const CALLBACK = 'http://127.0.0.1:6276/oauth/callback';

/** Runs the client once; a person signs in where it asks for one. Answers the JSON it prints. */
async function runs(words, person) {
  // A program that would open a browser is shadowed by one that does nothing.
  writeFileSync(path.join(folder, 'xdg-open'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const env = {
    ...process.env,
    HOME: folder,
    MCP_AUTO_OPEN_ENABLED: 'true',
    MCP_INSPECTOR_SECRET_STORE: 'file',
    PATH: `${folder}:${process.env.PATH}`,
  };
  const cli = new URL('clients/cli/build/index.js', inspector).pathname;
  const all = [cli, `${base}/mcp`, '--transport', 'http', '--format', 'json', ...words];
  const child = spawn(process.execPath, all, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let asked;
  const log = [];
  child.stdout.on('data', (data) => (output += data));
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    const url = line.match(/https?:\/\/\S*\/authorize\?\S+/)?.[0];
    if (!url || asked) return;
    asked = person
      .authorizes(url, CALLBACK)
      .then(async (callback) => {
        equal(callback.searchParams.get('iss'), base, 'iss');
        await fetch(callback);
        return new URL(url);
      })
      .catch((error) => {
        child.kill();
        throw error;
      });
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const url = await asked;
  if (code !== 0) throw new Error(`ended with ${code}:\n${output}\n${log.slice(-15).join('\n')}`);
  return { answer: JSON.parse(output), url };
}

async function signsIn(era, document, person) {
  const words = ['--protocol-era', era, ...(document ? ['--client-metadata-url', document] : [])];
  await check(`${era}: it finds the server, signs in and lists the tools`, async () => {
    const { answer, url } = await runs([...words, '--method', 'tools/list'], person);
    const id = present(url, 'authorization URL').searchParams.get('client_id');
    if (document) equal(id, document, 'client_id');
    return JSON.stringify(answer).includes('"echo"');
  });
  await check(`${era}: it remembers and calls a tool`, async () => {
    const call = ['--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'message=inspected'];
    const { answer, url } = await runs([...words, ...call], person);
    equal(url, undefined, 'authorization URL');
    return JSON.stringify(answer).includes('Tool echo: inspected');
  });
  rmSync(path.join(folder, '.mcp-inspector'), { recursive: true, force: true });
}

const { name, version } = JSON.parse(readFileSync(new URL('package.json', inspector)));
console.log(`# ${name} ${version}, node ${process.versions.node}`);
const person = Person.stranger(base);
await scenario('registered, by the handshake', () => signsIn('legacy', undefined, person));
await scenario('registered, with the newest revision', () => signsIn('modern', undefined, person.atAnotherBrowser()));
if (canServe) {
  const id = `https://${HOST}/oauth/inspector.json`;
  const metadata = { client_id: id, client_name: 'MCP Inspector', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' };
  const site = await serves({ '/oauth/inspector.json': { ...metadata, grant_types: ['authorization_code', 'refresh_token'] } });
  await scenario('known by its document', () => signsIn('modern', id, person.atAnotherBrowser()));
  await site.close();
}
rmSync(folder, { recursive: true, force: true });
finish();
