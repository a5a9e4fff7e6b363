"""What a package of ours says, made of rows alone: the same rows give the same bytes, so that a
build that was interrupted can be repeated (law 5)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from adapters.edxml.package import (
    Attachment,
    Business,
    BusinessKind,
    Hop,
    Organ,
    Package,
    ReceiverChange,
    Replacement,
    ResponseFor,
    Staff,
    StatusMessage,
)
from adapters.edxml.signing import Signer
from adapters.edxml.write import package_pieces, write_status
from adapters.files import FileStore
from domain.change_flow import ChangeKind
from domain.exchange_flow import BusinessCode, TransportState
from domain.roles import LEADERS, Role
from models.agencies import Agency, Appointment, HubLink
from models.changes import Change
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, Route, StatusEvent
from models.files import StoredFile
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services.changes.asking import replaced_for
from services.changes.comparing import named_in
from services.delegations import authority_of
from services.exchange.reading import contents

ADMINISTRATIVE = 2  # DocumentType/Type as most systems write and the national library assumes it
DEPUTY, BY_ORDER = "KT.", "TL."
CHANGE = select(Change).where(
    Change.message_id == bindparam("message_id"), Change.direction == Direction.OUT
)
DISPATCHES = (
    select(Dispatch).where(Dispatch.document_id == bindparam("document_id")).order_by(Dispatch.id)
)
PAGES = select(StoredFile.pages).where(StoredFile.sha256.in_(bindparam("names", expanding=True)))
SYSTEM_ID = select(HubLink.system_id).where(HubLink.agency_id == bindparam("agency_id"))
# All that a package says of a document besides its files and recipients, in one statement.
WITH_WHOM = (
    joinedload(OutgoingDocument.agency),
    joinedload(OutgoingDocument.unit),
    joinedload(OutgoingDocument.drafter),
    joinedload(OutgoingDocument.signer).joinedload(Appointment.person),
)


def build(
    session: Session, files: FileStore, message: ExchangeMessage, signer: Signer | None = None
) -> Iterable[bytes]:
    """The bytes of an outgoing message, by pieces. Raises Invalid: recipients-missing,
    attachment-empty."""
    change = _change_of(session, message)
    if message.kind == MessageKind.STATUS:
        said = status_of(session, message) if change is None else request_of(session, change)
        return (write_status(said, signer),)
    if change is None:
        return package_pieces(package_of(session, files, message), signer)
    return package_pieces(change_of(session, files, message, change), signer)


def package_of(session: Session, files: FileStore, message: ExchangeMessage) -> Package:
    """The document's package for those of its recipients whom this message serves."""
    doc = session.get(OutgoingDocument, message.outgoing_id, options=WITH_WHOM)
    dispatches = session.scalars(DISPATCHES, {"document_id": doc.id}).all()
    served = [d for d in dispatches if _is_served(d, message)]
    return _package(
        session,
        message,
        dispatches,
        recipients=tuple(Organ(code=d.recipient_code, name=d.recipient_name) for d in served),
        business=_business(session, message, doc),
        attachments=_attachments(files, doc),
    )


def change_of(
    session: Session, files: FileStore, message: ExchangeMessage, change: Change
) -> Package:
    """A revocation or an update: the document's data for the one recipient it is asked of, under
    the document's own id. Its files stay what they are, so none travel but the revocation's."""
    doc = change.outgoing
    changed = [ReceiverChange(code, added) for code, added in named_in(change.differences)]
    changed += [ReceiverChange(change.peer_code, added=False)] if change.drops_us else []
    business = Business(
        kind=BusinessKind.REVOKE if change.kind == ChangeKind.REVOKE else BusinessKind.UPDATE,
        reason=change.reason,
        document_id=doc.document_uid,
        data_changed=change.kind == ChangeKind.UPDATE and bool(change.differences),
        receivers_changed=bool(changed),
        receiver_changes=tuple(changed),
        staff=_asker(doc, change),
    )
    return _package(
        session,
        message,
        doc.dispatches,
        recipients=(Organ(code=change.peer_code, name=change.peer_name),),
        business=business,
        attachments=tuple(
            Attachment(row["name"], row["media_type"], contents(files, row["sha256"]))
            for row in change.notices
        ),
    )


def request_of(session: Session, change: Change) -> StatusMessage:
    """Status 13: a recipient is asked to give the document back. As the samples have it, it names
    the recipient as the one answered and bears our document's id (`edxml.md` A3)."""
    doc = change.outgoing
    return StatusMessage(
        sender=organ(doc.agency, _system_id(session, doc.agency)),
        response_for=ResponseFor(
            organ_code=change.peer_code,
            reference=doc.reference,
            issued_date=doc.issued_date,
            document_id=doc.document_uid,
        ),
        staff=_asker(doc, change),
        code=BusinessCode.TAKE_BACK,
        description=change.reason,
        at=change.asked_at,
    )


def _change_of(session: Session, message: ExchangeMessage) -> Change | None:
    return session.scalars(CHANGE, {"message_id": message.id}).one_or_none()


def _asker(doc: OutgoingDocument, change: Change) -> Staff:
    return Staff(department=doc.agency.name, name=change.asked_by)


def _business(session: Session, message: ExchangeMessage, doc: OutgoingDocument) -> Business:
    """New, or in place of an older document for those recipients who have that one."""
    codes = replaced_for(session, message) if doc.replaces_id else []
    if not codes:
        return Business(staff=_drafter(doc))
    old = Replacement(doc.replaces.document_uid, tuple(codes))
    return Business(kind=BusinessKind.REPLACE, replacements=(old,), staff=_drafter(doc))


def _package(
    session: Session, message: ExchangeMessage, dispatches: Sequence[Dispatch], **fields: object
) -> Package:
    """The document's own data, with what this package says beside them."""
    doc = session.get(OutgoingDocument, message.outgoing_id)
    number, _, notation = doc.reference.partition("/")
    return Package(
        sender=organ(doc.agency, _system_id(session, doc.agency)),
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
        **_signer(doc),
        **fields,
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
    known = session.scalar(SYSTEM_ID, {"agency_id": agency.id})
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


def _signer(doc: OutgoingDocument) -> dict[str, str]:
    """Competence is the first line above the signature: "TM. …", "KT.", "TL. CHỦ TỊCH"."""
    signer = doc.signer
    if signer is None:
        return {}
    if doc.delegation is not None:
        competence = authority_of(doc.agency, signer, doc.delegation)[0]
    elif signer.role not in LEADERS:  # a copy that the chief of office approved
        competence = BY_ORDER
    else:
        competence = DEPUTY if signer.role == Role.DEPUTY_LEADER else doc.agency.authority
    return {
        "competence": competence,
        "signer_position": signer.title,
        "signer_name": signer.person.full_name,
    }


def _pages(session: Session, doc: OutgoingDocument) -> int:
    names = {doc.issued_sha256, *(each.sent_sha256 for each in doc.enclosures)}
    counted = session.scalars(PAGES, {"names": list(names)})
    return max(1, sum(counted))


def _attachments(files: FileStore, doc: OutgoingDocument) -> tuple[Attachment, ...]:
    name = f"{doc.reference.replace('/', '-')}.pdf"
    issued = contents(files, doc.issued_sha256)
    enclosed = (
        Attachment(file.name, file.media_type, contents(files, file.sha256))
        for enclosure in doc.enclosures
        for file in enclosure.sent_files
    )
    return (Attachment(name, "application/pdf", issued, doc.subject), *enclosed)
