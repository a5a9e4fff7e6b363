"""A person at a browser window: signs in, opens, fills, presses, sees. Whatever a page does wrong
meanwhile (scripts, content policy, requests, more width than the window) is noted, and refused when
the person leaves."""

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

PATIENCE = 20.0  # seconds: background work on a busy machine
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Clerk:
    """One person in one window. `expected`: statuses that the test itself provokes."""

    def __init__(self, window: BrowserContext, base: str, scripts: bool = True) -> None:
        self.window, self.base, self.scripts = window, base, scripts
        self.expected: set[int] = set()
        self.troubles: list[str] = []
        self.asked: list[str] = []
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        page = self.window.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", lambda asked: self.asked.append(f"{asked.method} {asked.url}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # Asked for a style while our own sheet is on its way, Chromium sees Pico's icons, which it
        # takes back (tests/shell/test_assets.py). Statuses are noted by `_answered`.
        known = ("Failed to load resource", "Loading the image 'data:image/svg+xml")
        if message.type == "error" and not message.text.startswith(known):
            self.troubles.append(f"console of {self.page.url}: {message.text}")

    def _failed(self, request: Request) -> None:
        # What a page still loads when the person goes on is aborted by the browser: no fault.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.troubles.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.troubles.append(f"{response.status} {response.request.method} {response.url}")

    # what people do

    def sign_in(self, username: str, password: str) -> None:
        self.open("/account/login")
        self.fill("Tên đăng nhập", username)
        self.fill("Mật khẩu", password)
        self.press("Đăng nhập")
        self.page.locator(".me summary").wait_for()

    def open(self, address: str) -> None:
        self.page.goto(self.base + address if address.startswith("/") else address)
        self.fits()

    def fill(self, label: str, text: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_label(label).first.fill(text)

    def press(self, label: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=label, exact=True).first.click()

    def unfold(self, label: str, within: Locator | None = None) -> Locator:
        """Opens what is folded behind `label`, and gives it."""
        summary = (within or self.page).locator("summary", has_text=label).first
        part = summary.locator("xpath=..")
        if part.get_attribute("open") is None:
            summary.click()
        return part

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    # what people see

    @property
    def address(self) -> str:
        return urlsplit(self.page.url).path

    def words(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def row(self, text: str) -> Locator:
        return self.page.locator("tbody tr", has_text=text).first

    def sees(self, *texts: str) -> None:
        """Waits until the page, left alone, shows all of this."""
        for text in texts:
            self.page.locator("main").get_by_text(text).first.wait_for()

    def until(self, what: str, look: Callable[[], bool]) -> None:
        """Loads the page again and again, as people do, until it is so."""
        end = time.monotonic() + PATIENCE
        while not look():
            assert time.monotonic() < end, f"waited for {what} in vain: {self.words()[:1500]}"
            self.page.wait_for_timeout(300)
            self.page.reload()

    def until_script_says(self, expression: str) -> None:
        """Playwright's own wait would compile code in the page, which our policy refuses."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"never true on {self.page.url}: {expression}"
            self.page.wait_for_timeout(50)

    def until_page_has(self, selector: str) -> None:
        self.until(selector, lambda: self.page.locator(selector).count() > 0)

    def until_page_says(self, pattern: str) -> None:
        self.until(pattern, lambda: bool(re.search(pattern, self.words())))

    def focused(self) -> Locator:
        return self.page.locator(":focus")

    def fits(self) -> None:
        """The page is no wider than the window, once its style has come."""
        self.page.wait_for_load_state()
        if (wider := self.page.evaluate(WIDER)) > 0:
            self.troubles.append(f"{self.address}: {wider} px wider than the window")
