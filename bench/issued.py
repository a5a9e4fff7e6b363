"""An issued document as the steps before it leave it, without its drafting and signing: what is
measured or tried begins with its dispatch."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.numbering import reference
from domain.outgoing_flow import OutgoingState
from domain.roles import Role
from models.agencies import Agency, Appointment
from models.outgoing import Enclosure, OutgoingDocument, Recipient
from models.registers import RegisterKind
from services import exchange
from services.numbering import give_number
from services.outgoing.state import move
from services.unit_of_work import Work

MEDIA_TYPE = "application/octet-stream"


def dispatch(
    work: Work,
    agency: Agency,
    codes: Sequence[str],
    body: bytes,
    urgency: int = 0,
    enclosures: Sequence[Enclosure] = (),
) -> OutgoingDocument:
    """As the step "dispatch" does it, number and all: to the agencies `codes`, with `body` as the
    issued file."""
    doc = issue(work, agency, codes, body, urgency, enclosures)
    leave(work, doc)
    return doc


def leave(work: Work, doc: OutgoingDocument) -> None:
    """The step "dispatch" of a document that is issued."""
    move(work, doc, "dispatch")
    exchange.dispatch(work, doc)


def issue(
    work: Work,
    agency: Agency,
    codes: Sequence[str],
    body: bytes,
    urgency: int = 0,
    enclosures: Sequence[Enclosure] = (),
) -> OutgoingDocument:
    """A document with its number and `body` as the issued file, ready to be sent to `codes`."""
    today = work.office.today()
    signer = work.session.scalars(
        select(Appointment)
        .where(Appointment.agency_id == agency.id, Appointment.role == Role.LEADER)
        .limit(1)
    ).one()
    entry = give_number(work, agency, RegisterKind.OUTGOING, today)
    doc = OutgoingDocument(
        agency_id=agency.id,
        unit_id=signer.unit_id,
        drafter_id=signer.person_id,
        signer_id=signer.id,
        state=OutgoingState.ISSUED,
        document_uid=f"{agency.code},{today:%Y/%m/%d},{entry.number}",
        type_name="Công văn",
        subject=f"Văn bản số {entry.number} của cuộc thử",
        notation="UBND-VP",
        number_entry_id=entry.id,
        reference=reference(entry.number, "UBND-VP"),
        issued_date=today,
        issued_at=work.now,
        urgency=urgency,
        issued_sha256=work.store(body, MEDIA_TYPE, 1),
        created_at=work.now,
    )
    doc.recipients = [Recipient(code=code, name=code) for code in codes]
    doc.enclosures = list(enclosures)
    work.session.add(doc)
    work.session.flush()
    return doc
