"""Sending an issued document to its recipients: who gets it by the hub, who is on this node."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select

from domain.errors import Invalid
from domain.exchange_flow import TransportState
from models.agencies import Agency
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, Route
from models.hub import DirectoryEntry
from models.outgoing import OutgoingDocument, Recipient
from services import directory
from services.exchange import links, transport
from services.unit_of_work import Work

SECOND = timedelta(seconds=1)


def dispatch(
    work: Work, doc: OutgoingDocument, recipients: Sequence[Recipient] | None = None
) -> list[Dispatch]:
    """One dispatch for each of the document's recipients, or only for `recipients` who were added
    later, and, whatever their number, one package for all of those whom the hub serves. To be
    called in the transaction of the steps "dispatch" and "add_recipients".

    Raises Invalid: recipients-missing, hub-link-missing.
    """
    recipients = doc.recipients if recipients is None else recipients
    if not recipients:
        raise Invalid("recipients-missing")
    here = _of_this_node(work, recipients)
    message = None
    if any(recipient.code not in here for recipient in recipients):
        message = _message(work, doc)
    made = [_dispatch(work, doc, each, each.code in here, message) for each in recipients]
    work.session.add_all(made)
    work.session.flush()
    for each in made:
        if each.route == Route.INTERNAL:
            work.enqueue(links.INSIDE, "deliver", each.id, priority=doc.urgency)
    if message is not None:
        work.enqueue(links.QUEUE, "send", message.id, priority=doc.urgency)
    return made


def send_alone(work: Work, dispatch: Dispatch) -> None:
    """A package of its own for one recipient who got none, or not yet."""
    former = dispatch.message
    message = _message(work, dispatch.document, former)
    dispatch.message = message
    work.session.flush()
    if former is not None:
        transport.finished(work, former)
    work.enqueue(links.QUEUE, "send", message.id, priority=dispatch.document.urgency)


def unreachable(work: Work, message_id: int, states: Collection[TransportState]) -> set[str]:
    """Recipients of a package, of those in one of `states`, whom the directory does not offer any
    more; nobody, if that would be all of them."""
    codes = set(
        work.session.scalars(
            select(Dispatch.recipient_code).where(
                Dispatch.message_id == message_id,
                Dispatch.transport_state.in_(states),
            )
        )
    )
    known = work.session.scalars(select(DirectoryEntry).where(DirectoryEntry.code.in_(codes)))
    gone = codes - {each.code for each in known if directory.takes_mail(work.office, each)}
    return gone if gone != codes else set()


def _of_this_node(work: Work, recipients: Sequence[Recipient]) -> set[str]:
    codes = [recipient.code for recipient in recipients]
    return set(
        work.session.scalars(select(Agency.code).where(Agency.code.in_(codes), Agency.is_active))
    )


def _message(
    work: Work, doc: OutgoingDocument, former: ExchangeMessage | None = None
) -> ExchangeMessage:
    """One that follows a `former` of the same document within its second would be the same bytes,
    for the wire knows seconds, and so the same message to the hub."""
    after = [former.created_at + SECOND] if former is not None else []
    if links.of_agency(work.session, doc.agency_id) is None:
        raise Invalid("hub-link-missing")
    message = ExchangeMessage(
        agency_id=doc.agency_id,
        direction=Direction.OUT,
        kind=MessageKind.EDOC,
        document_uid=doc.document_uid,
        outgoing_id=doc.id,
        created_at=max([work.now, *after]),
    )
    work.session.add(message)
    work.session.flush()
    return message


def _dispatch(
    work: Work,
    doc: OutgoingDocument,
    recipient: Recipient,
    is_here: bool,
    message: ExchangeMessage | None,
) -> Dispatch:
    return Dispatch(
        document_id=doc.id,
        message_id=None if is_here else message.id,
        recipient_code=recipient.code,
        recipient_name=recipient.name,
        route=Route.INTERNAL if is_here else Route.HUB,
        queued_at=work.now,
    )
