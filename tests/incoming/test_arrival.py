"""Arrivals: once for each sender and document, with the right papers, known to the clerks."""

from datetime import date

import pytest
from sqlalchemy import func, select

from adapters.edxml.package import ResponseFor
from models.audit import Notification
from models.exchange import OutboxItem
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import incoming
from services.incoming.arrival import ArrivalFile
from services.unit_of_work import transaction
from tests.incoming.arrivals import PDF

HOSTILE = "<script>alert('x')</script> \u202eđảo \x00ngược " + "ê" * 900


def count(office, model) -> int:
    return office.session().scalar(select(func.count()).select_from(model))


def test_the_same_document_of_the_same_sender_arrives_once(arrive, office):
    first = arrive(document_uid="same")
    again = arrive(document_uid="same", subject="Trích yếu khác")
    assert again.id == first.id
    assert again.main.subject == first.main.subject
    assert count(office, IncomingDocument) == 1
    assert count(office, OutboxItem) == 1


def test_the_same_id_of_another_sender_is_another_arrival(arrive):
    assert arrive(document_uid="same").id != arrive(document_uid="same", sender_code="X").id


def test_the_same_document_arrives_at_two_agencies_of_the_node(arrive):
    district = arrive(document_uid="both")
    commune = arrive("000.21.32.H48", document_uid="both")
    assert district.agency_id != commune.agency_id


def test_the_first_sound_pdf_is_the_main_paper_and_damage_is_kept_visible(arrive):
    files = [
        ArrivalFile(name="phuluc.xlsx", data=b"PK\x03\x04 no zip at all"),
        ArrivalFile(name="hong.pdf", data=PDF + b"1", damaged=True),
        ArrivalFile(name="congvan.pdf", data=PDF + b"2"),
    ]
    document = arrive(files=files, repairs=["bom-removed"])
    assert [paper.file_name for paper in document.papers] == [
        "congvan.pdf",
        "hong.pdf",
        "phuluc.xlsx",
    ]
    assert [paper.is_damaged for paper in document.papers] == [False, True, False]
    assert document.repairs == ["bom-removed"]
    assert document.main.issuer_name == "Ủy ban nhân dân huyện Bình Sơn"


def test_an_arrival_without_files_has_a_main_paper_and_nothing_to_inspect(arrive, office):
    document = arrive(files=[])
    assert document.main.sha256 is None
    assert document.verdict == "unsigned"
    assert count(office, OutboxItem) == 0


def test_every_clerk_of_the_agency_and_nobody_else_is_told(arrive, office, actor):
    document = arrive()
    told = office.session().scalars(select(Notification.person_id)).all()
    assert told == [actor("st.vanthu").person_id]
    assert document.verdict is None


def test_hostile_text_is_clipped_and_kept_as_text(arrive, actor, office):
    document = arrive(subject=HOSTILE, sender_name=HOSTILE, number="9" * 300, notation="N" * 300)
    assert len(document.main.subject) == 500
    assert "\x00" not in document.main.subject
    found = incoming.listing(office, actor("st.vanthu"), {"q": "<script>", "state": "all"}, 1)
    assert [row.id for row in found.rows] == [document.id]


@pytest.fixture
def ours(office, actor):
    """A document of Sơn Tịnh's own, which an arrival may answer."""
    with transaction(office, actor("st.vanthu")) as work:
        clerk = actor("st.vanthu")
        document = OutgoingDocument(
            agency_id=clerk.agency_id,
            unit_id=clerk.unit_id,
            drafter_id=clerk.person_id,
            document_uid="st-out-1",
            reference="12/UBND-NV",
            issued_date=date(2026, 11, 2),
            created_at=work.now,
        )
        work.session.add(document)
    return document


@pytest.mark.parametrize(
    "answered",
    [
        ResponseFor("000.00.32.H48", "", None, "st-out-1"),
        ResponseFor("000.00.32.H48", "12/UBND-NV", date(2026, 11, 2)),
        ResponseFor("", "12/UBND-NV"),
    ],
)
def test_an_answer_is_linked_to_our_document(answered, arrive, ours):
    assert arrive(response_for=[answered]).answers_outgoing_id == ours.id


@pytest.mark.parametrize(
    "answered",
    [
        ResponseFor("000.00.99.H48", "12/UBND-NV"),
        ResponseFor("000.00.32.H48", "13/UBND-NV"),
        ResponseFor("", "", None, ""),
    ],
)
def test_an_answer_to_somebody_else_is_not(answered, arrive, ours):
    assert arrive(response_for=[answered]).answers_outgoing_id is None


def test_an_answer_never_reaches_a_document_of_another_agency_on_the_node(arrive, ours):
    named = [ResponseFor("000.00.32.H48", "12/UBND-NV", None, "st-out-1")]
    assert arrive("000.21.32.H48", response_for=named).answers_outgoing_id is None
