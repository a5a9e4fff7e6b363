"""Signing with the desktop program from a page in Chromium: the program is a simulator behind a
real WebSocket on the port that the page knows, with a key of the demo authority."""

import fcntl
import os
import tempfile
import threading
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from werkzeug.serving import make_server

from domain.outgoing_flow import OutgoingState
from services.outgoing import Upload
from tests.axis.tls import _make_certificate
from tests.browser.clerk import Clerk
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_every_page import faults
from tests.conftest import PASSWORD, find_actor, make_node
from tests.copies.conftest import Desk
from tests.signing.conftest import typeset
from tests.signing_token.conftest import (
    SON_TINH,
    TOKEN_PASSPHRASE,
    Journey,
    agency_p12,
    leaders_p12,
)
from tests.signing_token.desktop_program import DesktopProgram, listening
from tests.signing_token.test_agent_calls import last_request
from tests.signing_token.test_batches import sign_all

pytestmark = pytest.mark.browser
SCAN = '#set page(paper: "a4", margin: 25mm)\n#lorem(80)'
LONG = (
    "Về việc phê duyệt kế hoạch ứng dụng công nghệ thông tin, phát triển chính quyền số và bảo đảm"
    " an toàn thông tin mạng trên địa bàn huyện giai đoạn 2026 – 2030"
)


