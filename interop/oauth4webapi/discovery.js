// The way from the address of the tools to the server that signs in.

import * as oauth from 'oauth4webapi';

import { check, equal, present } from '../checks.mjs';
import * as tools from '../tools.mjs';
import { base, discovers, discoversResource, resource } from './relying-party.js';

export async function findsTheServer() {
  await check('discovery: a call with an unknown token is challenged, and led to the metadata of the resource', async () => {
    const call = oauth.protectedResourceRequest('no-token', 'POST', new URL(resource), tools.headers(), tools.echo('hi'), {
      [oauth.allowInsecureRequests]: true,
    });
    const challenge = await call.then(() => undefined, (error) => error.cause?.[0]);
    equal(present(challenge, 'challenge').scheme, 'bearer', 'scheme');
    equal(challenge.parameters.error, 'invalid_token', 'error');
    return equal(challenge.parameters.resource_metadata, `${base}/.well-known/oauth-protected-resource/mcp`, 'resource_metadata');
  });
  await check('discovery: the metadata of the resource names the server', async () => {
    const metadata = await discoversResource();
    return equal(metadata.authorization_servers.join(), base, 'authorization_servers');
  });
  await check('discovery: OpenID and RFC 8414 tell the same', async () => {
    const byOpenId = await discovers('oidc');
    const byOAuth = await discovers('oauth2');
    for (const name of Object.keys(byOAuth)) equal(JSON.stringify(byOpenId[name]), JSON.stringify(byOAuth[name]), name);
  });
}
