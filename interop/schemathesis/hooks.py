"""Leads the generated requests into states that random values never reach.

Without this, nearly every request ends at the first thing that has to be known: a session, a client, a code.
In the run of `somebody` most requests carry real ones, and the rest of each request stays as it was generated.
In the run of `nobody` nothing is added but the `Origin` of the app, which is judged before anything else.
"""

import atexit
import json
import os
import random
from collections import Counter, defaultdict

import schemathesis
from journey import PASSWORD, REDIRECT_URI, SIGNED_OUT_URI, Person, new_email
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

BASE = os.environ["BASE_URL"]
SOMEBODY = os.environ["RUN_AS"] == "somebody"
# How often a request carries what is real; the others stay as they were generated. The first ones of each
# operation always do, since some operations are asked a few times only.
OFTEN = 0.8
FIRST = 4
dice = random.Random(int(os.environ["SEED"]))
answers: dict[str, Counter] = defaultdict(Counter)
_people: list[Person] = []
_asked: Counter = Counter()


def early(case, what: str) -> bool:
    """Whether this is one of the first requests of its kind to an operation."""
    wrong = case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE
    _asked[case.operation.label, what, wrong] += 1
    return _asked[case.operation.label, what, wrong] <= FIRST


def somebody() -> Person:
    """The one who is signed in: somebody else after a while, or when a request has ended it."""
    if not _people:
        _people.append(Person(BASE))
    return _people[0]


# What a request of ours may have ended or changed: the session, the consent, the client.
CHANGING = (
    *("/sign-in", "/sign-in/email", "/sign-up", "/sign-up/email", "/sign-out", "/change-password"),
    *("/delete-consent", "/end-session", "/token", "/revoke", "/register/{client_id}"),
)
# So many requests may wait for the same person, and be left to wait.
WAITING = 8


def authorize() -> dict:
    if dice.random() < 0.1:
        return {"client_id": somebody().client["client_id"], "request_uri": somebody().pushed()}
    asked, _ = somebody().request()
    return {**asked, "response_mode": dice.choice(["query", "form_post"])}


def token() -> dict:
    if dice.random() < 0.5:
        return somebody().code()
    return {"grant_type": "refresh_token", "refresh_token": somebody().tokens()["refresh_token"]}


def issued() -> dict:
    return {"token": somebody().tokens()[dice.choice(["access_token", "refresh_token"])]}


def end_session() -> dict:
    hint = somebody().tokens()["id_token"]
    return {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT_URI, "client_id": somebody().client["client_id"]}


def delete_consent() -> dict:
    somebody().code()
    return {"client_id": somebody().client["client_id"]}


def registration() -> dict:
    return {"redirect_uris": [REDIRECT_URI], "response_types": ["code"], "token_endpoint_auth_method": "none"}


def managed() -> dict:
    return {**registration(), "client_id": somebody().client["client_id"], "token_endpoint_auth_method": "client_secret_basic"}


def sign_in() -> dict:
    return {"email": somebody().email, "password": PASSWORD}


def sign_up() -> dict:
    return {"name": "Somebody", "email": new_email(), "password": PASSWORD}


def decision() -> dict:
    return {**somebody().form("/consent", consent_code=somebody().waiting()), "decision": dice.choice(["allow", "deny"])}


def page() -> dict:
    return {"interaction": somebody().interaction()}


QUERIES = {
    "GET /api/auth/oauth2/authorize": authorize,
    "GET /api/auth/mcp/authorize": authorize,
    "GET /api/auth/oauth2/interaction": lambda: {"consent_code": somebody().waiting()},
    "GET /api/auth/oauth2/form-post": lambda: {"answer": somebody().sealed_answer()},
    "GET /api/auth/oauth2/end-session": end_session,
    "GET /consent": lambda: {"consent_code": somebody().waiting()},
    "GET /sign-in": page,
    "GET /sign-up": page,
}

BODIES = {
    "POST /api/auth/oauth2/authorize": authorize,
    "POST /api/auth/mcp/authorize": authorize,
    "POST /api/auth/oauth2/par": lambda: somebody().request()[0],
    "POST /api/auth/oauth2/token": token,
    "POST /api/auth/mcp/token": token,
    "POST /api/auth/oauth2/introspect": issued,
    "POST /api/auth/oauth2/revoke": issued,
    "POST /api/auth/oauth2/end-session": end_session,
    "POST /api/auth/oauth2/consent": lambda: {"consent_code": somebody().waiting(), "accept": dice.random() < 0.5},
    "POST /api/auth/oauth2/delete-consent": delete_consent,
    "POST /api/auth/oauth2/register": registration,
    "POST /api/auth/mcp/register": registration,
    "PUT /api/auth/oauth2/register/{client_id}": managed,
    "POST /api/auth/change-password": lambda: {"currentPassword": PASSWORD, "newPassword": "another horse battery staple"},
    "POST /api/auth/sign-in/email": sign_in,
    "POST /api/auth/sign-up/email": sign_up,
    "POST /consent": decision,
    "POST /sign-in": lambda: {**somebody().form("/sign-in"), **sign_in()},
    "POST /sign-up": lambda: {**somebody().form("/sign-up"), **sign_up()},
}