@pytest.fixture(autouse=True)
def _the_only_program():
    """The page knows one port: processes of the tests that run side by side take turns at it."""
    with (Path(tempfile.gettempdir()) / "vanthu-desktop-program.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@pytest.fixture
def journey(tmp_path):
    app = make_node(tmp_path / "sontinh", SON_TINH, certificates=True)
    with app.app_context():
        office = app.extensions["office"]

        def actor(username: str):
            return find_actor(office, username, "000.00.32.H48")

        yield Journey(app, office, actor)


@pytest.fixture
def address(journey):
    listening_web = make_server("127.0.0.1", 0, journey.app, threaded=True)
    listening_web.log = lambda *_: None
    thread = threading.Thread(target=listening_web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening_web.server_port}"
    listening_web.shutdown()
    thread.join()


@pytest.fixture
def leader(chromium, address):
    yield from signed_in(chromium, address, "st.chutich")


@pytest.fixture
def clerk(chromium, address):
    yield from signed_in(chromium, address, "st.vanthu")


def signed_in(chromium, address: str, username: str):
    window = chromium.new_context(
        viewport={"width": DESK[0], "height": DESK[1]}, ignore_https_errors=True, locale="vi-VN"
    )
    clerk = Clerk(window, address)
    clerk.sign_in(username, PASSWORD)
    yield clerk
    # Chromium itself tells of a WebSocket that nobody answers.
    troubles = [each for each in clerk.troubles if "WebSocket connection" not in each]
    window.close()
    assert troubles == []


def work(journey) -> None:
    """In a thread of its own: pyHanko wants an event loop, and here Playwright's runs."""
    worker = threading.Thread(target=journey.work)
    worker.start()
    worker.join()


def test_the_page_calls_the_program_and_tells_what_becomes_of_it(journey, leader, tmp_path):
    doc = journey.asked()
    leader.open(f"/signing/{last_request(journey).id}/token")
    leader.page.evaluate(AXE_SCRIPT)
    leader.troubles += faults(leader, DESK[0])
    leader.press("Ký bằng VGCA")
    leader.sees("Không gọi được phần mềm ký")
    leader.page.evaluate(AXE_SCRIPT)
    leader.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    leader.fits()
    leader.troubles += faults(leader, PHONE[0])
    program = DesktopProgram(leaders_p12(journey.office.now()), TOKEN_PASSPHRASE)
    with listening(program, _make_certificate(tmp_path)):
        program.trouble = "closes"
        leader.press("Ký lại bằng VGCA")
        leader.sees("Cửa sổ ký đã đóng mà chưa ký")
        program.trouble = "Chưa cắm token"
        leader.press("Ký lại bằng VGCA")
        leader.sees("Chưa cắm token")
        program.trouble = ""
        leader.press("Ký lại bằng VGCA")
        leader.sees("Đang ký số")  # the page follows by itself
    work(journey)
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    name, asked = program.asked[-1]
    assert name == "SignApproved"
    assert set(asked) == {
        "FileUploadHandler", "SessionId", "JWTToken", "FileName", "DocNumber", "IssuedDate",
        "MetaData",
    }  # fmt: skip


def test_pairing_a_computer_fits_and_is_accessible(journey, leader):
    leader.open("/signing/token")
    leader.press("Lấy mã ghép máy")
    leader.sees("Mã ghép, dùng một lần")
    leader.page.evaluate(AXE_SCRIPT)
    for width, height in (DESK, PHONE):
        leader.page.set_viewport_size({"width": width, "height": height})
        leader.fits()
        leader.troubles += faults(leader, width)


def looks_right(clerk, name: str) -> None:
    """On both screens: fits, nothing that hinders anybody. The pictures are kept where wanted."""
    clerk.page.evaluate(AXE_SCRIPT)
    for width, height in (DESK, PHONE):
        clerk.page.set_viewport_size({"width": width, "height": height})
        clerk.fits()
        clerk.troubles += faults(clerk, width)
        if folder := os.environ.get("VANTHU_PICTURES"):
            clerk.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    clerk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def in_a_thread(act) -> None:
    """Signing wants an event loop of its own, and here Playwright's runs."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_an_enclosure_is_signed_by_the_program_from_its_line_on_the_page(journey, clerk, tmp_path):
    annex = typeset('#set page(paper: "a4", margin: 20mm)\n#lorem(60)')
    journey.bind_seal()
    files = (Upload("Phụ lục số liệu quý IV.pdf", annex), Upload("b.csv", b"1;2;3\n"))
    in_a_thread(lambda: with_app(journey, lambda: journey.with_files(*files)))
    clerk.open(f"/signing/{last_request(journey).id}/token")
    clerk.sees("Đã ký 0 trên 3 tệp")
    looks_right(clerk, "files")
    program = DesktopProgram(agency_p12(journey.office.now()), TOKEN_PASSPHRASE)
    with listening(program, _make_certificate(tmp_path)):
        clerk.page.locator("#tep-1 button").click()
        clerk.sees("Đã ký 1 trên 3 tệp")  # by itself, once the file is back
    assert program.asked[-1][0] == "SignAppendix"
    assert program.asked[-1][1]["DocNumber"] == "01"
    looks_right(clerk, "files-one-done")


def test_a_copy_that_waits_for_the_token_looks_right(journey, clerk):
    journey.bind_seal()
    desk = Desk(journey.app, journey.office, journey.actor, typeset(SCAN))
    copy_id = desk.approved(original_subject=LONG)
    desk.do("st.vanthu", copy_id, "sign")
    clerk.open(f"/copies/{copy_id}")
    clerk.sees("Đang chờ token của bạn")
    looks_right(clerk, "copy")
    clerk.open("/signing/")
    clerk.sees("Bản sao: 1.")
    looks_right(clerk, "desk")
    clerk.page.get_by_role("link", name="Ký bằng token").first.click()
    clerk.sees("Ký bằng VGCA")
    looks_right(clerk, "copy-on-token")


def test_a_batch_that_waits_for_the_token_tells_the_way_and_the_trouble(journey, leader):
    documents = [journey.submitted() for _ in range(3)]
    leader.open("/batches/approve?tick=all")
    leader.sees("không nhập PIN ở đây")
    looks_right(leader, "batch-new")
    batch_id = sign_all(journey, [journey.now(doc.id) for doc in documents])
    leader.open(f"/batches/{batch_id}")
    leader.sees("Còn 3 trên 3 văn bản chờ token của bạn")
    looks_right(leader, "batch")
    machine = journey.paired(journey.leader)
    task = machine.tasks()[0]
    named = [{"kind": "document", "id": task["id"]}]
    machine.call("POST", "/trouble", json={"code": "own-token-removed", "tasks": named})
    leader.sees("Rút thẻ giữa chừng")  # by itself
    looks_right(leader, "batch-trouble")


def with_app(journey, act):
    with journey.app.app_context():
        return act()
