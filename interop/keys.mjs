// The key of a client that proves itself by a signature.

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

/** Makes a key for ES256: the private half to sign with, and the set that the client registers. */
export async function clientKey() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const kid = crypto.randomUUID();
  return { key: privateKey, kid, jwks: { keys: [{ kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }] } };
}
