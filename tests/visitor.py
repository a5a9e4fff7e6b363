"""A visitor of the pages: every answer is checked for what must hold on every page, so that no test
has to remember it: valid HTML, title, one h1, labels, no duplicate ids, form actions and tokens,
the content security policy, the number of SQL statements."""

import re
from collections import Counter
from urllib.parse import urlsplit

import html5lib
from flask import Flask
from html5lib.html5parser import ParseError
from sqlalchemy import event

from extensions import db

MAX_STATEMENTS = 12
NAMED = ("hidden", "submit", "button", "reset", "image")
ARIA = ("aria-label", "aria-labelledby", "title")


class Visitor:
    """A browser without scripts: follows redirects on demand, sends real forms with their tokens.

    `statements` holds the SQL of the last request.
    """

    def __init__(self, app: Flask, username: str | None = None, password: str = "") -> None:
        self.app = app
        self.client = app.test_client()
        self.statements: list[str] = []
        if username:
            self.sign_in(username, password)

    def sign_in(self, username: str, password: str) -> None:
        answer = self.submit(
            "/account/login", {"username": username, "password": password}, page="/account/login"
        )
        assert answer.status_code == 303, answer.text

    def get(self, address: str, status: int = 200, statements: int = MAX_STATEMENTS, **headers):
        """The page, checked. `statements`: the most SQL statements it may cost."""
        answer = self._open("GET", address, headers=headers)
        assert answer.status_code == status, (
            f"{address}: {answer.status_code}\n{answer.text[:2000]}"
        )
        if answer.mimetype == "text/html" and status != 302:
            check_page(answer, fragment="HX-Request" in headers)
        count = len(self.statements)
        assert count <= statements, f"{address}: {count} statements\n" + "\n".join(self.statements)
        return answer

    def submit(self, action: str, data: dict | None = None, page: str | None = None, **headers):
        """Posts a form with the token of `page` (or of the home page)."""
        token = self.token(page or "/")
        return self._open(
            "POST", action, data={"csrf_token": token, **(data or {})}, headers=headers
        )

    def token(self, page: str) -> str:
        text = self._open("GET", page, follow_redirects=True).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert found, f"no form token on {page}"
        return found.group(1)

    def _open(self, method: str, address: str, **options):
        self.statements = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                self.statements.append(statement)

        # A context of its own: a test may stand in one, whose `g` would live on between requests.
        with self.app.app_context():
            engine = db.engine
            event.listen(engine, "before_cursor_execute", note)
            try:
                return self.client.open(address, method=method, **options)
            finally:
                event.remove(engine, "before_cursor_execute", note)


def check_page(answer, fragment: bool = False) -> None:
    """Everything that holds on every page; a fragment has no head."""
    text = answer.text
    tree = parse(text, fragment)
    check_headers(answer)
    check_ids(tree)
    check_labels(tree)
    check_forms(tree)
    if not fragment:
        assert (tree.findtext("head/title") or "").strip(), "a page without a title"
        headings = tree.findall(".//h1")
        assert len(headings) == 1, f"{len(headings)} h1"
        assert "".join(headings[0].itertext()).strip(), "an empty h1"
        assert tree.get("lang") in ("vi", "en")
    for forbidden in ("undefined", "{{", "{%", "None</"):
        assert forbidden not in text, f"{forbidden!r} on the page"


def parse(text: str, fragment: bool):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    try:
        return parser.parseFragment(text) if fragment else parser.parse(text)
    except ParseError:
        raise AssertionError(f"invalid HTML: {parser.errors[-1]}\n{text[:3000]}") from None


def check_headers(answer) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def check_ids(tree) -> None:
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    doubled = [name for name, count in ids.items() if count > 1]
    assert not doubled, f"ids used twice: {doubled}"


def check_labels(tree) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    wrapped = {id(inner) for label in tree.iter("label") for inner in label.iter()}
    for field in (e for e in tree.iter() if e.tag in ("input", "select", "textarea")):
        if field.get("type") in NAMED or id(field) in wrapped:
            continue
        named = field.get("id") in labelled or any(field.get(name) for name in ARIA)
        assert named, f"no label for {field.tag} {field.attrib}"


def check_forms(tree) -> None:
    for form in tree.iter("form"):
        if form.get("method", "get").lower() == "dialog":
            continue
        action = form.get("action")
        assert action, f"a form without action: {form.attrib}"
        assert not urlsplit(action).netloc, f"a form to elsewhere: {action}"
        if form.get("method", "get").lower() == "post":
            names = [field.get("name") for field in form.iter("input")]
            assert "csrf_token" in names, f"a form without token: {action}"
