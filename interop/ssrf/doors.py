"""The ways by which a stranger makes the server fetch something."""

import base64
import html
import http.client
import json
import re
import time
from urllib.parse import urlencode

REDIRECT = "http://127.0.0.1:53690/callback"
# A key that a site may publish: RFC 7517 appendix A.1.
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use": "sig",
    "alg": "ES256",
    "kid": "k",
}


class Server:
    """The server that is asked."""

    def __init__(self, address: str, port: int, base_url: str) -> None:
        self.address, self.port, self.base_url = address, port, base_url
        self._host = base_url.removeprefix("https://")

    def asks(self, method: str, path: str, body: str | None = None, kind: str = "application/json"):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=20)
        headers = {"host": self._host, **({"content-type": kind} if body is not None else {})}
        # A target is bytes of ASCII; what a stranger writes is escaped as a browser would.
        connection.request(method, path, body.encode() if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), text

    def authorizes(self, client_id: str, **more: str) -> tuple[int, str]:
        """Asks for a sign-in to a client that is known by a document: the status, and what a person reads."""
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT,
            "scope": "mcp:tools",
            "resource": f"{self.base_url}/mcp",
            "state": "s",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            **more,
        }
        status, headers, page = self.asks("GET", f"/api/auth/oauth2/authorize?{urlencode(asked)}")
        return status, headers.get("location") or read(page)

    def registers(self, **more) -> tuple[int, dict]:
        metadata = {"client_name": "a stranger", "redirect_uris": [REDIRECT], "scope": "mcp:tools", **more}
        status, _, text = self.asks("POST", "/api/auth/oauth2/register", json.dumps(metadata))
        return status, json.loads(text)

    def proves(self, client_id: str) -> tuple[int, dict]:
        """Redeems a code that is none as a client that proves itself by a key: its keys are looked at first."""
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": self.base_url, "iat": now, "exp": now + 60}
        parts = [{"alg": "ES256", "kid": "k", "typ": "JWT"}, {**claims, "jti": str(time.monotonic_ns())}]
        encoded = [json.dumps(part).encode() for part in parts] + [b"s" * 64]
        form = {
            "grant_type": "authorization_code",
            "code": "none",
            "redirect_uri": REDIRECT,
            "code_verifier": "v" * 43,
            "client_id": client_id,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in encoded),
        }
        kind = "application/x-www-form-urlencoded"
        status, _, text = self.asks("POST", "/api/auth/oauth2/token", urlencode(form), kind)
        return status, json.loads(text)


def read(page: str) -> str:
    """What a person reads on a page, without the number that each answer has."""
    page = re.sub(r"(?s)<(style|head)\b.*?</\1>", " ", page)
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return re.sub(r"[0-9a-f-]{32,36}", "…", re.sub(r"\s+", " ", text)).strip()


def site(host: str, target: str):
    """What every site answers: as much as a stranger could want, and hints that lead inside."""
    path, _, query = target.partition("?")
    headers = {
        "content-type": "application/json",
        "alt-svc": 'h3="10.0.0.1:443", h2="127.0.0.1:443"',
        "refresh": "0; url=https://10.0.0.1/",
        "link": '<https://127.0.0.1/>; rel="preload"',
        "cache-control": "no-store",
    }
    if path.startswith("/to/"):
        return f"{path.removeprefix('/to/')} Elsewhere", {**headers, "location": query}, b""
    if path == "/keys.json":
        return "200 OK", headers, json.dumps({"keys": [KEY]}).encode()
    if path == "/sector.json":
        return "200 OK", headers, json.dumps([REDIRECT]).encode()
    document = {
        "client_id": f"https://{host}{target}",
        "client_name": "A stranger",
        "redirect_uris": [REDIRECT],
        "logo_uri": "https://10.0.0.1/logo.png",
        "client_uri": "https://127.0.0.1/",
        "policy_uri": "https://169.254.169.254/",
        "tos_uri": "https://[::1]/",
    }
    if query:
        document |= {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": query}
    return "200 OK", headers, json.dumps(document).encode()
