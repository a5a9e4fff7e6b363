"""A document whose separate enclosures the agency's token signs too: all are prepared together,
each answer is checked and noted by itself, and the document is issued when all are in."""

import hashlib
from contextlib import suppress

import pytest
from pyhanko.pdf_utils.writer import copy_into_new_writer
from sqlalchemy import select

from adapters.signing.detached import signer_of
from adapters.signing.pdf import open_pdf
from adapters.signing.validate import validate
from domain.enclosures import Manner
from domain.errors import Conflict, Invalid
from domain.outgoing_flow import OutgoingState
from domain.verdicts import Verdict
from models.audit import AuditEntry
from models.outgoing import Enclosure
from models.signing import TrustRoot
from services import outgoing, tokens
from services.outgoing import Upload
from services.signing import token_enclosures, token_rows
from services.tokens import programs
from tests.signing.altering import draw_over, hybrid, written
from tests.signing.conftest import typeset
from tests.signing_token.conftest import TOKEN_PASSPHRASE, agency_p12, leaders_p12
from tests.signing_token.desktop_program import DesktopProgram
from tests.signing_token.test_agent_calls import codes, last_request
from tests.signing_token.test_plugin import through

SHEET = b"So lieu; 1; 2; 3\n" * 4


@pytest.fixture(scope="module")
def annex() -> bytes:
    return typeset('#set page(paper: "a4", margin: 20mm)\n#lorem(60)')


@pytest.fixture
def waiting(journey, annex):
    """A document with a PDF and a sheet, numbered, that waits for the agency's token."""
    journey.bind_seal()
    return journey.with_files(Upload("phụ lục.pdf", annex), Upload("b.csv", SHEET))


def seal_sha256(journey) -> str:
    return hashlib.sha256(journey.seal_token.certificate).hexdigest()


def rows(journey):
    journey.look_anew()
    return token_rows.rows_of(journey.office.session(), last_request(journey))


def test_document_and_enclosures_are_prepared_together_and_signed_by_the_token(journey, waiting):
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    assert task["files"] == 3
    prepared = clerk.prepare(task["id"])
    assert [(file["name"], file["beside"]) for file in prepared["files"]] == [
        ("", False), ("phụ lục.pdf", False), ("b.csv", True),
    ]  # fmt: skip
    assert [file["pages"] for file in prepared["files"]] == [1, 1, 0]
    assert prepared["files"][0]["input_sha256"] == task["input_sha256"]
    assert clerk.document(task["id"], prepared["nonce"], part=2) == SHEET
    for file in prepared["files"]:
        assert journey.now(waiting.id).state == OutgoingState.SEALING
        clerk.answer(task["id"], prepared, journey.seal_token, part=file["part"])
    journey.work()
    doc = journey.now(waiting.id)
    assert doc.state == OutgoingState.ISSUED
    plain, sheet = doc.enclosures
    assert [plain.manner, sheet.manner] == [Manner.BLOCK, Manner.DETACHED]
    read = journey.office.files.read
    roots = journey.office.session().scalars(select(TrustRoot.certificate)).all()
    assert read(plain.signed_sha256).startswith(read(plain.sha256))
    (mark,) = validate(read(plain.signed_sha256), roots, journey.office.now()).signatures
    assert (mark.verdict, mark.kind, mark.covers_whole_file) == (Verdict.VALID, "agency", True)
    assert mark.certificate_sha256 == seal_sha256(journey)
    assert signer_of(SHEET, read(sheet.signature_sha256)) == seal_sha256(journey)


def test_one_that_fails_leaves_the_others_done_and_is_repeated_alone(journey, waiting):
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    prepared = clerk.prepare(task["id"])
    clerk.answer(task["id"], prepared, journey.seal_token, part=0)
    refused = clerk.answer(task["id"], prepared, journey.stranger, 422, part=1)
    assert refused.json["code"] == "token-signature-wrong"
    left = clerk.answer(task["id"], prepared, journey.seal_token, part=2).json["left"]
    assert left == 1
    journey.work()
    assert journey.now(waiting.id).state == OutgoingState.SEALING
    assert [row.is_done for row in rows(journey)] == [True, False, True]
    page = journey.page("st.vanthu").get(f"/signing/{task['id']}/token").text
    assert "Đã ký 2 trên 3 tệp" in page
    assert "Chữ ký không phải của chứng thư đã gắn" in page
    again = clerk.prepare(task["id"])
    assert [file["part"] for file in again["files"]] == [1]
    clerk.answer(task["id"], again, journey.seal_token, part=1)
    journey.work()
    assert journey.now(waiting.id).state == OutgoingState.ISSUED


