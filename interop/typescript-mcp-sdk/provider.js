// The SDK's storage and redirect hooks, kept in memory. It follows the SDK's interface and adds no rule.

import { randomUUID } from 'node:crypto';

export class MemoryProvider {
  constructor(method) {
    this.method = method;
    this.registered = undefined;
    this.saved = undefined;
    this.verifier = undefined;
    this.authorizationUrl = undefined;
    this.lastState = undefined;
    this.lastIdToken = undefined;
  }

  get redirectUrl() {
    return 'http://127.0.0.1:53682/callback';
  }

  get clientMetadata() {
    return {
      client_name: `TypeScript SDK (${this.method})`,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: this.method,
    };
  }

  state() {
    this.lastState = randomUUID();
    return this.lastState;
  }

  clientInformation() {
    return this.registered;
  }

  saveClientInformation(information) {
    this.registered = information;
  }

  tokens() {
    return this.saved;
  }

  saveTokens(tokens) {
    this.saved = tokens;
    this.lastIdToken = tokens.id_token ?? this.lastIdToken;
  }

  redirectToAuthorization(url) {
    this.authorizationUrl = url;
  }

  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }

  codeVerifier() {
    return this.verifier;
  }

  invalidateCredentials(scope) {
    if (scope === 'all' || scope === 'client') this.registered = undefined;
    if (scope === 'all' || scope === 'tokens') this.saved = undefined;
    if (scope === 'all' || scope === 'verifier') this.verifier = undefined;
  }
}
