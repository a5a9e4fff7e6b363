"""Certified copies that the agency's own token signs: numbered at once, signed at the PC with the
token, by our program or by the certificate authority's."""

import re

import pytest
from lxml import html
from sqlalchemy import select

from adapters.signing.validate import validate
from domain.copy_flow import CopyState
from domain.errors import Conflict, Invalid, NotFound
from domain.verdicts import Verdict
from models.copies import CopySigning
from models.signing import SigningState, TrustRoot
from services import tokens
from services.signing import token_rows
from services.tokens import programs
from tests.copies.conftest import Desk, scan
from tests.signing_token.conftest import TOKEN_PASSPHRASE, agency_p12, leaders_p12
from tests.signing_token.desktop_program import DesktopProgram
from tests.signing_token.test_plugin import brought_back

__all__ = ["scan"]


@pytest.fixture
def desk(journey, scan):
    journey.bind_seal()
    return Desk(journey.app, journey.office, journey.actor, scan)


@pytest.fixture
def waiting(desk):
    """A copy that has its number and waits for the token."""
    copy_id = desk.approved()
    desk.do("st.vanthu", copy_id, "sign")
    return desk.now(copy_id)


def asked(desk) -> CopySigning:
    desk.office.session().rollback()
    desk.office.session().expire_all()
    query = select(CopySigning).order_by(CopySigning.id.desc()).limit(1)
    return desk.office.session().scalars(query).one()


def problem(desk) -> str:
    return token_rows.row_of(desk.office.session(), asked(desk)).problem


def test_a_copy_is_numbered_and_signed_by_the_agencys_token(journey, desk, waiting):
    assert (waiting.state, waiting.reference) == (CopyState.SIGNING, "01/SY-UBND")
    clerk = journey.paired(journey.clerk)
    (task,) = clerk.tasks()
    assert (task["kind"], task["role"], task["reference"]) == ("copy", "copy", "01/SY-UBND")
    assert task["subject"] == "Sao y: Về việc phê duyệt kế hoạch năm 2026"
    clerk.sign(journey.seal_token)
    desk.work()
    copy = desk.now(waiting.id)
    assert copy.state == CopyState.ISSUED
    data = desk.office.files.read(copy.output_sha256)
    roots = desk.office.session().scalars(select(TrustRoot.certificate)).all()
    (mark,) = validate(data, roots, desk.office.now()).signatures
    assert (mark.verdict, mark.kind, mark.covers_whole_file) == (Verdict.VALID, "agency", True)
    assert data.startswith(desk.scan)
    assert clerk.tasks() == []


def test_the_pages_show_the_way_and_ask_for_no_pin(journey, desk):
    copy_id = desk.approved()
    clerk, address = journey.page("st.vanthu"), f"/copies/{copy_id}"
    page = clerk.get(address).text
    assert "Cấp số, ký bằng token" in page
    assert 'name="pin"' not in page
    sent = clerk.submit(f"{address}/sign", {"version": desk.now(copy_id).version}, page=address)
    waiting = f"/signing/copies/{asked(desk).id}/token"
    assert sent.location.endswith(waiting)
    page = clerk.get(waiting).text
    assert "Ký bằng VGCA" in page
    assert "Chưa có máy nào được ghép với tài khoản của bạn" in page
    assert "Đang chờ token của bạn" in clerk.get(address).text
    assert "ký bằng token cá nhân" in journey.page("st.chuyenvien").get(address).text
    journey.page("st.chutich").get(waiting, status=404)
    assert clerk.submit(f"{waiting}/abandon", page=waiting).location.endswith(address)
    page = clerk.get(address).text
    assert "Người ký đã thôi ký bằng token" in page
    assert "Ký bằng token" in page
    copy = desk.now(copy_id)
    assert (copy.state, copy.reference) == (CopyState.NUMBERED, "01/SY-UBND")
    clerk.submit(f"{address}/sign_again", {"version": copy.version}, page=address)
    journey.paired(journey.clerk).sign(journey.seal_token)
    desk.work()
    assert desk.now(copy_id).state == CopyState.ISSUED
    assert clerk.get(f"/signing/copies/{asked(desk).id}/token", status=303).location.endswith(
        address
    )