def test_a_signature_is_good_for_its_own_file_and_once(journey, waiting):
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    prepared = clerk.prepare(task["id"])
    # The bytes of one file do not sign another, nor does a file that the request has not.
    others = [file["attributes"] for file in prepared["files"]]
    assert len(set(others)) == 3
    for part, status, code in ((0, 422, "token-signature-wrong"), (9, 404, "not-found")):
        answer = clerk.answer(
            task["id"], prepared, journey.seal_token, status, data=b"of another file", part=part
        )
        assert answer.json["code"] == code
    clerk.answer(task["id"], prepared, journey.seal_token, part=1)
    twice = clerk.answer(task["id"], prepared, journey.seal_token, 409, part=1)
    assert twice.json["code"] == "token-not-awaited"
    # A newer preparation makes the older one's answers void for what is still open.
    clerk.prepare(task["id"])
    late = clerk.answer(task["id"], prepared, journey.seal_token, 409, part=2)
    assert late.json["code"] == "token-answer-late"
    assert codes(journey).count("token-answer-late") == 1


def test_the_nonce_of_one_document_opens_no_file_of_another(journey, waiting, annex):
    clerk = journey.paired(journey.clerk)
    (first,) = clerk.tasks()
    journey.with_files(Upload("khác.pdf", annex))
    second = clerk.tasks()[1]
    one, two = clerk.prepare(first["id"]), clerk.prepare(second["id"])
    address = f"/tasks/{second['id']}/document?nonce={one['nonce']}&part=1"
    assert clerk.call("GET", address, 409).json["code"] == "token-answer-late"
    mixed = two | {"nonce": one["nonce"]}
    refused = clerk.answer(second["id"], mixed, journey.seal_token, 409, part=1)
    assert refused.json["code"] == "token-answer-late"
    leader = journey.paired(journey.leader)
    leader.call("GET", f"/tasks/{second['id']}/document?nonce={two['nonce']}&part=1", 404)


def test_what_strict_readers_do_not_take_is_written_anew_and_shown_so(journey, annex):
    journey.bind_seal()
    loose = hybrid(annex)  # as MS Word writes
    doc = journey.with_files(Upload("lệch.pdf", loose))
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    prepared = clerk.prepare(task["id"])
    shown = prepared["files"][1]["input_sha256"]
    assert shown != hashlib.sha256(loose).hexdigest()
    document = clerk.document(task["id"], prepared["nonce"], part=1)
    assert document.startswith(journey.office.files.read(shown))
    for file in prepared["files"]:
        clerk.answer(task["id"], prepared, journey.seal_token, part=file["part"])
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED
    assert doc.enclosures[0].manner == Manner.BLOCK


def test_what_the_agency_signed_before_asks_nothing_of_the_token(journey, waiting):
    journey.paired(journey.clerk).sign(journey.seal_token)
    journey.work()
    signed = journey.office.files.read(journey.now(waiting.id).enclosures[0].signed_sha256)
    doc = journey.with_files(Upload("lại.pdf", signed))
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    assert [file["part"] for file in clerk.prepare(task["id"])["files"]] == [0]
    clerk.sign(journey.seal_token)
    journey.work()
    doc = journey.now(doc.id)
    assert (doc.state, doc.enclosures[0].manner) == (OutgoingState.ISSUED, Manner.OWN)


def test_a_file_that_takes_no_signature_inside_is_asked_for_again_beside_it(
    journey, waiting, monkeypatch
):
    clerk = journey.paired(journey.clerk)
    monkeypatch.setattr(token_enclosures, "_closes", lambda report, certificate: False)
    clerk.sign(journey.seal_token)
    journey.work()
    monkeypatch.undo()
    assert journey.now(waiting.id).state == OutgoingState.SEALING
    assert [(row.is_done, row.problem) for row in rows(journey)] == [
        (True, ""), (False, "token-block-refused"), (True, ""),
    ]  # fmt: skip
    (task,) = clerk.tasks()
    again = clerk.prepare(task["id"])
    assert [(file["part"], file["beside"]) for file in again["files"]] == [(1, True)]
    clerk.sign(journey.seal_token)
    journey.work()
    doc = journey.now(waiting.id)
    assert doc.state == OutgoingState.ISSUED
    assert [each.manner for each in doc.enclosures] == [Manner.DETACHED] * 2


def test_giving_up_keeps_the_number_and_the_next_request_signs_all_anew(journey, waiting):
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    clerk.answer(task["id"], clerk.prepare(task["id"]), journey.seal_token, part=1)
    reference = journey.now(waiting.id).reference
    tokens.abandon(journey.office, journey.clerk, "document", task["id"])
    assert {row.prepared for row in rows(journey)} == {None}
    assert journey.now(waiting.id).state == OutgoingState.NUMBERED
    outgoing.perform(journey.office, journey.clerk, waiting.id, "reseal", {})
    clerk.sign(journey.seal_token)
    journey.work()
    doc = journey.now(waiting.id)
    assert (doc.state, doc.reference) == (OutgoingState.ISSUED, reference)


