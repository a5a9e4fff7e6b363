"""A browser without scripts for the demonstration: opens pages, fills the forms that stand on them,
follows redirects. It knows nothing of the program but its pages."""

from dataclasses import dataclass
from urllib.parse import urljoin

import httpx
from lxml import html


class Refused(Exception):
    """A page answered with an error, or a form that was expected is not there."""


@dataclass(frozen=True)
class Page:
    """A page as it came: address, status, text and parsed tree."""

    url: str
    status: int
    text: str

    @property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.text)

    def words(self) -> str:
        return " ".join(self.tree.text_content().split())

    def form(self, action: str) -> html.FormElement:
        """The form whose action ends like this."""
        for form in self.tree.forms:
            if (form.get("action") or "").split("?")[0].endswith(action):
                return form
        found = [form.get("action") for form in self.tree.forms]
        raise Refused(f"{self.url}: không có biểu mẫu {action}; có {found}\n{self.words()[:800]}")

    def link(self, text: str) -> str:
        """The address of the first link that contains `text`."""
        for anchor in self.tree.iter("a"):
            if text in " ".join(anchor.text_content().split()):
                return urljoin(self.url, anchor.get("href"))
        raise Refused(f"{self.url}: không có liên kết “{text}”\n{self.words()[:800]}")


class Browser:
    """One signed-in person at one node."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.username = username
        self.http = httpx.Client(base_url=base, timeout=60, follow_redirects=True)
        page = self.open("/account/login")
        self.submit(page, "/account/login", username=username, password=password)

    def open(self, address: str) -> Page:
        return self._page(self.http.get(address))

    def submit(self, page: Page, action: str, files: dict | None = None, **fields) -> Page:
        """Fills the form of `page` whose action ends with `action` and sends it."""
        form = page.form(action)
        data = dict(form.form_values()) | {k: v for k, v in fields.items() if v is not None}
        return self._page(self.http.post(form.get("action"), data=data, files=files))

    def post(self, address: str, **fields) -> httpx.Response:
        return self.http.post(address, data=fields)

    def download(self, address: str) -> bytes:
        answer = self.http.get(address)
        if answer.status_code != 200:
            raise Refused(f"{address}: {answer.status_code}")
        return answer.content

    def _page(self, answer: httpx.Response) -> Page:
        page = Page(str(answer.url), answer.status_code, answer.text)
        if answer.status_code >= 400:
            raise Refused(f"{self.username}: {page.url}: {page.status}\n{page.words()[:1500]}")
        return page
