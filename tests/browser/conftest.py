"""A running province and a Chromium for each process of the tests; a window for each person."""

import os
import shutil
from dataclasses import dataclass
from functools import partial

import pytest

from demo.nodes import RunningNode
from demo.running import Province
from demo.story import ASKING, BINH_SON, Story
from tests.browser.clerk import Clerk

# Each process of the tests has ports of its own to look for free ones.
FIRST_PORT = 18400 + 2000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
DESK, PHONE = (1366, 768), (390, 844)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """The machine's own Chromium."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=QUIET, env=os.environ | {"LANGUAGE": "vi"}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def province(chromium, tmp_path_factory, _cheap_passwords, _cheap_signing):
    """A hub and two districts with their own web processes, workers and queue servers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VANTHU_ASSET_SOURCE", "local")
        running = Province(tmp_path_factory.mktemp("province"), FIRST_PORT)
        for node in running.districts:
            node.more = node.more | {"VANTHU_PUBLIC_VERIFICATION": "1"}
        try:
            running.prepare()
            running.start()
            yield running
        finally:
            running.stop()


@dataclass
class Hall:
    """Opens windows for people; sees to it that they close without a trouble."""

    browser: object
    province: Province
    cookies: dict[str, list]  # who signed in once, stays so for the session
    open: list[Clerk]

    def node_of(self, username: str) -> RunningNode:
        key = {"bs": "binhson", "st": "sontinh"}.get(username.split(".", maxsplit=1)[0], "hub")
        return next(node for node in self.province.nodes if node.data.key == key)

    def person(self, username: str, size=DESK, scripts: bool = True, anew: bool = False) -> Clerk:
        """A window of this person, signed in; `anew`: by a session of its own."""
        window = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            has_touch=size[0] < 600,
        )
        clerk = Clerk(window, self.node_of(username).url, scripts)
        self.open.append(clerk)
        if anew or username not in self.cookies:
            clerk.sign_in(username, self.province.secrets.password)
        if not anew:
            window.add_cookies(self.cookies.setdefault(username, window.cookies()))
        return clerk


@pytest.fixture(scope="session")
def cookies():
    return {}


class Errands(Story):
    """The demonstration's people, who prepare over HTTP what a test wants to find."""

    def check_signatures(self, _pdf: bytes) -> None:
        """Not here: pyHanko wants an event loop of its own, and Playwright's runs."""


@pytest.fixture(scope="session")
def story(province):
    return Errands(province)


@pytest.fixture(scope="session")
def awaiting(story) -> str:
    """The address of a document that waits for the leader of Sơn Tịnh."""
    return story.draft("st", ASKING | {"subject": "V/v chờ lãnh đạo ký"}, (BINH_SON,))


@pytest.fixture
def hall(chromium, province, cookies):
    opened: list[Clerk] = []
    yield Hall(chromium, province, cookies, opened)
    troubles = [trouble for clerk in opened for trouble in clerk.troubles]
    for clerk in opened:
        clerk.window.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture(params=[(DESK, True), (PHONE, True), (DESK, False)], ids=["desk", "phone", "plain"])
def person(request, hall):
    """Opens windows of one kind: a desk's, a phone's, or one without scripts."""
    size, scripts = request.param
    return partial(hall.person, size=size, scripts=scripts)
