"""The delivery network: its copy of htmx runs when it answers; when it is blocked, silent or late,
our own copy runs after a second and a half at most; and never both."""

from dataclasses import replace

import pytest

from demo.nodes import ROOT, free_port

pytestmark = pytest.mark.browser
CDN = "https://cdn.jsdelivr.net/**"
VENDORED = ROOT / "static" / "vendor" / "htmx-4.0.1.min.js"
COPIES = "[...document.querySelectorAll('script[src*=htmx]')].map(script => script.src)"
LOCAL_AT = (
    "performance.getEntriesByType('resource')"
    ".find(entry => entry.name.endsWith('htmx-4.0.1.min.js')).startTime"
)


@pytest.fixture(scope="module")
def address(province):
    """Bình Sơn once more, with pages that take htmx from the network."""
    node = next(node for node in province.nodes if node.data.key == "binhson")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VANTHU_ASSET_SOURCE", "cdn")
        again = replace(node, port=free_port(node.port + 10), processes=[], queue=None)
        again.start_web()
        try:
            again.wait_until_ready()
            yield again.url
        finally:
            again.stop()


@pytest.fixture
def clerk(hall, address):
    clerk = hall.person("bs.vanthu")
    clerk.base = address
    return clerk


def runs(clerk) -> list[str]:
    """Waits for htmx; the addresses of all its copies on the page."""
    clerk.until_script_says("window.htmx?.version")
    return clerk.page.evaluate(COPIES)


def filters_without_reload(clerk) -> None:
    """htmx does its work: a filter changes the list, the page stays."""
    clerk.page.evaluate("window.stayed = true")
    clerk.page.get_by_label("Nguồn").select_option(label="Văn bản giấy")
    clerk.page.wait_for_url("**source=paper**")
    assert clerk.page.evaluate("window.stayed")


def test_a_network_that_answers_serves_htmx(clerk):
    library = VENDORED.read_text()
    allow = {"Access-Control-Allow-Origin": "*"}
    clerk.window.route(
        CDN,
        lambda route: route.fulfill(body=library, content_type="text/javascript", headers=allow),
    )
    clerk.open("/incoming/")
    [copy] = runs(clerk)
    assert copy.startswith("https://cdn.jsdelivr.net/")
    filters_without_reload(clerk)


def test_a_copy_with_another_fingerprint_never_runs(clerk):
    allow = {"Access-Control-Allow-Origin": "*"}
    clerk.window.route(
        CDN,
        lambda route: route.fulfill(
            body="window.foreign = 1", content_type="text/javascript", headers=allow
        ),
    )
    clerk.open("/incoming/")
    clerk.until_script_says("window.htmx?.version")
    assert clerk.page.evaluate("window.foreign") is None
    clerk.troubles = [each for each in clerk.troubles if "integrity" not in each]


def test_a_blocked_network_costs_no_time(clerk):
    clerk.window.route(CDN, lambda route: route.abort())
    clerk.open("/incoming/")
    [copy] = runs(clerk)
    assert copy.startswith(clerk.base)
    assert clerk.page.evaluate(LOCAL_AT) < 1500
    filters_without_reload(clerk)
    clerk.troubles = [each for each in clerk.troubles if "cdn.jsdelivr.net" not in each]


def test_a_silent_network_costs_a_second_and_a_half_once_and_a_late_answer_changes_nothing(clerk):
    held = []
    clerk.window.route(CDN, lambda route: held.append(route))  # noqa: PLW0108 Playwright marks it
    clerk.open("/incoming/")
    [copy] = runs(clerk)
    assert copy.startswith(clerk.base)
    assert 1400 < clerk.page.evaluate(LOCAL_AT) < 3000
    [late] = held
    late.fulfill(
        body=VENDORED.read_text(),
        content_type="text/javascript",
        headers={"Access-Control-Allow-Origin": "*"},
    )
    clerk.page.wait_for_timeout(300)
    assert runs(clerk) == [copy]
    filters_without_reload(clerk)
    clerk.open("/outgoing/")
    assert runs(clerk) == [copy]
    assert len(held) == 1, "only the first page of a tab tries the network"
