"""The desktop program's way: two addresses, each good once; and of what comes back only our exact
bytes with the bound person's signature count."""

from io import BytesIO
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from adapters import pdf
from adapters.signing.validate import validate_strict
from domain.errors import Conflict, Invalid, NotFound
from domain.outgoing_flow import OutgoingState
from models.signing import TrustRoot
from models.tokens import FilePass
from services import outgoing, signing, tokens
from services.signing import token_rows
from services.tokens import programs
from tests.conftest import PIN
from tests.signing.csc_server import running
from tests.signing_feature import holders
from tests.signing_token.conftest import TOKEN_PASSPHRASE, agency_p12, leaders_p12
from tests.signing_token.desktop_program import DesktopProgram
from tests.signing_token.test_agent_calls import last_request


def leaders_program(journey) -> DesktopProgram:
    return DesktopProgram(leaders_p12(journey.office.now()), TOKEN_PASSPHRASE)


def seals_program(journey) -> DesktopProgram:
    return DesktopProgram(agency_p12(journey.office.now()), TOKEN_PASSPHRASE)


def start(journey, actor) -> programs.Call:
    return programs.start(journey.office, actor, "document", last_request(journey).id)


def through(journey, call: programs.Call, sign) -> None:
    """Fetches, signs, brings back over HTTP, and lets the worker judge."""
    brought_back(journey, call, sign)
    journey.work()


def brought_back(journey, call: programs.Call, sign) -> None:
    client = journey.app.test_client()
    fetched = client.get(f"/signing-token/files/{call.download}/{call.name}")
    assert fetched.status_code == 200
    files = {"uploadfile": (BytesIO(sign(fetched.data)), "x.pdf")}
    told = client.post(f"/signing-token/files/{call.upload}", data=files)
    assert (told.status_code, told.json["Status"]) == (200, True), told.text


def problem(journey) -> str:
    request = last_request(journey)
    return token_rows.row_of(journey.office.session(), request).problem


def test_leader_and_clerk_sign_with_the_program_in_fields_of_its_own(journey):
    journey.bind_seal()
    doc = journey.asked()
    through(journey, start(journey, journey.leader), leaders_program(journey).approved)
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.SIGNED, problem(journey)
    journey.issue(doc, pin="")
    call = start(journey, journey.clerk)
    assert (call.operation, call.number) == ("SignIssued", "01")
    assert call.issued.endswith("T00:00:00+07:00")
    program = seals_program(journey)
    through(journey, call, lambda data: program.issued(data, call.number, call.issued[:10]))
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED, problem(journey)
    data = journey.office.files.read(doc.issued_sha256)
    roots = journey.office.session().scalars(select(TrustRoot.certificate)).all()
    found = validate_strict(data, roots, journey.office.now()).signatures
    assert [str(each.verdict) for each in found] == ["valid"] * 4
    assert data.startswith(journey.office.files.read(doc.prepared_sha256))
    assert pdf.read_facts(data).number == "01"


def test_a_seal_of_the_node_follows_a_leader_who_used_the_program(journey):
    """Nothing may be filled after an uncertified signature: number and date are signatures too."""
    doc = journey.asked()
    through(journey, start(journey, journey.leader), leaders_program(journey).approved)
    journey.issue(journey.now(doc.id), pin=PIN)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED
    data = journey.office.files.read(doc.issued_sha256)
    found = validate_strict(data, (), journey.office.now()).signatures
    assert [each.field for each in found] == ["Signature1", "SignedNumber", "SignedDate", "Seal"]
    assert all(each.verdict.intact for each in found)
    assert pdf.read_facts(data).number == "01"


def test_one_code_of_a_service_cannot_serve_three_signatures_in_turn(journey):
    """Each covers the one before it, so their hashes are not known when the code is used."""
    doc = journey.asked()
    through(journey, start(journey, journey.leader), leaders_program(journey).approved)
    with running(holders.a_service_for_the_seal(journey.office)) as service:
        service.needs_otp, service.scal = True, "2"
        holders.bind_service(journey, service, PIN, holder="agency")
        signing.send_otp(journey.office, journey.clerk)
        today = journey.office.today().isoformat()
        form = {"pin": PIN, "otp": service.otp, "issued_date": today}
        outgoing.perform(journey.office, journey.clerk, doc.id, "issue", form)
        journey.work()
    doc = journey.now(doc.id)
    assert (doc.state, last_request(journey).failure) == (
        OutgoingState.NUMBERED, "csc-three-signatures",
    )  # fmt: skip
    assert "credentials/authorize" not in service.calls


def test_a_field_of_its_own_on_a_certified_document_is_refused_and_the_token_asked_again(journey):
    journey.bind_seal()
    doc = journey.asked()
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    journey.issue(journey.now(doc.id), pin="")
    call, program = start(journey, journey.clerk), seals_program(journey)
    through(journey, call, lambda data: program.issued(data, call.number, call.issued[:10]))
    assert journey.now(doc.id).state == OutgoingState.SEALING
    assert problem(journey) == "returned-signature-invalid"
    request_id = last_request(journey).id
    page = journey.page("st.vanthu").get(f"/signing/{request_id}/token").text
    assert "làm hỏng chữ ký trước đó" in page
    journey.paired(journey.clerk).sign(journey.seal_token)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.ISSUED


