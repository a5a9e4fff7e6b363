"""A certified copy goes through the exchange from its own page, with its own number, day, signer,
and comes back as receipts and statuses; the recipient registers it as any arrival."""

import pytest
from sqlalchemy import select

from adapters.edxml.read import read_package
from domain.copy_flow import CopyState
from domain.errors import Conflict, Forbidden, Invalid
from models.audit import AuditEntry
from models.copies import CertifiedCopy
from models.exchange import Direction, Dispatch, ExchangeMessage
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from models.registers import RegisterKind
from services import copies
from services.exchange import register_faults
from services.numbering import give_number
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, find_actor
from tests.exchange.conftest import BINH_MINH, BINH_SON, PDF, SON_TINH, TINH_HA, arrivals
from tests.visitor import Visitor

ORIGINAL = "Về việc phê duyệt kế hoạch năm 2026"


def actor(node, who: str = "st.vanthu"):
    return find_actor(node.office, who, SON_TINH)


def issued_copy(node, medium: str = "electronic") -> int:
    """A copy of Sơn Tịnh that was signed: what `services.copies.signing` leaves behind."""
    with node.app.app_context():
        clerk, chief = actor(node), actor(node, "st.chanhvp")
        asker = actor(node, "st.chuyenvien")
        with transaction(node.office, clerk) as work:
            copy = CertifiedCopy(
                agency_id=clerk.agency_id,
                requester_id=asker.person_id,
                signer_id=chief.appointment_id,
                state=CopyState.ISSUED,
                kind="same",
                medium=medium,
                source="upload",
                original_reference="15/QĐ-UBND",
                original_date=work.office.today().replace(day=2),
                original_issuer="Ủy ban nhân dân tỉnh",
                original_subject=ORIGINAL,
                input_sha256=work.store(PDF, "application/pdf", 1),
                output_sha256=work.store(PDF + b"signed", "application/pdf", 1),
                notation="SY-UBND",
                reference="01/SY-UBND",
                issued_date=work.office.today(),
                created_at=work.now,
                updated_at=work.now,
            )
            work.session.add(copy)
            work.session.flush()
            copy.number_entry = give_number(work, copy.agency, RegisterKind.COPY, copy.issued_date)
            return copy.id


def send(node, copy_id: int, codes: list[str], who: str = "st.vanthu", **form) -> None:
    with node.app.app_context():
        sent = {"recipients": codes} | form
        copies.perform(node.office, actor(node, who), copy_id, "send", sent)


def test_a_copy_arrives_with_its_own_number_day_kind_and_signer(world):
    copy_id = issued_copy(world.b)
    send(world.b, copy_id, [BINH_SON, TINH_HA], urgency="1")
    world.exchange()
    day = world.b.office.today()
    for node, code in ((world.a, BINH_SON), (world.b, TINH_HA)):
        (arrived,) = arrivals(node, code)
        main = node.read(lambda s, own=arrived.id: s.get(IncomingDocument, own).papers[0])
        assert (main.reference, main.type_name) == ("01/SY-UBND", "Bản sao y")
        assert main.issued_date == day
        assert main.subject.startswith(ORIGINAL)
        assert main.subject.endswith(
            f"(Sao y 15/QĐ-UBND ngày 02/{day:%m/%Y} của Ủy ban nhân dân tỉnh)"
        )
        assert (main.signer_position, main.urgency) == ("Chánh Văn phòng", 1)
        assert node.office.files.read(main.sha256) == PDF + b"signed"
    (message,) = world.b.all(ExchangeMessage, ExchangeMessage.direction == Direction.OUT,
                             ExchangeMessage.outgoing_id.is_not(None))  # fmt: skip
    package = read_package(world.b.office.files.read(message.payload_sha256))
    assert (package.number, package.notation) == ("01", "SY-UBND")
    assert package.competence == "TL."


