// oauth4webapi signs in, request by request, and judges every answer as its specification says.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { readFileSync } from 'node:fs';

import { check, equal, finish, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';
import { findsTheServer } from './discovery.js';
import { bindsTokens } from './dpop.js';
import { isManaged } from './registration.js';
import { base, discovers, METHODS } from './relying-party.js';
import { actsForNobody, asksForTools, isAnsweredByForm, limitsAge, pushes } from './requests.js';
import { signsIn } from './sign-in.js';

const library = JSON.parse(readFileSync(new URL('./node_modules/oauth4webapi/package.json', import.meta.url)));
console.log(`# ${library.name} ${library.version}, node ${process.versions.node}`);

const methods = Object.keys(METHODS);
const person = Person.stranger(base, 'Ottilie Example');
await scenario('an account is made by JSON', () => check('sign-up by JSON answers with the user', async () => {
  const { user } = await person.signsUpByJson();
  return equal(user.email, person.email, 'email');
}));
await scenario('discovery', findsTheServer);
const server = await discovers('oidc');
for (const method of methods) await scenario(method, () => signsIn(server, method, person.atAnotherBrowser()));
for (const method of methods) await scenario(`PAR, ${method}`, () => pushes(server, method, person.atAnotherBrowser()));
await scenario('form_post', () => isAnsweredByForm(server, person.atAnotherBrowser()));
await scenario('max_age', () => limitsAge(server, person.atAnotherBrowser()));
await scenario('OAuth without OpenID', async () => asksForTools(await discovers('oauth2'), person.atAnotherBrowser()));
await scenario('the registration is managed', () => isManaged(server, person.atAnotherBrowser()));
await scenario('client_credentials', () => actsForNobody(server));
if (server.dpop_signing_alg_values_supported) {
  for (const method of methods) await scenario(`DPoP, ${method}`, () => bindsTokens(server, method, person.atAnotherBrowser()));
}
finish();
