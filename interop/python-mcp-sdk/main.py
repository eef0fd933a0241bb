"""The official Python MCP SDK signs in through its own auth provider and calls tools.

Usage: BASE_URL=http://localhost:3000 .venv/v2/bin/python main.py
"""

import asyncio
import base64
import importlib.metadata
import json
import logging
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

sys.path.append(str(Path(__file__).resolve().parent.parent))

from checks import StopRun, check, equal, failed, finish, innermost, present
from person import Person

VERSION = importlib.metadata.version("mcp")
if VERSION.startswith("1."):
    import sdk_v1 as sdk
else:
    import sdk_v2 as sdk

BASE = (sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BASE_URL", "http://localhost:3000")).rstrip("/")
MCP = f"{BASE}/mcp"
REDIRECT_URI = "http://127.0.0.1:53684/callback"


class Memory(TokenStorage):
    """The SDK's storage, kept in memory."""

    def __init__(self):
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class SignIn:
    """Sends the person where the SDK points, and hands back what the redirect carried."""

    def __init__(self, person: Person):
        self.person = person
        self.times = 0
        self.answer: dict[str, str] = {}

    async def redirect(self, url: str) -> None:
        self.times += 1
        reached = await asyncio.to_thread(self.person.authorizes, url, REDIRECT_URI)
        self.answer = {name: values[0] for name, values in parse_qs(urlsplit(reached).query).items()}

    async def callback(self):
        present(self.answer.get("code"), f"code in {sorted(self.answer)}")
        return sdk.callback_result(self.answer["code"], self.answer.get("state"), self.answer.get("iss"))


async def signs_in(method: str, mode: str, person: Person) -> None:
    name = f"{method}, {mode}"
    storage, sign_in = Memory(), SignIn(person)
    metadata = OAuthClientMetadata(
        client_name=f"Python SDK ({name})",
        redirect_uris=[REDIRECT_URI],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method=method,
    )
    provider = OAuthClientProvider(MCP, metadata, storage, sign_in.redirect, sign_in.callback)

    async with sdk.opened(MCP, provider, mode) as client:
        with check(f"{name}: the SDK discovers, registers, signs the person in and connects"):
            equal(sign_in.times, 1, "times the person was asked")
            equal(storage.client.token_endpoint_auth_method, method, "token_endpoint_auth_method")
            equal(bool(storage.client.client_secret), method != "none", "having a client_secret")
            equal(sign_in.answer.get("iss"), BASE, "iss")
            present(storage.tokens.refresh_token, "refresh_token")
        await calls_tools(name, client, person)
        await refreshes(name, client, provider, storage, sign_in)
    await revokes(name, method, storage)
    ends_session(name, person)


async def calls_tools(name: str, client, person: Person) -> None:
    with check(f"{name}: the tools are listed"):
        tools = {tool.name for tool in (await client.list_tools()).tools}
        equal({"echo", "whoami"} - tools, set(), "missing tools")
    with check(f"{name}: echo answers"):
        equal(await called(client, "echo", {"message": "hi"}), "Tool echo: hi", "text")
    with check(f"{name}: whoami knows the person"):
        text = await called(client, "whoami", {})
        user = present(await asyncio.to_thread(person.session), "session of the browser")["user"]
        if user["id"] not in text and user["email"] not in text:
            raise AssertionError(f"neither the id nor the address is in {text}")


async def refreshes(name: str, client, provider: OAuthClientProvider, storage: Memory, sign_in: SignIn) -> None:
    before = storage.tokens
    # As if the hour had passed on the client's clock.
    provider.context.token_expiry_time = time.time() - 1

    with check(f"{name}: the SDK refreshes by itself and calls the tool again"):
        equal(await called(client, "echo", {"message": "again"}), "Tool echo: again", "text")
        equal(sign_in.times, 1, "times the person was asked")
    with check(f"{name}: both tokens are new"):
        if storage.tokens.access_token == before.access_token:
            raise AssertionError("the access token is the old one")
        if storage.tokens.refresh_token == before.refresh_token:
            raise AssertionError("the refresh token is the old one")


async def revokes(name: str, method: str, storage: Memory) -> None:
    """The SDK has no revocation call; the endpoint is found in the metadata."""
    with check(f"{name}: the refresh token can be revoked, and the access token dies with it"):
        client, endpoint = storage.client, metadata("oauth-authorization-server")["revocation_endpoint"]
        fields, headers = {"token": storage.tokens.refresh_token, "token_type_hint": "refresh_token"}, {}
        if method == "client_secret_basic":
            pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields["client_id"] = client.client_id
        if method == "client_secret_post":
            fields["client_secret"] = client.client_secret
        equal(status(endpoint, urlencode(fields).encode(), headers), 200, "status")
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
        bearer = {
            "authorization": f"Bearer {storage.tokens.access_token}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }
        equal(status(MCP, call, bearer), 401, "status of a call after that")


def ends_session(name: str, person: Person) -> None:
    with check(f"{name}: the session ends at the end-session endpoint"):
        present(person.session(), "session before")
        person.ends_session(metadata("openid-configuration")["end_session_endpoint"])
        equal(person.session(), None, "session after")


async def called(client, tool: str, arguments: dict) -> str:
    result = await client.call_tool(tool, arguments)
    text = "".join(getattr(part, "text", "") for part in result.content)
    if sdk.is_error(result):
        raise AssertionError(f"tool {tool} failed: {text}")
    return text


def metadata(document: str) -> dict:
    with urllib.request.urlopen(f"{BASE}/.well-known/{document}", timeout=30) as response:
        return json.load(response)


def status(url: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


async def main() -> None:
    print(f"# mcp {VERSION}, python {sys.version.split()[0]}", flush=True)
    person = Person.stranger(BASE, "Paul Example")
    try:
        with check("an account is made by JSON"):
            equal(person.signs_up_by_json()["user"]["email"], person.email, "email")
    except StopRun:
        return
    for mode in sdk.MODES:
        for method in ["none", "client_secret_basic", "client_secret_post"]:
            print(f"# {method}, {mode}", flush=True)
            try:
                await asyncio.wait_for(signs_in(method, mode, person.at_another_browser()), timeout=120)
            except Exception as error:
                if not isinstance(innermost(error), StopRun):
                    failed(f"{method}, {mode}", error)


logging.basicConfig(level=logging.CRITICAL)
asyncio.run(main())
finish()
