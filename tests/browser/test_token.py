"""Signing with the desktop program from a page in Chromium: the program is a simulator behind a
real WebSocket on the port that the page knows, with a key of the demo authority."""

import threading

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from werkzeug.serving import make_server

from domain.outgoing_flow import OutgoingState
from tests.axis.tls import _make_certificate
from tests.browser.clerk import Clerk
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_every_page import faults
from tests.conftest import PASSWORD, find_actor, make_node
from tests.signing_token.conftest import SON_TINH, TOKEN_PASSPHRASE, Journey, leaders_p12
from tests.signing_token.desktop_program import DesktopProgram, listening
from tests.signing_token.test_agent_calls import last_request

pytestmark = pytest.mark.browser


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
    window = chromium.new_context(
        viewport={"width": DESK[0], "height": DESK[1]}, ignore_https_errors=True, locale="vi-VN"
    )
    clerk = Clerk(window, address)
    clerk.sign_in("st.chutich", PASSWORD)
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
        leader.sees("Phần mềm đã ký và gửi tệp về")
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
