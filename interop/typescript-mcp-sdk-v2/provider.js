// The SDK's storage and redirect hooks, kept in memory. It follows the SDK's interface and adds no rule.

import { randomUUID } from 'node:crypto';

export class MemoryProvider {
  constructor(method, clientMetadataUrl) {
    this.method = method;
    this.clientMetadataUrl = clientMetadataUrl;
    this.registered = undefined;
    this.saved = undefined;
    this.verifier = undefined;
    this.authorizationUrl = undefined;
    this.lastState = undefined;
    this.discovered = undefined;
  }

  get redirectUrl() {
    return 'http://127.0.0.1:53683/callback';
  }

  get clientMetadata() {
    return {
      client_name: `TypeScript SDK 2 (${this.method})`,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: this.method,
      application_type: 'native',
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

  saveDiscoveryState(state) {
    this.discovered = state;
  }

  discoveryState() {
    return this.discovered;
  }

  invalidateCredentials(scope) {
    if (scope === 'all' || scope === 'client') this.registered = undefined;
    if (scope === 'all' || scope === 'tokens') this.saved = undefined;
    if (scope === 'all' || scope === 'verifier') this.verifier = undefined;
    if (scope === 'all' || scope === 'discovery') this.discovered = undefined;
  }
}
