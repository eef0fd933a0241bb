"""What people and clients of the server get, on their way to a state worth asking about.

Straight to the endpoints and without pages: the point is to have real codes, tokens and handles at hand.
"""

import base64
import hashlib
import itertools
import os
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote_plus, urlsplit

import requests

REDIRECT_URI = "http://127.0.0.1:53684/callback"
SIGNED_OUT_URI = "http://127.0.0.1:53684/signed-out"
PASSWORD = "correct horse battery staple"
SCOPE = "openid profile email offline_access"
_numbers = itertools.count()


def new_email() -> str:
    """An address nobody used before."""
    return f"somebody-{os.getpid()}-{secrets.token_hex(4)}-{next(_numbers)}@example.com"


def pkce() -> tuple[str, str]:
    """A verifier and its challenge (RFC 7636 §4)."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Person:
    """Somebody who is signed in, and has a client that may ask for anything."""

    base: str
    email: str = field(default_factory=new_email)
    browser: requests.Session = field(default_factory=requests.Session)
    client: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.browser.headers["Origin"] = self.base
        account = {"name": "Somebody", "email": self.email, "password": PASSWORD}
        _well(self.browser.post(f"{self.base}/api/auth/sign-up/email", json=account))
        self.client = registers(self.base)

    def cookies(self) -> dict[str, str]:
        """What the browser sends along."""
        return {cookie.name: cookie.value for cookie in self.browser.cookies}

    def request(self, **more: str) -> tuple[dict[str, str], str]:
        """The parameters of an authorization request, and the verifier of its challenge."""
        verifier, challenge = pkce()
        asked = {
            "client_id": self.client["client_id"],
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": SCOPE,
            "resource": f"{self.base}/mcp",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": "a state",
        }
        return {**asked, **more}, verifier

    def waiting(self) -> str:
        """The handle of a request that waits for consent."""
        asked, _ = self.request(prompt="consent")
        return _query(self._authorizes(asked))["consent_code"]

    def interaction(self) -> str:
        """The handle of a request that waits for somebody to sign in."""
        asked, _ = self.request(prompt="login")
        return _query(self._authorizes(asked))["interaction"]

    def sealed_answer(self) -> str:
        """An answer that goes to the client by a form: an error, which opens in any browser."""
        asked, _ = self.request(response_mode="form_post", scope="unknown")
        return _query(self._authorizes(asked))["answer"]

    def pushed(self) -> str:
        """The `request_uri` of a request that was pushed (RFC 9126)."""
        asked, _ = self.request()
        answer = requests.post(f"{self.base}/api/auth/oauth2/par", data=asked, headers=self.basic())
        return _well(answer).json()["request_uri"]

    def form(self, path: str, **query: str) -> dict[str, str]:
        """The hidden fields of a page with a form."""
        page = _well(self.browser.get(f"{self.base}{path}", params=query)).text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        return dict(hidden)

    def stylesheet(self) -> str:
        """The name of the file that the pages link to."""
        return re.search(r'href="/auth-assets/([^"]+)"', self.browser.get(f"{self.base}/sign-in").text)[1]

    def code(self) -> dict[str, str]:
        """A code, in the form that exchanges it; the first one takes consent."""
        asked, verifier = self.request()
        location = self._authorizes(asked)
        if "consent_code" in _query(location):
            answer = {"accept": True, "consent_code": _query(location)["consent_code"]}
            location = _well(self.browser.post(f"{self.base}/api/auth/oauth2/consent", json=answer)).json()["redirectURI"]
        return {
            "grant_type": "authorization_code",
            "code": _query(location)["code"],
            "redirect_uri": REDIRECT_URI,
            "code_verifier": verifier,
            "resource": f"{self.base}/mcp",
        }

    def tokens(self) -> dict:
        answer = requests.post(f"{self.base}/api/auth/oauth2/token", data=self.code(), headers=self.basic())
        return _well(answer).json()

    def basic(self) -> dict[str, str]:
        """How the client proves itself (RFC 6749 §2.3.1)."""
        pair = f"{quote_plus(self.client['client_id'])}:{quote_plus(self.client['client_secret'])}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _authorizes(self, asked: dict[str, str]) -> str:
        url = f"{self.base}/api/auth/oauth2/authorize"
        answer = self.browser.get(url, params=asked, allow_redirects=False)
        if answer.status_code != 302:
            raise AssertionError(f"authorize answered {answer.status_code}: {answer.text[:300]}")
        return answer.headers["Location"]


def registers(base: str) -> dict:
    """Registers a client of the code flow with a secret."""
    wanted = {
        "client_name": "schemathesis",
        "redirect_uris": [REDIRECT_URI],
        "post_logout_redirect_uris": [SIGNED_OUT_URI],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": SCOPE,
    }
    return _well(requests.post(f"{base}/api/auth/oauth2/register", json=wanted)).json()


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _well(answer: requests.Response) -> requests.Response:
    if answer.status_code not in (200, 201):
        raise AssertionError(f"{answer.request.method} {answer.url} answered {answer.status_code}: {answer.text[:300]}")
    return answer
