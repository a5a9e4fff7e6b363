"""The program on the clerk's PC itself: over real HTTP against a real node, with a real PKCS#11
library (SoftHSM 2). It signs what it shows and nothing else; the PIN stays on the PC."""

import stat
import threading
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

import pytest
from werkzeug.serving import make_server

from domain.outgoing_flow import OutgoingState
from services.signing import devices
from tests.signing import softhsm
from tests.signing.softhsm import LIBRARY, SoftHsm
from tools.signing_agent import cli, server, settings
from tools.signing_agent.troubles import Trouble

PIN = "73190528"
LABEL = "token cua lanh dao"


@pytest.fixture(scope="module")
def hsm(tmp_path_factory) -> SoftHsm:
    softhsm.needed()
    drawer = SoftHsm(tmp_path_factory.mktemp("agent-hsm"))
    drawer.token(LABEL, PIN)
    return drawer


class Line:
    """Between PC and node: notes all that is sent, and may change what the node answers."""

    def __init__(self, app) -> None:
        self._app, self.sent, self.alter = app, b"", lambda path, body: body

    def __call__(self, environ, start_response):
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        self.sent += body + str(environ).encode()
        environ["wsgi.input"] = BytesIO(body)
        begun = []
        answer = self._app(environ, lambda *head: begun.append(head))
        changed = self.alter(environ["PATH_INFO"], b"".join(answer))
        status, headers = begun[0][:2]
        kept = [(key, value) for key, value in headers if key != "Content-Length"]
        start_response(status, [*kept, ("Content-Length", str(len(changed)))])
        return [changed]


@contextmanager
def served(line: Line):
    listening = make_server("127.0.0.1", 0, line, threaded=True)
    listening.log = lambda *_: None
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        thread.join()


class Person:
    """Somebody at the terminal of a PC with a folder of its own."""

    def __init__(self, journey, hsm, folder, patch, capsys) -> None:
        self.journey, self._patch, self._capsys = journey, patch, capsys
        self.line = Line(journey.app)
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.setattr("getpass.getpass", lambda _prompt: self.pin)
        self.pin = PIN

    def says(self, *lines: str) -> None:
        waiting = iter(lines)
        self._patch.setattr("builtins.input", lambda _prompt="": next(waiting))

    def runs(self, *arguments: str) -> tuple[int, str]:
        status = cli.main(list(arguments))
        shown = self._capsys.readouterr()
        return status, shown.out + shown.err

    def pairs(self, address: str, who=None, label: str = LABEL) -> str:
        self.says(devices.new_code(self.journey.office, who or self.journey.leader))
        options = ("--module", LIBRARY, "--token", label, "--name", "Máy bàn")
        status, shown = self.runs("pair", address, *options)
        assert status == 0, shown
        return shown


@pytest.fixture
def person(journey, hsm, tmp_path, monkeypatch, capsys):
    if not getattr(hsm, "holds", None):
        hsm.put(LABEL, PIN, journey.token.key, journey.token.certificate, "a1")
        hsm.holds = True
    return Person(journey, hsm, tmp_path / "pc", monkeypatch, capsys)


def test_a_leader_pairs_looks_and_signs_and_the_pin_stays_on_the_pc(journey, person):
    doc = journey.asked()
    with served(person.line) as address:
        shown = person.pairs(address)
        assert "đã gắn từ trước" in shown
        person.says("k")
        status, shown = person.runs("sign")
    assert (status, "Đã ký 1 văn bản" in shown) == (0, True), shown
    for said in (doc.subject, "Chữ ký lãnh đạo", doc.prepared_sha256, journey.leader.agency_name):
        assert said in shown
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    assert PIN.encode() not in person.line.sent
    kept = settings.folder() / settings.NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert PIN not in kept.read_text()


def test_several_are_signed_together_under_one_pin_after_one_question(journey, person):
    docs = [journey.asked(), journey.asked()]
    with served(person.line) as address:
        person.pairs(address)
        person.says("c")
        status, shown = person.runs("sign", "--all")
        assert (status, "Đã ký 2 văn bản" in shown) == (0, True), shown
        assert "Không có văn bản nào" in person.runs("sign")[1]
    journey.work()
    assert {journey.now(doc.id).state for doc in docs} == {OutgoingState.SIGNED}


def test_a_document_that_was_swapped_on_the_way_is_not_signed(journey, person):
    doc = journey.asked()

    def swap(path: str, body: bytes) -> bytes:
        return body.replace(b"%PDF-1.", b"%PDF-2.", 1) if path.endswith("/document") else body

    person.line.alter = swap
    with served(person.line) as address:
        person.pairs(address)
        person.says("k")
        status, shown = person.runs("sign")
    assert status == 1
    assert "có thể đã bị can thiệp" in shown
    assert journey.now(doc.id).state == OutgoingState.SIGNING


def test_a_wrong_pin_is_told_and_skipping_signs_nothing(journey, person):
    doc = journey.asked()
    with served(person.line) as address:
        person.pairs(address)
        person.pin = "00000000"
        person.says("k")
        assert "PIN không đúng" in person.runs("sign")[1]
        person.says("b")
        assert "Đã ký 0 văn bản" in person.runs("sign")[1]
        assert "chưa có số" in person.runs("list")[1]
        assert "Đã xóa" in person.runs("forget")[1]
        assert "chưa ghép" in person.runs("sign")[1]
    assert journey.now(doc.id).state == OutgoingState.SIGNING


def test_the_pairing_is_refused_to_others_on_the_pc(journey, person):
    with served(person.line) as address:
        person.pairs(address)
        (settings.folder() / settings.NAME).chmod(0o644)
        status, shown = person.runs("list")
    assert (status, "Người khác đọc được" in shown) == (1, True)


@pytest.mark.parametrize("address", ["http://vanthu.example", "ftp://x", "vanthu.example"])
def test_the_secret_goes_over_https_only(address):
    with pytest.raises(Trouble, match="https"):
        server.checked(address)


def test_a_pairing_shows_nothing_of_its_secret():
    kept = settings.Settings("https://x.example", "bi-mat", "lib.so")
    assert "bi-mat" not in repr(kept)
    assert "bi-mat" not in repr(replace(kept, token="khác"))
