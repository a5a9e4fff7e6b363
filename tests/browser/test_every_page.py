"""Every main page as each role sees it: no accessibility fault (axe), and no wider than the window
of a desk, of a phone and of the narrowest phone."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from demo.story import ASKING
from demo.waiting import until
from tests.browser.conftest import DESK, PHONE
from tests.signing.conftest import typeset

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
        "{copy}",
        "{copy}/send",
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
        "{two}",
        "{two}/preview",
        "{batch}",
    ),
    "st.chuyenvien": ("{draft}", "{draft}/edit", "/copies/new", "{unplaced}/places", "{two}"),
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


@pytest.fixture(scope="session")
def newer(story, places):
    """A copy that was sent, a document of two leaders, a file to place their signatures on, and the
    result of many documents signed at once."""
    officer, leader = story.person("st.chuyenvien"), story.person("st.chutich")
    base = str(officer.http.base_url)
    page = officer.open("/outgoing/new")
    deputy = page.tree.xpath("//select[@name='cosigner_2']/option[contains(.,'Phó')]/@value")[0]
    two = story.draft("st", ASKING | {"subject": "V/v hai lãnh đạo ký", "cosigner_2": deputy}, ())
    many = [story.draft("st", ASKING | {"subject": f"V/v ký một lượt {n}"}, ()) for n in (1, 2)]
    chosen = leader.open("/batches/approve")
    ticks = [
        value
        for value in chosen.tree.xpath("//input[@name='docs']/@value")
        if value.partition(":")[0] in {each.rpartition("/")[2] for each in many}
    ]
    batch = leader.submit(chosen, "/batches/approve", docs=ticks, pin=story.pin, unopened="1")
    blank = typeset('#set page(paper: "a4")\nMột trang không có chỗ ký.')
    upload = {"file": ("cong-van.pdf", blank, "application/pdf")}
    asking = ASKING | {"source": "file", "body": "", "cosigner_2": deputy}
    unplaced = officer.submit(officer.open("/outgoing/new"), "/outgoing/new", upload, **asking)
    return {
        "two": two,
        "batch": batch.url.removeprefix(base),
        "unplaced": unplaced.url.removeprefix(base),
        "copy": sent_copy(story, blank),
    }


def sent_copy(story, scan: bytes) -> str:
    officer, chief = story.person("st.chuyenvien"), story.person("st.chanhvp")
    clerk = story.person("st.vanthu")
    page = officer.submit(
        officer.open("/copies/new"), "/copies/new", {"file": ("quet.pdf", scan, "application/pdf")},
        kind="same", medium="electronic", original_reference="15/QĐ-UBND",
        original_date="02/03/2026", original_issuer="Ủy ban nhân dân tỉnh", copies="1",
        original_subject="Về việc phê duyệt kế hoạch chuyển đổi số năm 2026",
        signer_id=officer.open("/copies/new").tree.xpath(
            "//select[@name='signer_id']/option[contains(.,'Chánh Văn phòng')]/@value"
        )[0],
    )  # fmt: skip
    address = page.url.removeprefix(str(officer.http.base_url))
    chief.submit(chief.open(address), "/approve")
    clerk.submit(clerk.open(address), "/sign", pin=story.pin)
    until("ký bản sao", lambda: "/send" in clerk.open(address).text)
    clerk.submit(clerk.open(f"{address}/send"), "/send", recipients=["000.00.31.H48"])
    return address


@pytest.mark.parametrize("username", PAGES)
def test_its_pages_are_accessible_and_fit_every_window(username, hall, places, newer):
    clerk = hall.person(username)
    for address in PAGES[username]:
        clerk.open(address.format(**places, **newer))
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


def test_administrators_look_at_roots_before_they_trust(hall, province):
    admin = hall.person("bs.quantri")
    admin.open("/signing/roots")
    root = {"name": "goc.cer", "mimeType": "application/x-x509-ca-cert", "buffer": province.root}
    admin.page.locator("#them-goc input[type=file]").set_input_files(root)
    admin.page.locator("#them-goc button[type=submit]").click()
    admin.sees("Chọn chứng thư để tin cậy")
    checked(admin)


def test_the_page_where_anybody_checks_a_file(hall, story, places):
    """Nobody is signed in; the report of a good file, of one that is none, and the refusal."""
    clerk = story.person("st.vanthu")
    issued = clerk.download(clerk.open(places["sent"]).link("Tải bản gốc"))
    stranger = hall.person("st.vanthu")
    stranger.window.clear_cookies()
    stranger.open("/kiem-tra/")
    checked(stranger)
    for data, said in ((issued, "Chữ ký hợp lệ"), (b"%PDF-1.7 nothing", "Không kết luận được")):
        pdf = {"name": "cong-van.pdf", "mimeType": "application/pdf", "buffer": data}
        stranger.page.get_by_label("Tệp cần kiểm tra").set_input_files(pdf)
        stranger.press("Kiểm tra")
        stranger.sees(said, "Kiểm tra tệp khác")
        details = stranger.page.locator("main details")
        details.evaluate_all("all => all.forEach(each => { each.open = true })")
        checked(stranger)


def checked(clerk) -> None:
    """One page that is open, at the sizes of desk and phone."""
    clerk.page.evaluate(AXE_SCRIPT)
    for width, height in (DESK, PHONE):
        clerk.page.set_viewport_size({"width": width, "height": height})
        clerk.fits()
        clerk.troubles += faults(clerk, width)


def faults(clerk, width: int) -> list[str]:
    found = clerk.page.evaluate("rules => axe.run(rules)", RULES)["violations"]
    return [
        f"{clerk.address} at {width}: {each['id']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
    ]
