"""How line 1 of the SDK is opened."""

from contextlib import asynccontextmanager

from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamablehttp_client

MODES = ["handshake"]


def callback_result(code: str, state: str | None, _iss: str | None):
    return code, state


@asynccontextmanager
async def opened(url: str, provider: OAuthClientProvider, _mode: str):
    async with streamablehttp_client(url, auth=provider) as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            yield session


def is_error(result) -> bool:
    return result.isError
