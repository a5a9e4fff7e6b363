"""Drafts for the tests: the form of a letter, and a draft in a wanted state."""

from sqlalchemy import select

from domain.outgoing_flow import OutgoingState
from models.agencies import Appointment, Person
from models.outgoing import OutgoingDocument
from services import outgoing

BODY = "Thực hiện chương trình công tác năm 2026.\nĐề nghị các đơn vị báo cáo trước ngày 30/11."
BINH_SON = "000.00.31.H48"


def signer_of(office, username: str, agency_id: int) -> int:
    query = (
        select(Appointment.id)
        .join(Person)
        .where(Person.username == username, Appointment.agency_id == agency_id)
    )
    return office.session().scalar(query)


def letter(office, actor, signer="st.chutich", **changes) -> dict:
    """A complete form; `changes` replace fields."""
    form = {
        "source": "form",
        "type_name": "Công văn",
        "subject": "Báo cáo tình hình giải ngân vốn đầu tư công",
        "body": BODY,
        "recipients": [BINH_SON],
        "signer_id": signer_of(office, signer, actor.agency_id),
        "urgency": "0",
    }
    return form | changes


def drafted(office, actor, **changes) -> int:
    return outgoing.create(office, actor, letter(office, actor, **changes))


def force(office, document_id: int, state: OutgoingState) -> None:
    """Puts a document into a state for tests of what is refused there; no step leads here."""
    session = office.session()
    doc = session.get(OutgoingDocument, document_id)
    doc.state = state
    session.commit()
