// node-oidc-provider, set up as the example is: PKCE for all, open registration, PAR, rotation of refresh tokens.
// Everything is kept in memory, and whoever fills in the form is signed in.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

import { interactions, pageUrl } from './peer-pages.js';
import { Memory } from './peer-memory.js';

/** Starts the provider on a free port. Answers its issuer and how to end it. */
export async function startPeer() {
  // The library says what is not meant for production; nothing here is.
  console.warn = console.info = () => {};
  const { Provider } = await import('oidc-provider');
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  const pages = interactions(provider);
  const handler = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return handler(request, response);
    return pages(request, response).catch((error) => response.writeHead(500).end(error.message));
  });
  return { issuer, stop: () => { server.close(); server.closeAllConnections(); } };
}

function configuration() {
  return {
    adapter: Memory,
    jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256'), key('ed25519', {}, 'EdDSA')] },
    cookies: { keys: [randomBytes(32).toString('hex')], long: { sameSite: 'none' } },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], acr: null, auth_time: null, iss: null, sid: null },
    responseTypes: ['code'],
    enableHttpPostMethods: true,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    interactions: { url: (_, interaction) => pageUrl(interaction.uid) },
    renderError: (ctx, { error }) => { ctx.type = 'html'; ctx.body = `<p>${error}</p>`; },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Somebody', email: id, email_verified: false }) }),
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: asks, postLogoutSuccessSource: says },
      dPoP: { enabled: true },
    },
  };
}

/** The page that asks whether to sign out: the form as it comes, with a button for yes. */
function asks(ctx, form) {
  ctx.body = form.replace('</form>', '<button name="logout" value="yes">Sign out</button></form>');
}

/** The page after that. */
function says(ctx) {
  ctx.body = '<p>Signed out</p>';
}

function key(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}