def test_a_worker_that_dies_between_two_files_adopts_the_first(journey, waiting, monkeypatch):
    journey.paired(journey.clerk).sign(journey.seal_token)
    pin, pinned = token_enclosures.pin, []

    def die_after_first(office, lease, enclosure_id, made):
        if pinned:
            raise KeyboardInterrupt  # nothing catches it: as when the process is gone
        pin(office, lease, enclosure_id, made)
        pinned.append(enclosure_id)

    monkeypatch.setattr(token_enclosures, "pin", die_after_first)
    with pytest.raises(KeyboardInterrupt):
        journey.work()
    monkeypatch.undo()
    journey.later(minutes=3)  # the dead worker's lease ends
    journey.work()
    assert journey.now(waiting.id).state == OutgoingState.ISSUED
    noted = select(AuditEntry.subject_id).where(AuditEntry.tag == "signing:enclosure")
    ids = journey.office.session().scalars(select(Enclosure.id).order_by(Enclosure.id)).all()
    assert sorted(journey.office.session().scalars(noted)) == ids


def by_program(journey, part: int) -> programs.Call:
    return programs.start(journey.office, journey.clerk, "document", last_request(journey).id, part)


def test_the_desktop_program_signs_file_after_file(journey, annex):
    journey.bind_seal()
    program = DesktopProgram(agency_p12(journey.office.now()), TOKEN_PASSPHRASE)
    doc = journey.with_files(Upload("phụ lục.pdf", annex), Upload("b.csv", SHEET))
    call = by_program(journey, 1)
    assert (call.operation, call.number) == ("SignAppendix", "01")
    assert call.name == f"phu-luc-{doc.id}-1.pdf"
    through(journey, call, lambda data: program.in_corner(data, "01"))
    assert [row.is_done for row in rows(journey)] == [False, True, False]
    with pytest.raises(Invalid, match="token-file-beside"):
        by_program(journey, 2)
    with pytest.raises(Conflict, match="token-not-awaited"):
        by_program(journey, 1)
    # The rest by our own program: the leader's certification forbids a new field.
    journey.paired(journey.clerk).sign(journey.seal_token)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED, [row.problem for row in rows(journey)]
    signed = journey.office.files.read(doc.enclosures[0].signed_sha256)
    assert signed.startswith(annex)
    (mark,) = validate(signed, (), journey.office.now()).signatures
    assert mark.certificate_sha256 == seal_sha256(journey)


def test_an_enclosure_that_comes_back_otherwise_is_refused_and_waits_alone(journey, waiting, annex):
    program = DesktopProgram(agency_p12(journey.office.now()), TOKEN_PASSPHRASE)
    stranger = DesktopProgram(leaders_p12(journey.office.now()), TOKEN_PASSPHRASE)
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    main_file, _name = programs.fetch(journey.office, by_program(journey, 0).download)
    # An address of one file takes no other file of the same document.
    call = by_program(journey, 1)
    with pytest.raises(Invalid, match="returned-other-file"):
        programs.bring(journey.office, call.upload, program.approved(main_file))
    journey.look_anew()
    prepared = clerk.prepare(task["id"])
    for part in (0, 2):
        clerk.answer(task["id"], prepared, journey.seal_token, part=part)
    journey.look_anew()
    call = by_program(journey, 1)
    data, _name = programs.fetch(journey.office, call.download)
    assert data.startswith(annex)
    for sent, code in (
        (written(copy_into_new_writer(open_pdf(program.in_corner(data, "01")))), "other-file"),
        (drawn_over(data, program), "changed"),
        (stranger.in_corner(data, "01"), "certificate-other"),
    ):
        brought(journey, sent, f"returned-{code}")
    assert {row.returned_sha256 for row in rows(journey)} == {None}


def brought(journey, sent: bytes, code: str) -> None:
    """Brings it back for the first enclosure; at the door or by the worker it is refused."""
    call = by_program(journey, 1)
    with suppress(Invalid):
        programs.bring(journey.office, call.upload, sent)
    journey.work()
    assert [(row.is_done, row.problem) for row in rows(journey)] == [
        (True, ""), (False, code), (True, ""),
    ]  # fmt: skip


def drawn_over(data: bytes, program: DesktopProgram) -> bytes:
    return program.in_corner(draw_over(data), "01")


def test_the_page_lists_each_file_with_its_way(journey, waiting):
    page = journey.page("st.vanthu").get(f"/signing/{last_request(journey).id}/token").text
    assert "Các tệp phải ký" in page
    assert "phụ lục.pdf" in page
    assert page.count("Ký bằng VGCA") == 2  # not for the sheet
    assert "Chữ ký ở tệp riêng: dùng cách 1" in page
