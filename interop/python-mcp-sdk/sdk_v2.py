"""How line 2 of the SDK is opened: with the newest revision, and with the older handshake."""

from contextlib import asynccontextmanager

import httpx2
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client

MODES = ["auto", "legacy"]


def callback_result(code: str, state: str | None, iss: str | None):
    return AuthorizationCodeResult(code=code, state=state, iss=iss)


@asynccontextmanager
async def opened(url: str, provider: OAuthClientProvider, mode: str):
    async with httpx2.AsyncClient(auth=provider, timeout=30) as http_client:
        async with Client(streamable_http_client(url, http_client=http_client), mode=mode) as client:
            yield client


def is_error(result) -> bool:
    return result.is_error
