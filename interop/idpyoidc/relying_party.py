"""A relying party made of idpyoidc, which knows nothing of the server but its issuer."""

import os
import sys
from urllib.parse import parse_qsl, urlsplit

import requests
from cryptojwt.key_jar import KeyJar
from idpyoidc.alg_info import get_signing_algs
from idpyoidc.client.client_auth import PrivateKeyJWT
from idpyoidc.client.oauth2.registration import Registration
from idpyoidc.client.rp_handler import RPHandler

BASE = (sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BASE_URL", "http://localhost:3000")).rstrip("/")
RESOURCE = f"{BASE}/mcp"
CLIENT = "http://127.0.0.1:53686"
SIGNED_OUT_URI = f"{CLIENT}/signed-out"
METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


class SignedForIssuer(PrivateKeyJWT):
    """The library signs for the token endpoint, and as whom the configuration names; this signs for the
    issuer, the one audience that the server takes, and as the client that was registered."""

    def modify_request(self, request, service, **kwargs):
        context = service.upstream_get("context")
        named = {"audience": context.issuer, "client_id": context.get_client_id()}
        super().modify_request(request, service, **{**kwargs, **named})


class OAuthRegistration(Registration):
    """The server tells a client that names no scope how it would sign ID tokens, and every client how it knows
    people; the library, which cannot name scope here, refuses to be told what no service of it knows."""

    _supports = {"id_token_signing_alg_values_supported": get_signing_algs(), "subject_types_supported": ["public"]}


def completes_registration(services) -> None:
    """An add-on: the library leaves refresh_token and post_logout_redirect_uris out of what it registers."""

    def complete(request_args, **_):
        request_args["grant_types"] = ["authorization_code", "refresh_token"]
        request_args["post_logout_redirect_uris"] = [SIGNED_OUT_URI]
        return request_args

    services["registration"].post_construct.append(complete)


OPENID = {
    "discovery": {"class": "idpyoidc.client.oidc.provider_info_discovery.ProviderInfoDiscovery"},
    "registration": {"class": "idpyoidc.client.oidc.registration.Registration"},
    "registration_read": {"class": "idpyoidc.client.oidc.read_registration.RegistrationRead"},
    "authorization": {"class": "idpyoidc.client.oidc.authorization.Authorization"},
    "access_token": {"class": "idpyoidc.client.oidc.access_token.AccessToken"},
    "refresh_access_token": {"class": "idpyoidc.client.oidc.refresh_access_token.RefreshAccessToken"},
    "userinfo": {"class": "idpyoidc.client.oidc.userinfo.UserInfo"},
    "end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"},
    "introspection": {"class": "idpyoidc.client.oauth2.introspection.Introspection"},
    "revocation": {"class": "idpyoidc.client.oauth2.token_revocation.TokenRevocation"},
    "client_credentials": {"class": "idpyoidc.client.oauth2.client_credentials.CCAccessTokenRequest"},
}
OAUTH = {
    "discovery": {"class": "idpyoidc.client.oauth2.server_metadata.ServerMetadata"},
    "registration": {"class": OAuthRegistration},
    "authorization": {"class": "idpyoidc.client.oauth2.authorization.Authorization"},
    "access_token": {"class": "idpyoidc.client.oauth2.access_token.AccessToken"},
}
PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
}
COMPLETE = {"function": "relying_party.completes_registration", "kwargs": {}}
DPOP = {
    "function": "idpyoidc.client.oauth2.add_on.dpop.add_support",
    "kwargs": {"dpop_signing_alg_values_supported": ["ES256"], "with_dpop_header": ["accesstoken", "refresh_token"]},
}


def relying_party(method: str, **add_ons) -> RPHandler:
    """An OpenID relying party that registers for one way to authenticate."""
    preference = {
        "client_name": f"idpyoidc ({method})",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "token_endpoint_auth_methods_supported": [method],
        "post_logout_redirect_uris": [SIGNED_OUT_URI],
    }
    return handler("oidc", OPENID, preference, {"complete": COMPLETE, **add_ons})


def oauth_client() -> RPHandler:
    """A client that knows nothing of OpenID; its server is discovered by RFC 8414."""
    preference = {
        "client_name": "idpyoidc (OAuth)",
        "response_types_supported": ["code"],
        "scopes_supported": ["mcp:tools"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "redirect_uris": [f"{CLIENT}/callback"],
    }
    return handler("oauth2", OAUTH, preference, {})


def handler(client_type: str, services: dict, preference: dict, add_ons: dict) -> RPHandler:
    config = {
        "client_type": client_type,
        "services": services,
        "preference": preference,
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}]},
        "client_authn_methods": {"client_secret_basic": None, "client_secret_post": None, "private_key_jwt": SignedForIssuer},
        "add_ons": {"pkce": PKCE, **add_ons},
    }
    return RPHandler(base_url=CLIENT, client_configs={"": config}, services=services, keyjar=KeyJar())


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def redirect_uri_of(url: str) -> str:
    return query_of(url)["redirect_uri"]


def calls(token: str, message: str) -> requests.Response:
    """Calls the tool `echo`. The server keeps no MCP session, so a call needs no handshake before it."""
    headers = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "echo", "arguments": {"message": message}}}
    return requests.post(RESOURCE, json=call, headers={**headers, "mcp-protocol-version": "2025-06-18"}, timeout=30)
