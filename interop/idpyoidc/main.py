"""idpyoidc signs in as an OpenID relying party and as an OAuth client, configured only by discovery.

Usage: BASE_URL=http://localhost:3000 .venv/v5/bin/python main.py
"""

import importlib.metadata
import logging
import sys
from contextlib import suppress
from pathlib import Path

from idpyoidc.client.exception import ResponseError

sys.path.append(str(Path(__file__).resolve().parent.parent))

from checks import StopRun, check, equal, failed, finish, present
from person import Person
from relying_party import (
    BASE,
    DPOP,
    METHODS,
    RESOURCE,
    SIGNED_OUT_URI,
    calls,
    oauth_client,
    query_of,
    redirect_uri_of,
    relying_party,
)


def signs_in(method: str, person: Person) -> None:
    handler = relying_party(method)
    with check(f"{method}: discovery and dynamic registration"):
        client = handler.client_setup(BASE)
        registered = client.get_context().registration_response
        equal(client.get_context().provider_info["issuer"], BASE, "issuer")
        equal(registered["token_endpoint_auth_method"], method, "token_endpoint_auth_method")
        equal("client_secret" in registered, method.startswith("client_secret"), "having a client_secret")
    with check(f"{method}: a person signs in and consents"):
        url = handler.begin(BASE, req_args={"resource": RESOURCE})
        answer = query_of(person.authorizes(url, redirect_uri_of(url)))
    with check(f"{method}: the code is exchanged, the ID token verifies through the key set, and userinfo fits"):
        found = handler.finalize(BASE, answer)
        equal(found["id_token"]["iss"], BASE, "iss")
        equal(found["id_token"]["aud"], [registered["client_id"]], "aud")
        equal(found["userinfo"]["sub"], found["id_token"]["sub"], "sub")
        equal(found["userinfo"]["email"], person.email, "email")
    state = found["state"]
    with check(f"{method}: the access token calls the tool"):
        echoes(found["token"], "hi")
    with check(f"{method}: refresh rotates both tokens"):
        before = client.get_context().cstate.get_set(state, claim=["refresh_token"])["refresh_token"]
        renewed = client.refresh_access_token(state)
        if renewed["access_token"] == found["token"] or renewed["refresh_token"] == before:
            raise AssertionError("a token is the old one")
    with check(f"{method}: the renewed token calls the tool"):
        echoes(renewed["access_token"], "again")
    introspects_and_revokes(method, client, renewed, found["id_token"]["sub"])
    with check(f"{method}: the registration can be read"):
        equal(client.do_request("registration_read")["client_id"], registered["client_id"], "client_id")
    ends_session(method, client, state, person)


def introspects_and_revokes(method: str, client, tokens: dict, subject: str) -> None:
    def introspected(token: str):
        return client.do_request("introspection", request_args={"token": token}, authn_method=method)

    with check(f"{method}: introspection knows the token"):
        answer = introspected(tokens["access_token"])
        equal(answer["active"], True, "active")
        equal(answer["sub"], subject, "sub")
        equal(answer["aud"], [RESOURCE], "aud")
    with check(f"{method}: a revoked refresh token is refused, and the access token dies with it"):
        # The library wants words in the answer, where RFC 7009 §2.2 has none.
        with suppress(ResponseError):
            client.do_request("token_revocation", request_args={"token": tokens["refresh_token"]}, authn_method=method)
        equal(introspected(tokens["refresh_token"])["active"], False, "active")
        equal(introspected(tokens["access_token"])["active"], False, "active")
        equal(calls(tokens["access_token"], "no").status_code, 401, "status of a call after that")


def ends_session(method: str, client, state: str, person: Person) -> None:
    with check(f"{method}: end session signs out and returns to the client"):
        present(person.session(), "session before")
        url = client.logout(state)["url"]
        back = present(person.ends_session(url, SIGNED_OUT_URI), "redirect to the client")
        equal(query_of(back)["state"], query_of(url)["state"], "state")
        equal(person.session(), None, "session after")


def is_answered_by_form(person: Person) -> None:
    handler = relying_party("client_secret_basic")
    with check("form_post: the code comes by a form"):
        url = handler.begin(BASE, req_args={"response_mode": "form_post", "resource": RESOURCE})
        found = handler.finalize(BASE, person.authorizes_by_form(url, redirect_uri_of(url)))
        equal(found["userinfo"]["email"], person.email, "email")


