"""The program on the PC at work on many documents and files, and what hinders it there: a token
pulled out, another one, a wrong PIN. The page of what waits says the same, with the next step."""

import _thread
import hashlib
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest
from pkcs11 import exceptions as faults

from blueprints.words import words
from domain.errors import Refusal
from domain.outgoing_flow import OutgoingState
from services import batches
from services.outgoing import Upload
from services.tokens.troubles import TROUBLES
from tests.signing.conftest import typeset
from tests.signing_token.test_agent import PIN, Line, Person, hsm, person, served
from tests.signing_token.test_agent_calls import last_request
from tests.signing_token.test_batches import sign_all, work
from tools.signing_agent import settings
from tools.signing_agent import troubles as agents_troubles
from tools.signing_agent.token import Token
from tools.signing_agent.troubles import Faulty, Locked, Removed, WrongPin

__all__ = ["hsm", "person"]

_numbers = count(1)


def enough(line: Line, answers: int, act) -> None:
    """After so many signatures have been taken, `act` happens at the PC."""
    taken = []

    def alter(path: str, body: bytes) -> bytes:
        if path.endswith("/signature"):
            taken.append(path)
            if len(taken) == answers:
                act()
        return body

    line.alter = alter


def told(journey, batch_id: int) -> tuple[list[str], str]:
    journey.look_anew()
    found = batches.progress(journey.office, journey.leader, batch_id)
    return [each.outcome for each in found.lines], found.trouble


def test_a_token_pulled_out_in_mid_batch_leaves_the_done_ones_done(journey, person, hsm):
    docs = [journey.submitted() for _ in range(3)]
    batch_id = sign_all(journey, docs)
    enough(person.line, 1, hsm.pull_out)
    try:
        with served(person.line) as address:
            person.pairs(address)
            person.says("c")
            status, shown = person.runs("sign", "--batch", str(batch_id))
    finally:
        hsm.plug_in()
        hsm.restart()
    assert status == 1
    assert "Rút thẻ giữa chừng: đã ký 1 văn bản, 2 vẫn chờ" in shown
    assert "Hãy cắm lại token rồi chạy lại" in shown
    work(journey)
    assert told(journey, batch_id) == (["done", "on_token", "on_token"], "own-token-removed")
    page = journey.page("st.chutich").get(f"/batches/{batch_id}").text
    assert "Rút thẻ giữa chừng" in page
    person.line.alter = lambda path, body: body
    with served(person.line) as address:
        person.pairs(address)
        person.says("c")
        status, shown = person.runs("sign", "--all")
    assert (status, "Đã ký 2 văn bản" in shown) == (0, True), shown
    work(journey)
    assert told(journey, batch_id) == (["done"] * 3, "")


def test_a_run_that_is_stopped_keeps_what_is_signed(journey, person):
    docs = [journey.submitted() for _ in range(3)]
    batch_id = sign_all(journey, docs)
    enough(person.line, 2, _thread.interrupt_main)
    with served(person.line) as address:
        person.pairs(address)
        person.says("c")
        status, shown = person.runs("sign", "--all")
    assert (status, "Đã dừng" in shown) == (1, True), shown
    work(journey)
    outcomes, trouble = told(journey, batch_id)
    assert outcomes.count("done") == 2
    assert trouble == "own-token-stopped"


def test_one_document_that_fails_does_not_keep_the_rest_of_a_batch(journey, person):
    docs = [journey.submitted() for _ in range(3)]
    batch_id = sign_all(journey, docs)

    def swap(path: str, body: bytes) -> bytes:
        second = path.endswith("/document") and f"/{second_id}/" in path
        return body.replace(b"%PDF-1.", b"%PDF-2.", 1) if second else body

    second_id = batches.progress(journey.office, journey.leader, batch_id).lines[1].item.request_id
    person.line.alter = swap
    with served(person.line) as address:
        person.pairs(address)
        person.says("c")
        status, shown = person.runs("sign", "--all")
    assert (status, "Đã ký 2 văn bản; 1 không ký được" in shown) == (1, True), shown
    work(journey)
    assert told(journey, batch_id) == (["done", "on_token", "done"], "own-token-suspicious")


