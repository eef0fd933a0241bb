// What a server says of itself: RFC 8414, RFC 9207 §3, OpenID Connect Discovery.

const says = (name) => async (server) => JSON.stringify(server[name] ?? null);

export default {
  'discovery: as OAuth describes it': ['200', async (server) => String((await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).status)],
  'discovery: code_challenge_methods_supported': ['["S256"]', says('code_challenge_methods_supported')],
  'discovery: response_types_supported': ['["code"]', says('response_types_supported')],
  'discovery: grant_types_supported': ['["authorization_code","refresh_token"]', says('grant_types_supported')],
  'discovery: authorization_response_iss_parameter_supported': ['true', says('authorization_response_iss_parameter_supported')],
  'discovery: request_uri_parameter_supported': ['false', says('request_uri_parameter_supported')],
  'discovery: an ID token may come unsigned': ['no', async (server) => (server.id_token_signing_alg_values_supported.includes('none') ? 'yes' : 'no')],
  'key set: private members': ['none', async (server) => {
    const { keys } = await (await fetch(server.jwks_uri)).json();
    return ['d', 'p', 'q', 'k'].filter((name) => keys.some((key) => name in key)).join(' ') || 'none';
  }],
  'key set: every key has a name': ['yes', async (server) => {
    const { keys } = await (await fetch(server.jwks_uri)).json();
    return keys.length > 0 && keys.every((key) => key.kid && key.alg) ? 'yes' : 'no';
  }],
};
