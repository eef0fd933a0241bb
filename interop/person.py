"""A person at a browser without script, on the standard library only.

Follows redirects and links, keeps cookies, fills in the forms that the pages really contain, and
sends the headers that a browser sends on a navigation, because the server may judge by them.
"""

import http.client
import json
import os
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

MOST_STEPS = 15
ALLOWING = re.compile(r"^(allow|accept|approve|authorize|yes|true|1)$", re.IGNORECASE)


class Page(HTMLParser):
    """The forms, the targets of links and the visible words of one page."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.forms: list[dict] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: dict | None = None
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag in ("style", "script", "head"):
            self._hidden += 1
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = {"action": given.get("action", ""), "method": given.get("method", "get").upper(), "inputs": [], "buttons": []}
            self.forms.append(self._form)
        elif self._form is not None and tag == "input":
            kind = "buttons" if given.get("type", "").lower() == "submit" else "inputs"
            self._form[kind].append(given)
        elif self._form is not None and tag == "button" and given.get("type", "submit").lower() == "submit":
            self._form["buttons"].append(given)

    def handle_endtag(self, tag):
        if tag in ("style", "script", "head"):
            self._hidden = max(0, self._hidden - 1)
        elif tag == "form":
            self._form = None

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))

    def told(self) -> str:
        return " ".join(self.words)[:300]


class Answer:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode("utf-8", "replace")


@dataclass
class Reached:
    """Where a journey ended: at the client, by a redirect or by a form, or else on a page."""

    redirected: str | None = None
    posted: dict[str, str] | None = None


class Person:
    def __init__(self, base: str, name: str, email: str, password: str):
        self.base = base
        self.name = name
        self.email = email
        self.password = password
        self.cookies: dict[str, str] = {}

    @staticmethod
    def stranger(base: str, name: str) -> "Person":
        """Somebody new, with an address nobody used before."""
        email = f"{name.split()[0].lower()}-{os.getpid()}-{time.time_ns()}@example.com"
        return Person(base, name, email, "correct horse battery staple")

    def at_another_browser(self) -> "Person":
        """The same person at a second browser, which knows no cookie."""
        return Person(self.base, self.name, self.email, self.password)

    def signs_up_by_json(self) -> dict:
        """Makes the account with the JSON endpoint, as an app's own page would; stays signed out here."""
        account = {"name": self.name, "email": self.email, "password": self.password}
        headers = {"content-type": "application/json", "origin": self.base}
        answer = self._sends("POST", f"{self.base}/api/auth/sign-up/email", headers, json.dumps(account))
        self.cookies.clear()
        if answer.status != 200:
            raise AssertionError(f"sign-up answered {answer.status}: {answer.body}")
        return json.loads(answer.body)

    def authorizes(self, url: str, redirect_uri: str) -> str:
        """Opens an authorization URL and does what the pages ask, until the redirect URI is reached."""
        reached = self._browses(url, redirect_uri, "authorize")
        if reached.redirected is None:
            raise AssertionError(f"the journey ended on {'a form' if reached.posted else 'a page'}")
        return reached.redirected

    def authorizes_by_form(self, url: str, redirect_uri: str) -> dict[str, str]:
        """The same, where the answer is posted by a form: the fields that the client gets."""
        reached = self._browses(url, redirect_uri, "authorize")
        if reached.posted is None:
            raise AssertionError("the answer came without a form")
        return reached.posted

    def ends_session(self, url: str, redirect_uri: str | None = None) -> str | None:
        """Opens the end-session URL and confirms if asked. Answers the redirect to the client, if there was one."""
        return self._browses(url, redirect_uri, "end").redirected

    def session(self) -> dict | None:
        """What the server knows of this browser."""
        headers = {"accept": "application/json", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
        answer = self._sends("GET", f"{self.base}/api/auth/get-session", headers)
        if answer.status != 200:
            raise AssertionError(f"get-session answered {answer.status}")
        return json.loads(answer.body or "null")

    def _browses(self, url: str, redirect_uri: str | None, purpose: str) -> Reached:
        at, site, sent = url, "none", None
        answer = self._navigates("GET", at, site)
        for _ in range(MOST_STEPS):
            location = answer.headers.get("location")
            if 300 <= answer.status < 400 and location:
                at = urljoin(at, location)
                if redirect_uri and at.split("?")[0] == redirect_uri:
                    return Reached(redirected=at)
                if origin_of(at) != origin_of(self.base):
                    raise AssertionError(f"redirected to a foreign origin: {origin_of(at)}")
                answer = self._navigates("GET", at, site)
                continue

            page = Page(answer.body)
            path = urlsplit(at).path
            if answer.status >= 400:
                raise AssertionError(f"{path} answered {answer.status}: {page.told()}")
            form = chosen_form(page, purpose)
            if form is None and purpose == "end":
                return Reached()
            if form is None:
                raise AssertionError(f"no form to fill in on {path}: {page.told()}")
            fields = self._fills(form)
            attempt = (urljoin(at, form["action"]), [name for name, _ in fields])
            if sent == attempt:
                raise AssertionError(f"{path} came back after it was sent: {page.told()}")
            sent, site = attempt, "same-origin"
            target = attempt[0]
            if redirect_uri and target.split("?")[0] == redirect_uri:
                return Reached(posted=dict(fields))
            if form["method"] == "GET":
                at = f"{target.split('?')[0]}?{urlencode(fields)}"
                answer = self._navigates("GET", at, site)
            else:
                # Fetch, "append a request Origin header": a page without referrer posts `Origin: null`.
                hides = answer.headers.get("referrer-policy", "").strip() == "no-referrer"
                at = target
                answer = self._navigates("POST", at, site, "null" if hides else self.base, urlencode(fields))
        raise AssertionError(f"no end after {MOST_STEPS} steps")

    def _fills(self, form: dict) -> list[tuple[str, str]]:
        fields = []
        for given in form["inputs"]:
            kind = given.get("type", "text").lower()
            if not given.get("name") or "disabled" in given or kind in ("button", "image", "reset"):
                continue
            if kind in ("checkbox", "radio") and "checked" not in given:
                continue
            fields.append((given["name"], self._answers(given, kind)))
        button = next((button for button in form["buttons"] if allows(button)), next(iter(form["buttons"]), None))
        if button and button.get("name"):
            fields.append((button["name"], button.get("value", "")))
        return fields

    def _answers(self, given: dict, kind: str) -> str:
        if kind == "hidden":
            return given.get("value", "")
        if kind == "password":
            return self.password
        if kind == "email" or given["name"] == "email":
            return self.email
        if given["name"] == "name":
            return self.name
        return given.get("value", "on" if kind == "checkbox" else "")

    def _navigates(self, method: str, url: str, site: str, origin: str | None = None, body: str | None = None) -> Answer:
        headers = {
            "accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
            "accept-language": "en",
            "sec-fetch-site": site,
            "sec-fetch-mode": "navigate",
            "sec-fetch-dest": "document",
            "sec-fetch-user": "?1",
        }
        if origin:
            headers["origin"] = origin
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        return self._sends(method, url, headers, body)

    def _sends(self, method: str, url: str, headers: dict[str, str], body: str | None = None) -> Answer:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=30)
        if self.cookies:
            headers = {**headers, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        path = parts.path or "/"
        try:
            connection.request(method, f"{path}?{parts.query}" if parts.query else path, body, headers)
            response = connection.getresponse()
            self._remembers(response.headers.get_all("set-cookie") or [])
            return Answer(response)
        finally:
            connection.close()

    def _remembers(self, lines: list[str]) -> None:
        for line in lines:
            pair, *attributes = [part.strip() for part in line.split(";")]
            name, _, value = pair.partition("=")
            if any(re.fullmatch(r"max-age=(0|-\d+)", attribute, re.IGNORECASE) for attribute in attributes):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def allows(button: dict) -> bool:
    return bool(ALLOWING.match(button.get("value", "")) or ALLOWING.match(button.get("name", "")))


def chosen_form(page: Page, purpose: str) -> dict | None:
    if purpose == "authorize":
        for form in page.forms:
            if any(given.get("type") == "password" for given in form["inputs"]):
                return form
        for form in page.forms:
            if any(allows(button) for button in form["buttons"]):
                return form
    return next(iter(page.forms), None)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