def test_another_certificate_is_refused_and_the_token_asked_again(journey):
    doc = journey.asked()
    other = DesktopProgram(leaders_p12(journey.office.now(), "Lê Thị Bình"), TOKEN_PASSPHRASE)
    through(journey, start(journey, journey.leader), other.approved)
    assert problem(journey) == "returned-certificate-other"
    through(journey, start(journey, journey.leader), leaders_program(journey).approved)
    assert journey.now(doc.id).state == OutgoingState.SIGNED


def test_each_address_is_good_once_and_only_for_its_purpose(journey):
    journey.asked()
    call = start(journey, journey.leader)
    client = journey.app.test_client()
    download = f"/signing-token/files/{call.download}/van-ban.pdf"
    assert client.head(download).status_code == 200  # a look uses nothing up
    assert client.get(f"/signing-token/files/{call.upload}/van-ban.pdf").status_code == 404
    fetched = client.get(download)
    assert fetched.status_code == 200
    assert fetched.headers["Cache-Control"] == "no-store"
    again = client.get(download)
    assert (again.status_code, again.json["code"]) == (404, "file-pass-gone")
    signed = leaders_program(journey).approved(fetched.data)
    upload = f"/signing-token/files/{call.upload}"
    assert client.post(f"/signing-token/files/{call.download}", data=signed).status_code == 404
    assert client.post(upload, data=signed).status_code == 200
    assert client.post(upload, data=signed).status_code == 404


def test_an_address_ends_after_minutes_with_a_newer_one_and_with_its_request(journey):
    journey.asked()
    client = journey.app.test_client()
    old = start(journey, journey.leader)
    new = start(journey, journey.leader)
    assert client.post(f"/signing-token/files/{old.upload}", data=b"x").status_code == 404
    journey.later(minutes=16)
    assert client.get(f"/signing-token/files/{new.download}/x.pdf").status_code == 404
    last = start(journey, journey.leader)
    tokens.abandon(journey.office, journey.leader, "document", last_request(journey).id)
    assert client.get(f"/signing-token/files/{last.download}/x.pdf").status_code == 404
    assert journey.office.session().scalars(select(FilePass)).all() == []


def test_of_the_addresses_only_hashes_are_kept_and_only_the_signer_gets_them(journey):
    journey.asked()
    call = start(journey, journey.leader)
    kept = journey.office.session().scalars(select(FilePass.secret_sha256)).all()
    assert not {call.download, call.upload} & set(kept)
    for username in ("st.vanthu", "st.phochutich"):
        with pytest.raises(NotFound):
            start(journey, journey.actor(username))


REFUSED = {
    "returned-empty": lambda data, signed: b"",
    "returned-other-file": lambda data, signed: b"%PDF-1.8" + signed[8:],
    "returned-too-large": lambda data, signed: signed + bytes(9 * 1024 * 1024),
}


def test_what_is_not_our_file_is_refused_at_the_door_and_the_page_says_so(journey):
    journey.asked()
    for code, change in REFUSED.items():
        call = start(journey, journey.leader)
        data, _name = programs.fetch(journey.office, call.download)
        sent = change(data, leaders_program(journey).approved(data))
        with pytest.raises(Invalid, match=code):
            programs.bring(journey.office, call.upload, sent)
        journey.look_anew()
        assert problem(journey) == code


def test_another_documents_file_is_refused(journey):
    journey.asked()
    other, _name = programs.fetch(journey.office, start(journey, journey.leader).download)
    journey.asked()
    call = start(journey, journey.leader)
    mine, _name = programs.fetch(journey.office, call.download)
    if mine != other:  # typeset from the same words they can be the same bytes
        with pytest.raises(Invalid, match="returned-other-file"):
            programs.bring(journey.office, call.upload, leaders_program(journey).approved(other))


def test_nothing_is_started_for_what_does_not_wait(journey):
    journey.asked()
    journey.paired(journey.leader).sign(journey.token)
    with pytest.raises(Conflict, match="token-not-awaited"):
        start(journey, journey.leader)


def test_the_page_hands_the_program_its_parameters_and_may_call_this_computer_only(journey):
    journey.asked()
    request_id = last_request(journey).id
    leader = journey.page("st.chutich")
    page = leader.get(f"/signing/{request_id}/token")
    assert "8987" not in page.headers["Content-Security-Policy"]
    called = leader.submit(
        f"/signing/{request_id}/token/plugin", page=f"/signing/{request_id}/token"
    )
    assert called.status_code == 200
    policy = called.headers["Content-Security-Policy"]
    assert "connect-src 'self' wss://127.0.0.1:8987;" in policy
    assert "wss://127.0.0.1:8987/SignApproved" in called.text
    addresses = [part for part in called.text.split("&#34;") if "/signing-token/files/" in part]
    assert len({urlsplit(each).path.split("/")[3] for each in addresses}) == 2
