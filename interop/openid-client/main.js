// openid-client signs in as a certified OpenID relying party does, and checks everything it can check.
// Usage: BASE_URL=http://localhost:3000 node main.js

import { readFileSync } from 'node:fs';

import { check, equal, finish, scenario } from '../checks.mjs';
import { Person } from '../person.mjs';
import { bindsTokens, takesProofs } from './dpop.js';
import { actsForNobody, choosesAlgorithms, isManaged } from './registration.js';
import { base, METHODS } from './relying-party.js';
import { asksForTools, isAnsweredByForm, prompts, pushes } from './requests.js';
import { signsIn } from './sign-in.js';

const library = JSON.parse(readFileSync(new URL('./node_modules/openid-client/package.json', import.meta.url)));
console.log(`# ${library.name} ${library.version}, node ${process.versions.node}`);

const methods = Object.keys(METHODS);
const person = Person.stranger(base, 'Olga Example');
await scenario('an account is made by JSON', () => check('sign-up by JSON answers with the user', async () => {
  const { user } = await person.signsUpByJson();
  return equal(user.email, person.email, 'email');
}));
for (const method of methods) await scenario(method, () => signsIn(method, person.atAnotherBrowser()));
for (const method of methods) await scenario(`PAR, ${method}`, () => pushes(method, person.atAnotherBrowser()));
await scenario('form_post', () => isAnsweredByForm(person.atAnotherBrowser()));
await scenario('prompt and max_age', () => prompts(person.atAnotherBrowser()));
await scenario('OAuth without OpenID', () => asksForTools(person.atAnotherBrowser()));
await scenario('the registration is managed', () => isManaged(person.atAnotherBrowser()));
await scenario('algorithms of the ID token', () => choosesAlgorithms(person.atAnotherBrowser()));
await scenario('client_credentials', () => actsForNobody());
if (await takesProofs()) {
  for (const method of methods) await scenario(`DPoP, ${method}`, () => bindsTokens(method, person.atAnotherBrowser()));
}
finish();
