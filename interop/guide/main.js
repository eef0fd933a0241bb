// Two people sign in to the server of the first guide, each through the official TypeScript MCP SDK, and call its tool.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { createRequire } from 'node:module';

import { check, equal, finish, present, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';
import { MemoryProvider } from '../typescript-mcp-sdk/provider.js';

// The packages are those of the neighbour.
const neighbour = createRequire(new URL('../typescript-mcp-sdk/main.js', import.meta.url));
const { UnauthorizedError } = neighbour('@modelcontextprotocol/sdk/client/auth.js');
const { Client } = neighbour('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = neighbour('@modelcontextprotocol/sdk/client/streamableHttp.js');

const base = (process.argv[2] ?? process.env.BASE_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const mcp = new URL(`${base}/mcp`);

async function isGreeted(person) {
  const who = person.name;
  const provider = new MemoryProvider('none');

  await check(`${who}: a call without a token is told where to sign in`, async () => {
    const response = await fetch(mcp, { method: 'POST' });
    equal(response.status, 401, 'status');
    const metadata = `${base}/.well-known/oauth-protected-resource/mcp`;
    return response.headers.get('www-authenticate').includes(`resource_metadata="${metadata}"`);
  });
  const first = new StreamableHTTPClientTransport(mcp, { authProvider: provider });
  await check(`${who}: the client registers and asks for a sign-in`, () => mustBeSentToSignIn(() => newClient().connect(first)));
  const callback = await check(`${who}: signs up and consents`, () =>
    person.authorizes(present(provider.authorizationUrl, 'authorization URL'), provider.redirectUrl),
  );
  await check(`${who}: the client gets a token`, () => first.finishAuth(callback.searchParams.get('code')));

  const client = newClient();
  await check(`${who}: the client connects`, () =>
    client.connect(new StreamableHTTPClientTransport(mcp, { authProvider: provider })),
  );
  const { user } = present(await person.session(), 'session of the browser');
  await check(`${who}: the tool names the person`, async () => {
    const result = await client.callTool({ name: 'greet', arguments: {} });
    return equal(result.content[0].text, `Hello, user ${user.id}`, 'text');
  });
  await client.close();
  return user.id;
}

async function mustBeSentToSignIn(body) {
  try {
    await body();
  } catch (error) {
    if (error instanceof UnauthorizedError) return;
    throw error;
  }
  throw new Error('the client was let in without signing in');
}

function newClient() {
  return new Client({ name: 'interop-guide', version: '1.0.0' });
}

await scenario('two people, each greeted by name', async () => {
  const alice = await isGreeted(Person.stranger(base, 'Alice Example'));
  const bob = await isGreeted(Person.stranger(base, 'Bob Example'));
  await check('they are two', () => alice !== bob);
});
finish();