def test_what_waits_for_the_own_token_lists_copies_and_documents_with_counts(journey, desk):
    clerk = journey.page("st.vanthu")
    assert "Chờ token của tôi" not in clerk.get("/signing/").text
    for copy_id in [desk.approved() for _ in range(2)]:
        desk.do("st.vanthu", copy_id, "sign")
    doc = journey.asked()
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    journey.issue(journey.now(doc.id), pin="")
    page = clerk.get("/signing/").text
    assert "Văn bản: 1. Bản sao: 2." in page
    assert page.count("Chữ ký cơ quan trên bản sao") == 2
    home = clerk.get("/").text
    assert "Bản sao chờ token của tôi" in home
    assert 'href="/signing/#cho-token"' in home
    (entry,) = html.fromstring(home).xpath("//nav//a[@href='/signing/']")
    assert re.findall(r"\d+", entry.text_content()) == ["3"]
    assert f'href="/signing/copies/{asked(desk).id}/token"' in page
    assert "01/SY-UBND" in page
    assert "Chờ token của tôi" not in journey.page("st.chutich").get("/signing/").text
    waiting = f"/signing/copies/{asked(desk).id}/token"
    clerk.submit(f"{waiting}/abandon", page=waiting)
    assert "Văn bản: 1. Bản sao: 1." in clerk.get("/signing/").text


def test_the_desktop_program_signs_a_copy_by_its_own_name_for_it(journey, desk, waiting):
    call = programs.start(desk.office, journey.clerk, "copy", asked(desk).id)
    assert (call.operation, call.number) == ("SignCopy", "01")
    assert call.name == f"ban-sao-{waiting.id}.pdf"
    program = DesktopProgram(agency_p12(desk.office.now()), TOKEN_PASSPHRASE)
    brought_back(journey, call, lambda data: program.in_corner(data, "Sao y"))
    desk.work()
    assert desk.now(waiting.id).state == CopyState.ISSUED, problem(desk)


def test_what_the_program_brings_with_another_key_is_refused_and_waits_again(
    journey, desk, waiting
):
    other = DesktopProgram(leaders_p12(desk.office.now()), TOKEN_PASSPHRASE)
    call = programs.start(desk.office, journey.clerk, "copy", asked(desk).id)
    brought_back(journey, call, lambda data: other.in_corner(data, "Sao y"))
    desk.work()
    assert desk.now(waiting.id).state == CopyState.SIGNING
    assert problem(desk) == "returned-certificate-other"
    page = journey.page("st.vanthu").get(f"/signing/copies/{asked(desk).id}/token").text
    assert "chứng thư khác với chứng thư đã gắn" in page
    journey.paired(journey.clerk).sign(journey.seal_token)
    desk.work()
    assert desk.now(waiting.id).state == CopyState.ISSUED


def test_answers_for_a_copy_are_its_owners_own_and_good_once(journey, desk, waiting):
    clerk, leader = journey.paired(journey.clerk), journey.paired(journey.leader)
    copy_id = asked(desk).id
    leader.call("POST", f"/copies/{copy_id}/prepare", 404, json={})
    with pytest.raises(NotFound):
        programs.start(desk.office, journey.leader, "copy", copy_id)
    prepared = clerk.prepare(copy_id, "copies")
    wrong = clerk.answer(copy_id, prepared, journey.token, 422, place="copies")
    assert wrong.json["code"] == "token-signature-wrong"
    # The same number among documents is another thing.
    assert clerk.answer(copy_id, prepared, journey.seal_token, 404).json["code"] == "not-found"
    clerk.answer(copy_id, prepared, journey.seal_token, place="copies")
    again = clerk.answer(copy_id, prepared, journey.seal_token, 409, place="copies")
    assert again.json["code"] == "token-not-awaited"


def test_what_no_token_signs_in_a_day_is_given_back_with_its_number(journey, desk, waiting):
    journey.later(hours=24, seconds=1)
    tokens.expire(desk.office)
    copy = desk.now(waiting.id)
    assert (copy.state, copy.failure) == (CopyState.NUMBERED, "token-late")
    assert asked(desk).state == SigningState.FAILED
    with pytest.raises(Conflict, match="token-not-awaited"):
        tokens.abandon(desk.office, journey.clerk, "copy", asked(desk).id)


def test_who_has_a_key_on_the_node_still_gives_the_pin(journey, scan):
    desk = Desk(journey.app, journey.office, journey.actor, scan)
    copy_id = desk.approved()
    with pytest.raises(Invalid, match="required"):
        desk.do("st.vanthu", copy_id, "sign")
