// What a client does with its registration afterwards. RFC 7592.

import { check, equal, present } from '../checks.mjs';
import { refused, RelyingParty } from './relying-party.js';

export async function isManaged(server, person) {
  const party = await RelyingParty.registers(server, 'private_key_jwt');

  await check('registration: a client reads it', async () => {
    const response = await party.manages('GET');
    equal(response.status, 200, 'status');
    const metadata = await response.json();
    equal(JSON.stringify(metadata.jwks), JSON.stringify(party.client.jwks), 'jwks');
    return equal(metadata.client_id, party.client.client_id, 'client_id');
  });
  await check('registration: the client signs in', async () => present((await party.authorizes(person)).access_token, 'access_token'));
  await check('registration: a client deletes it', async () => equal((await party.manages('DELETE')).status, 204, 'status'));
  await check('registration: a deleted client is unknown', async () => {
    equal(await refused(() => party.introspects('a token')), 'invalid_client', 'error');
    return equal(await refused(() => party.manages('GET')), 'invalid_token', 'error of the challenge');
  });
}
