"""Every main page as each role sees it: no accessibility fault (axe), and no wider than the window
of a desk, of a phone and of the narrowest phone."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from demo.story import ASKING
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser
NARROWEST = (360, 740)
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
PAGES = {
    "bs.vanthu": (
        "/",
        "/incoming/",
        "/incoming/?state=all",
        "/incoming/new",
        "/outgoing/",
        "/outgoing/new",
        "/outgoing/groups",
        "/outgoing/groups/new",
        "/assignments/",
        "/registers/incoming",
        "/registers/outgoing",
        "/registers/secret",
        "/registers/secret/new",
        "/exchange/",
        "/search/?q=bao+cao",
        "/account/",
        "/account/password",
        "/batches/issue",
        "/copies/",
        "/copies/new",
        "/registers/copies",
        "{arrived}",
        "{arrived}/stamp",
        "{checked}",
    ),
    "bs.chutich": ("/", "/incoming/", "{arrived}"),
    "bs.truongphong": ("/assignments/?state=unit", "{arrived}"),
    "bs.quantri": (
        "/admin/people",
        "/admin/people/new",
        "/admin/units",
        "/admin/agency",
        "/admin/agencies",
        "/admin/hub-link",
        "/admin/audit",
        "/admin/time-authority",
        "/admin/delegations/",
        "/signing/certificates",
        "/signing/certificates/1",
        "/signing/certificates/new/pkcs12",
        "/signing/certificates/new/pkcs11",
        "/signing/certificates/new/csc",
        "/signing/certificates/new/token",
        "/signing/roots",
    ),
    "st.vanthu": (
        "/outgoing/?state=all",
        "{sent}",
        "{sent}/recipients",
        "{sent}/recipients/add",
        "/exchange/",
    ),
    "st.chutich": (
        "/",
        "/signing/",
        "/signing/pin",
        "/signing/key",
        "/signing/code",
        "/signing/token",
        "/batches/approve",
        "{awaiting}",
        "{awaiting}/preview",
    ),
    "st.chuyenvien": ("{draft}", "{draft}/edit", "/copies/new"),
    "hub.vanhanh": ("/hub/messages", "/hub/directory", "/hub/nodes", "/hub/nodes/new"),
}


@pytest.fixture(scope="session")
def places(story, awaiting):
    """Documents in the states that show most: sent, received and directed, awaiting, draft."""
    sent = story.draft("st", ASKING, ("000.00.31.H48", "000.21.32.H48"))
    story.approve("st", sent)
    story.issue("st", sent)
    arrived = story.receive("bs.vanthu", ASKING["subject"])
    story.direct(arrived)
    officer = story.person("st.chuyenvien")
    draft = officer.submit(officer.open("/outgoing/new"), "/outgoing/new", **ASKING)
    again = story.draft("st", ASKING | {"subject": "V/v chờ ký trên mọi cửa sổ"}, ())
    clerk = story.person("bs.vanthu")
    checked = clerk.open(arrived).link("Phiếu kiểm tra và kiểm tra lại")
    return {
        "sent": sent,
        "arrived": arrived,
        "awaiting": again,
        "draft": draft.url.removeprefix(str(officer.http.base_url)),
        "checked": checked.removeprefix(str(clerk.http.base_url)),
    }


@pytest.mark.parametrize("username", PAGES)
def test_its_pages_are_accessible_and_fit_every_window(username, hall, places):
    clerk = hall.person(username)
    for address in PAGES[username]:
        clerk.open(address.format(**places))
        clerk.page.evaluate(AXE_SCRIPT)
        for width, height in (DESK, PHONE, NARROWEST):
            clerk.page.set_viewport_size({"width": width, "height": height})
            clerk.fits()
            if width != NARROWEST[0]:
                clerk.troubles += faults(clerk, width)


def test_the_login_page_too(hall):
    clerk = hall.person("bs.vanthu")
    clerk.window.clear_cookies()
    clerk.open("/account/login")
    clerk.page.evaluate(AXE_SCRIPT)
    clerk.troubles += faults(clerk, DESK[0])


def faults(clerk, width: int) -> list[str]:
    found = clerk.page.evaluate("rules => axe.run(rules)", RULES)["violations"]
    return [
        f"{clerk.address} at {width}: {each['id']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
    ]
