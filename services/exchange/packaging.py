"""What a package of ours says, made of rows alone: the same rows give the same bytes, so that a
build that was interrupted can be repeated (law 5)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.edxml.package import (
    Attachment,
    Business,
    Hop,
    Organ,
    Package,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.write import write_package, write_status
from adapters.files import FileStore
from domain.exchange_flow import TransportState
from domain.roles import Role
from models.agencies import Agency, Appointment, HubLink
from models.exchange import Dispatch, ExchangeMessage, MessageKind, Route, StatusEvent
from models.files import StoredFile
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument

ADMINISTRATIVE = 2  # DocumentType/Type as most systems write and the national library assumes it
DEPUTY = "KT."


def build(session: Session, files: FileStore, message: ExchangeMessage) -> bytes:
    """The bytes of an outgoing message. Raises Invalid: recipients-missing, attachment-empty."""
    if message.kind == MessageKind.STATUS:
        return write_status(status_of(session, message))
    return write_package(package_of(session, files, message))


def package_of(session: Session, files: FileStore, message: ExchangeMessage) -> Package:
    """The document's package for those of its recipients whom this message serves."""
    doc = session.get(OutgoingDocument, message.outgoing_id)
    dispatches = session.scalars(
        select(Dispatch).where(Dispatch.document_id == doc.id).order_by(Dispatch.id)
    ).all()
    served = [d for d in dispatches if _is_served(d, message)]
    number, _, notation = doc.reference.partition("/")
    return Package(
        sender=organ(doc.agency, _system_id(session, doc.agency)),
        recipients=tuple(Organ(code=d.recipient_code, name=d.recipient_name) for d in served),
        document_id=doc.document_uid,
        number=number,
        notation=doc.notation or notation,
        issued_date=doc.issued_date,
        place=doc.agency.place,
        type_code=ADMINISTRATIVE,
        type_name=doc.type_name,
        subject=doc.subject,
        due_date=doc.due_date,
        priority=doc.urgency,
        typer_notation=doc.unit.notation,
        copies=len(dispatches),
        pages=_pages(session, doc),
        response_for=_answered(doc),
        to_places=_to_places(doc, dispatches),
        trace=(Hop(doc.agency.code, message.created_at),),
        business=Business(staff=_drafter(doc)),
        attachments=_attachments(files, doc),
        **_signer(doc.agency, doc.signer),
    )


def status_of(session: Session, message: ExchangeMessage) -> StatusMessage:
    """What we tell the sender of an arrival."""
    event = session.get(StatusEvent, message.status_event_id)
    incoming = session.get(IncomingDocument, event.incoming_id)
    return StatusMessage(
        sender=organ(incoming.agency, _system_id(session, incoming.agency)),
        response_for=ResponseFor(
            organ_code=incoming.sender_code,
            reference=incoming.main.reference,
            issued_date=incoming.main.issued_date,
            document_id=incoming.document_uid,
        ),
        staff=Staff(department=event.department, name=event.staff),
        code=event.code,
        description=event.description,
        at=event.at,
    )


def organ(agency: Agency, code: str) -> Organ:
    return Organ(
        code=code,
        name=agency.name,
        in_charge=agency.superior_name,
        address=agency.address,
        email=agency.email,
        telephone=agency.telephone,
    )


def _system_id(session: Session, agency: Agency) -> str:
    """The code under which the hub knows the agency: `From` must bear it."""
    known = session.scalar(select(HubLink.system_id).where(HubLink.agency_id == agency.id))
    return known or agency.code


def _is_served(dispatch: Dispatch, message: ExchangeMessage) -> bool:
    return (
        dispatch.message_id == message.id
        and dispatch.route == Route.HUB
        and dispatch.transport_state == TransportState.QUEUED
    )


def _answered(doc: OutgoingDocument) -> tuple[ResponseFor, ...]:
    answered = doc.answers
    if answered is None or not answered.sender_code:
        return ()
    return (
        ResponseFor(
            organ_code=answered.sender_code,
            reference=answered.main.reference,
            issued_date=answered.main.issued_date,
            document_id=answered.document_uid,
        ),
    )


def _to_places(doc: OutgoingDocument, dispatches: list[Dispatch]) -> tuple[str, ...]:
    """The lines of "Nơi nhận" besides those whom the package is addressed to."""
    informed = {r.code for r in doc.recipients if r.for_information}
    also = [
        d.recipient_name
        for d in dispatches
        if d.route == Route.INTERNAL or d.recipient_code in informed
    ]
    return (*also, "Lưu: VT")


def _drafter(doc: OutgoingDocument) -> Staff:
    person = doc.drafter
    return Staff(doc.unit.name, person.full_name, person.telephone, person.email)


def _signer(agency: Agency, signer: Appointment | None) -> dict[str, str]:
    if signer is None:
        return {}
    is_deputy = signer.role == Role.DEPUTY_LEADER
    return {
        "competence": DEPUTY if is_deputy else agency.authority,
        "signer_position": signer.title,
        "signer_name": signer.person.full_name,
    }


def _pages(session: Session, doc: OutgoingDocument) -> int:
    names = {doc.issued_sha256, *(enclosure.sha256 for enclosure in doc.enclosures)}
    counted = session.scalars(select(StoredFile.pages).where(StoredFile.sha256.in_(names)))
    return max(1, sum(counted))


def _attachments(files: FileStore, doc: OutgoingDocument) -> tuple[Attachment, ...]:
    name = f"{doc.reference.replace('/', '-')}.pdf"
    main = Attachment(name, "application/pdf", files.read(doc.issued_sha256), doc.subject)
    return (
        main,
        *(Attachment(e.name, e.media_type, files.read(e.sha256)) for e in doc.enclosures),
    )