# Forms are guarded by a cookie, and the answers to a request by whose it is, although no session is demanded.
WITH_SESSION = ("authorize", "end-session", "/consent", "/sign-in", "/sign-up", "/sign-out", "/get-session")


def schemes(case) -> set[str]:
    return {name for needs in case.operation.definition.raw.get("security", []) for name in needs}


def header(case) -> str | None:
    """The header that the credentials of an operation go into."""
    if case.operation.path.endswith(WITH_SESSION) or "session" in schemes(case):
        return "Cookie"
    return "Authorization" if schemes(case) else None


def credentials(case) -> str:
    """What somebody's client proves itself with at an operation of this kind."""
    if "registration" in schemes(case):
        return f"Bearer {somebody().client['registration_access_token']}"
    if "bearer" in schemes(case):
        return f"Bearer {somebody().tokens()['access_token']}"
    return somebody().basic()["Authorization"]


# Texts of which the description says more than that they are texts.
SHAPED = ("name", "image")

# Stands for the credentials until the request is sent, since who is signed in changes in between.
MARK = "somebody's"

if SOMEBODY:

    @schemathesis.auth(refresh_interval=None)
    class Credentials:
        """What proves a person or a client; the checks take it away again to see whether it was needed."""

        def get(self, case, ctx):
            return header(case) if early(case, "credentials") or dice.random() < OFTEN else None

        def set(self, case, data, ctx):
            if data == "Cookie":
                case.cookies = {MARK: MARK}
            else:
                case.headers = {**(case.headers or {}), data: MARK}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    # Anything without one is refused as another site's request before it is read.
    case.headers = {**(case.headers or {}), "Origin": BASE}
    if not SOMEBODY:
        return
    whole = early(case, "values")
    if whole or dice.random() < OFTEN:
        knows(case, whole)
    if case.headers.get("Authorization") == MARK:
        case.headers = {**case.headers, "Authorization": credentials(case)}
    if MARK in (case.cookies or {}):
        case.cookies = somebody().cookies()


def knows(case, whole: bool) -> None:
    """Puts what is real into the request: the whole of it, or nearly."""
    label = case.operation.label
    if "client_id" in (case.path_parameters or {}):
        case.path_parameters = {**case.path_parameters, "client_id": somebody().client["client_id"]}
    if "file" in (case.path_parameters or {}):
        case.path_parameters = {**case.path_parameters, "file": somebody().stylesheet()}
    if label in QUERIES:
        case.query = filled(case, ParameterLocation.QUERY, case.query or {}, kept(QUERIES[label](), whole))
    if label in BODIES and isinstance(case.body, dict):
        case.body = filled(case, ParameterLocation.BODY, case.body, kept(BODIES[label](), whole))


def filled(case, place: ParameterLocation, generated: dict, real: dict) -> dict:
    """The real values, among some of the generated ones: with all of those, hardly a request would make sense.

    Where something is wrong on purpose it stays so: only texts become real, for few have a shape that can be wrong.
    """
    if case.meta is not None and case.meta.is_negative_at(place):
        texts = {name for name, value in generated.items() if isinstance(value, str) and name not in SHAPED}
        return {name: real.get(name, value) if name in texts else value for name, value in generated.items()}
    return {**{name: value for name, value in generated.items() if dice.random() < 0.3}, **real}


def kept(values: dict, whole: bool) -> dict:
    """All of the values, or now and then all but one: what is missing is as it was generated."""
    left_out = dice.choice(sorted(values)) if not whole and dice.random() < 0.15 else None
    return {name: value for name, value in values.items() if name != left_out}


@schemathesis.hook
def after_call(ctx, case, response):
    label = case.operation.label
    answers[label][response.status_code] += 1
    if case.operation.path.endswith(CHANGING) or sum(map(Counter.total, answers.values())) % WAITING == 0:
        _people.clear()


@atexit.register
def tells() -> None:
    with open(os.environ["ANSWERS"], "w") as file:
        json.dump(answers, file)
