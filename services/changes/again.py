"""A document that was refused here and comes once more under the same id: the clerk sees it as
arriving anew, with whatever its sender has mended. That it was refused, and why, stays in its
history."""

from sqlalchemy import exists, or_, select

from domain.change_flow import ChangeKind, ChangeState
from domain.incoming_flow import IncomingState
from models.agencies import Agency
from models.changes import Change
from models.exchange import Direction, ExchangeMessage
from models.incoming import IncomingDocument
from services.accounts import posts
from services.changes import comparing
from services.incoming import arrival as arriving
from services.incoming import state
from services.incoming.parcel import Arrival
from services.unit_of_work import Work

D = IncomingDocument


def arrive(work: Work, agency: Agency, arrival: Arrival) -> IncomingDocument:
    """As `services.incoming.arrival.arrive`; one that was refused before arrives anew."""
    document = arriving.arrive(work, agency, arrival)
    if document.state == IncomingState.REFUSED and _refused(
        work, agency.id, document.sender_code, document.document_uid
    ):
        _come_again(work, document, arrival)
    return document


def is_given_back(work: Work, message: ExchangeMessage) -> bool:
    """Whether the document that this package brings was refused here before."""
    return _refused(work, message.agency_id, message.peer_code, message.document_uid)


def _refused(work: Work, agency_id: int, sender_code: str, uid: str) -> bool:
    """One that its sender revoked or took back meanwhile is not sent again: it is an old copy."""
    over = or_(Change.kind.in_([ChangeKind.REVOKE, ChangeKind.TAKE_BACK]), Change.drops_us)
    refused = select(D.id).where(
        D.agency_id == agency_id,
        D.sender_code == sender_code,
        D.document_uid == uid,
        D.state == IncomingState.REFUSED,
        ~exists().where(
            Change.incoming_id == D.id,
            Change.direction == Direction.IN,
            Change.state == ChangeState.AGREED,
            over,
        ),
    )
    with work.session.no_autoflush:
        return work.session.scalar(refused) is not None


def _come_again(work: Work, document: IncomingDocument, arrival: Arrival) -> None:
    refusal, document.refusal_reason = document.refusal_reason, ""
    document.message_id, document.arrived_at = arrival.message_id, work.now
    document.repairs = list(arrival.repairs)
    rows = comparing.differences(document, arrival)
    comparing.apply(work, document, rows, arrival)
    changed = [row["field"] for row in rows]
    state.move(work, document, "come_again", reason=refusal, changed=changed)
    for person_id in posts.clerks(work.session, document.agency_id, work.office.today()):
        work.notify(person_id, "incoming:come_again", document, arriving.summary(document))