def test_what_hinders_at_the_pc_stands_on_the_page_with_its_next_step(journey, person, hsm):
    doc = journey.asked()
    page = journey.page("st.chutich")
    waiting = f"/signing/{last_request(journey).id}/token"
    assert "Chưa có máy nào được ghép với tài khoản của bạn" in page.get(waiting).text
    with served(person.line) as address:
        person.pairs(address)
        assert (
            "Chương trình ký ở máy đã ghép (Máy bàn) chưa mở văn bản này" in page.get(waiting).text
        )
        person.says("b")
        person.runs("sign")
        assert "đã mở văn bản lúc" in page.get(waiting).text
        assert "Hãy xem ở máy đó rồi nhập PIN" in page.get(waiting).text
        person.pin = "00000000"
        person.says("k")
        person.runs("sign")
        text = page.get(waiting).text
        assert "Token báo PIN không đúng" in text
        assert "token sẽ tự khóa" in text
        hsm.pull_out()
        try:
            assert "Không thấy token" in person.runs("sign")[1]
        finally:
            hsm.plug_in()
            hsm.restart()
        text = page.get(waiting).text
        assert "Chương trình ký không thấy token nào ở máy" in text
        assert "Hãy cắm token" in text
        # Another token is plugged in, then the right one with the right PIN.
        other = f"token khác {next(_numbers)}"
        hsm.token(other, PIN)
        hsm.restart()
        kept = settings.load()
        settings.save(replace(kept, token=other))
        assert "không có chứng thư đã gắn" in person.runs("sign", "--all")[1]
        text = page.get(waiting).text
        assert "Token đang cắm không có chứng thư đã gắn" in text
        assert "Hãy cắm đúng token" in text
        settings.save(kept)
        person.pin = PIN
        person.says("k")
        assert person.runs("sign")[0] == 0
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED


@pytest.mark.parametrize(
    ("fault", "trouble", "said"),
    [
        (faults.PinLocked, Locked, "Token đã bị khóa"),
        (faults.PinIncorrect, WrongPin, "PIN không đúng"),
        (faults.DeviceRemoved, Removed, "rút ra"),
        (faults.FunctionFailed, Faulty, "Token báo lỗi"),
    ],
)
def test_every_fault_of_a_token_has_its_trouble(fault, trouble, said):
    """SoftHSM never locks its PIN, so what the library would raise is raised here."""
    token = object.__new__(Token)
    token._token = SimpleNamespace(open=lambda **_options: _raise(fault()))
    with pytest.raises(trouble, match=said) as caught:
        token.open("123")
    assert caught.value.code in TROUBLES
    assert words(Refusal(caught.value.code)).next_step


def _raise(error: Exception) -> None:
    raise error


def test_every_trouble_of_the_program_is_known_and_worded_on_the_server():
    told = {each.code for each in vars(agents_troubles).values() if isinstance(each, type)}
    assert told - {""} | {"own-token-stopped"} == TROUBLES
    for code in TROUBLES:
        said = words(Refusal(code))
        assert said.reason, code
        assert said.next_step, code


def agencys_token(journey, hsm) -> str:
    """The label of a token with the agency's key: a new one each time, for slots outlive a test."""
    label = f"co quan {next(_numbers)}"
    hsm.token(label, PIN)
    hsm.put(label, PIN, journey.seal_token.key, journey.seal_token.certificate, "b2")
    return label


def test_the_agencys_token_signs_document_and_enclosures_in_one_run(
    journey, hsm, tmp_path, monkeypatch, capsys
):
    journey.bind_seal()
    label = agencys_token(journey, hsm)
    annex = typeset('#set page(paper: "a4", margin: 20mm)\n#lorem(60)\n#pagebreak()\nHai')
    doc = journey.with_files(Upload("phụ lục.pdf", annex), Upload("b.csv", b"1;2;3\n"))
    clerk = Person(journey, hsm, tmp_path / "pc", monkeypatch, capsys)
    with served(clerk.line) as address:
        clerk.pairs(address, journey.clerk, label)
        clerk.says("k")
        status, shown = clerk.runs("sign")
    assert status == 0, shown
    for said in (
        "Tệp 1: văn bản chính (1 trang)", "Tệp 2: phụ lục.pdf (2 trang)",
        "Tệp 3: b.csv, chữ ký ở tệp .p7s đi kèm", hashlib.sha256(annex).hexdigest(),
        hashlib.sha256(b"1;2;3\n").hexdigest(),
    ):  # fmt: skip
        assert said in shown
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.ISSUED


def test_an_enclosure_that_was_swapped_is_not_signed(journey, hsm, tmp_path, monkeypatch, capsys):
    journey.bind_seal()
    doc = journey.with_files(Upload("b.csv", b"1;2;3\n"))
    clerk = Person(journey, hsm, tmp_path / "pc", monkeypatch, capsys)
    label = agencys_token(journey, hsm)
    clerk.line.alter = lambda path, body: body.replace(b"1;2;3", b"1;2;4")
    with served(clerk.line) as address:
        clerk.pairs(address, journey.clerk, label)
        clerk.says("k")
        status, shown = clerk.runs("sign")
    assert (status, "có thể đã bị can thiệp" in shown) == (1, True), shown
    assert journey.now(doc.id).state == OutgoingState.SEALING