def test_its_page_tells_what_became_of_it_at_each_recipient(world):
    copy_id = issued_copy(world.b)
    send(world.b, copy_id, [BINH_SON, TINH_HA])
    world.exchange()
    clerk = Visitor(world.b.app, "st.vanthu", PASSWORD)
    shown = clerk.get(f"/copies/{copy_id}").text
    assert shown.count("01 Đã đến") >= 2
    assert "Gửi thêm nơi nhận" in shown
    (carrying,) = world.b.all(OutgoingDocument)
    assert f"/copies/{copy_id}" in clerk.get(f"/outgoing/{carrying.id}").text
    assert "01/SY-UBND" in clerk.get("/outgoing/").text
    asker = Visitor(world.b.app, "st.chuyenvien", PASSWORD)
    assert "Tình trạng từng nơi nhận" in asker.get(f"/copies/{copy_id}").text
    asker.get(f"/copies/{copy_id}/send", status=403)


def test_the_recipient_registers_it_and_the_sender_sees_that(world):
    copy_id = issued_copy(world.b)
    send(world.b, copy_id, [BINH_SON])
    world.exchange()
    (arrived,) = arrivals(world.a, BINH_SON)
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    where = f"/incoming/{arrived.id}"
    page = clerk.get(where).text
    assert "01/SY-UBND" in page
    assert "Bản sao y" in page
    day = world.a.office.today().isoformat()
    answer = clerk.submit(f"{where}/register", {"number": "1", "arrival_date": day}, page=where)
    assert answer.status_code == 303, answer.text
    world.exchange()
    (dispatch,) = world.b.all(Dispatch)
    assert dispatch.business_state == "03"


def test_a_further_recipient_gets_the_same_copy_later(world):
    copy_id = issued_copy(world.b)
    send(world.b, copy_id, [BINH_SON])
    world.exchange()
    with pytest.raises(Invalid, match="recipients-have-it"):
        send(world.b, copy_id, [BINH_SON])
    send(world.b, copy_id, [BINH_MINH])
    world.exchange()
    (before,), (added,) = arrivals(world.a, BINH_SON), arrivals(world.a, BINH_MINH)
    assert before.document_uid == added.document_uid
    assert len({paper.sha256 for paper in world.a.all(Paper)}) == 1
    assert len(world.b.all(OutgoingDocument)) == 1
    entries = world.b.all(AuditEntry, AuditEntry.tag == "copy:send")
    assert [entry.details["recipients"] for entry in entries] == [[BINH_SON], [BINH_MINH]]


def test_only_the_clerk_sends_and_only_a_signed_file_to_somebody(world):
    copy_id = issued_copy(world.b)
    with pytest.raises(Forbidden):
        send(world.b, copy_id, [BINH_SON], who="st.chanhvp")
    with pytest.raises(Invalid, match="recipients-missing"):
        send(world.b, copy_id, [])
    with pytest.raises(Invalid, match="recipient-self"):
        send(world.b, copy_id, [SON_TINH])
    assert world.b.all(OutgoingDocument) == []
    with pytest.raises(Conflict, match="wrong-state"):
        send(world.b, issued_copy(world.b, "paper"), [BINH_SON])


def test_the_page_sends_to_whom_was_picked_and_keeps_what_was_typed(world):
    copy_id = issued_copy(world.b)
    clerk, where = Visitor(world.b.app, "st.vanthu", PASSWORD), f"/copies/{copy_id}/send"
    assert "sổ đăng ký bản sao" in clerk.get(where).text
    refused = clerk.submit(where, {"recipients": "1.2.3"}, page=where)
    assert refused.status_code == 422
    assert "1.2.3" in refused.text
    found = clerk.submit(where, {"recipient_search": "binh minh", "find": "1"}, page=where)
    assert BINH_MINH in found.text
    sent = clerk.submit(where, {"picked": BINH_MINH, "urgency": "0"}, page=where)
    assert sent.status_code == 303
    world.exchange()
    assert len(arrivals(world.a, BINH_MINH)) == 1
    assert "Đã gửi cho 1 nơi" in clerk.get(where).text


def test_what_is_sent_as_a_document_asks_for_no_number_of_its_own(world):
    copy_id = issued_copy(world.b)
    send(world.b, copy_id, [BINH_SON])
    year = world.b.office.today().year
    with world.b.app.app_context():
        agency = actor(world.b).agency_id
        session = world.b.office.session()
        assert list(register_faults.found(session, agency, year)) == []
        session.delete(session.scalars(select(CertifiedCopy)).one())
        session.flush()
        (fault,) = register_faults.found(session, agency, year)
        assert (fault.kind, fault.details["register"]) == ("number-without-document", "copy")
        session.rollback()