def prompts(person: Person) -> None:
    handler = relying_party("client_secret_basic")

    def asks(**parameters):
        url = handler.begin(BASE, req_args=parameters)
        return handler.finalize(BASE, query_of(person.authorizes(url, redirect_uri_of(url))))

    with check("prompt=none: who is signed out gets login_required"):
        equal(asks(prompt="none").get("error"), "login_required", "error")
    with check("prompt=none: who is signed in and has consented sees no page"):
        first = asks()
        equal(asks(prompt="none")["id_token"]["auth_time"], first["id_token"]["auth_time"], "auth_time")
    with check("prompt=login: the person signs in again"):
        equal(asks(prompt="login")["id_token"]["sub"], first["id_token"]["sub"], "sub")
    with check("max_age: a recent sign-in is enough"):
        present(asks(max_age=3600)["id_token"]["auth_time"], "auth_time")


def asks_for_tools(person: Person) -> None:
    handler = oauth_client()
    with check("OAuth: discovery by RFC 8414 and dynamic registration"):
        client = handler.client_setup(BASE)
        present(client.get_client_id(), "client_id")
    with check("OAuth: a token for the tools comes without an ID token"):
        url = handler.begin(BASE, req_args={"scope": ["mcp:tools"], "resource": RESOURCE})
        answer = client.finalize_auth(query_of(person.authorizes(url, redirect_uri_of(url))))
        tokens = client.get_tokens(answer["state"])
        equal("id_token" in tokens, False, "having an id_token")
        echoes(tokens["access_token"], "tools only")


def acts_for_nobody() -> None:
    client = relying_party("client_secret_basic").client_setup(BASE)
    with check("client_credentials: a registered client gets no token of its own"):
        answer = client.do_request("client_credentials", request_args={"scope": ["mcp:tools"]}, authn_method="client_secret_basic")
        equal(answer.get("error"), "unauthorized_client", "error")


def binds_tokens(person: Person) -> None:
    handler = relying_party("client_secret_basic", dpop=DPOP)
    client = handler.client_setup(BASE)
    if "dpop_signing_alg_values_supported" not in client.get_context().provider_info:
        return
    with check("DPoP: the tokens are bound to the key of the proof"):
        url = handler.begin(BASE, req_args={"resource": RESOURCE})
        answer = client.finalize_auth(query_of(person.authorizes(url, redirect_uri_of(url))))
        tokens = client.get_tokens(answer["state"])
        equal(tokens["token_type"], "DPoP", "token_type")
    with check("DPoP: the token alone is refused"):
        equal(calls(tokens["access_token"], "no").status_code, 401, "status")
    with check("DPoP: refresh keeps the key"):
        equal(client.refresh_access_token(answer["state"])["token_type"], "DPoP", "token_type")


def echoes(token: str, message: str) -> None:
    response = calls(token, message)
    equal(response.status_code, 200, f"status ({response.text[:200]})")
    equal(response.json()["result"]["content"][0]["text"], f"Tool echo: {message}", "text")


def runs(name: str, scenario, *arguments) -> None:
    print(f"# {name}", flush=True)
    try:
        scenario(*arguments)
    except StopRun:
        pass
    except Exception as error:
        failed(name, error)


def main() -> None:
    print(f"# idpyoidc {importlib.metadata.version('idpyoidc')}, python {sys.version.split()[0]}", flush=True)
    person = Person.stranger(BASE, "Ida Example")
    try:
        with check("an account is made by JSON"):
            equal(person.signs_up_by_json()["user"]["email"], person.email, "email")
    except StopRun:
        return
    for method in METHODS:
        runs(method, signs_in, method, person.at_another_browser())
    runs("form_post", is_answered_by_form, person.at_another_browser())
    runs("prompt and max_age", prompts, person.at_another_browser())
    runs("OAuth without OpenID", asks_for_tools, person.at_another_browser())
    runs("client_credentials", acts_for_nobody)
    runs("DPoP", binds_tokens, person.at_another_browser())


# The library logs a failure before it raises it.
logging.disable(logging.CRITICAL)
main()
finish()
