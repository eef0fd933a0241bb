// mcp-remote signs in and carries the messages of a local client: no screen, the URL it would open is opened here.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const folder = mkdtempSync(path.join(os.tmpdir(), 'interop-mcp-remote-'));
const proxy = new URL('./node_modules/mcp-remote/dist/proxy.js', import.meta.url).pathname;
const PATIENCE = 30_000;

/** mcp-remote as a local client starts it: messages by its standard input and output. */
class Remote {
  #child;
  #answers = new Map();
  #log = [];
  #waiting = [];

  constructor(url) {
    // Programs that would open a browser are shadowed by one that does nothing.
    for (const name of ['xdg-open', 'open']) writeFileSync(path.join(folder, name), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: path.join(folder, 'config'), PATH: `${folder}:${process.env.PATH}` };
    this.#child = spawn(process.execPath, [proxy, url, '--transport', 'http-only'], { env, stdio: 'pipe' });
    readline.createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#log.push(line);
      this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
        const found = line.match(pattern);
        if (found) resolve(found[0]);
        return !found;
      });
    });
    readline.createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      this.#answers.get(message.id)?.(message);
    });
  }

  /** What it has logged that fits, or will. */
  logs(pattern) {
    const found = this.#log.map((line) => line.match(pattern)).find(Boolean);
    if (found) return found[0];
    return this.#within(new Promise((resolve) => this.#waiting.push({ pattern, resolve })), String(pattern));
  }

  async asks(id, method, params) {
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.tells({ id, method, params });
    const { result, error } = await this.#within(answer, method);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  tells(message) {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  async ends() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
  }

  async #within(promise, what) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing came of ${what}:\n${this.#log.slice(-20).join('\n')}`)), PATIENCE);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}

const HELLO = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'interop', version: '1.0.0' } };

async function calls(remote, message) {
  await remote.asks(1, 'initialize', HELLO);
  remote.tells({ method: 'notifications/initialized' });
  const { tools } = await remote.asks(2, 'tools/list', {});
  present(tools.some((tool) => tool.name === 'echo'), 'the tool echo');
  const result = await remote.asks(3, 'tools/call', { name: 'echo', arguments: { message } });
  return equal(result.content.map((part) => part.text).join(''), `Tool echo: ${message}`, 'text');
}

async function signsIn() {
  const person = Person.stranger(base);
  const first = new Remote(`${base}/mcp`);
  const url = await check('mcp-remote finds the server and registers', async () => {
    const opened = new URL(await first.logs(/https?:\/\/\S*\/oauth2\/authorize\?\S+/));
    equal(opened.origin, base, 'origin');
    return present(opened.searchParams.get('client_id'), 'client_id') && opened;
  });
  await check('a person signs in, and it gets the code on its port', async () => {
    const callback = await person.authorizes(url, url.searchParams.get('redirect_uri'));
    equal(callback.searchParams.get('iss'), base, 'iss');
    return equal((await fetch(callback)).status, 200, 'status of its page');
  });
  await check('a local client calls a tool through it', () => calls(first, 'through'));
  await first.ends();

  const second = new Remote(`${base}/mcp`);
  await check('started again, it remembers and asks nobody', () => calls(second, 'again'));
  await second.ends();
}

const tool = JSON.parse(readFileSync(new URL('./node_modules/mcp-remote/package.json', import.meta.url)));
console.log(`# ${tool.name} ${tool.version}, node ${process.versions.node}`);
await scenario('a local client of standard input and output', signsIn);
rmSync(folder, { recursive: true, force: true });
finish();
