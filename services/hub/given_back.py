"""Who has given a document back: refused it (status 02) after it was last offered to them, and the
sender has fetched that word. Only then is the same document, sent again, a new sending and not the
repetition of a call whose answer was lost."""

from collections.abc import Collection

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from domain.exchange_flow import BusinessCode
from models.exchange import MessageKind
from models.hub import Delivery, DeliveryState, HubMessage
from services.hub.envelope import Envelope

NEW_DOCUMENT, REPLACEMENT = 0, 3
BROUGHT = (NEW_DOCUMENT, REPLACEMENT)  # of the other kinds a 02 does not speak
M, D = HubMessage.__table__, Delivery.__table__
CODES = bindparam("codes", expanding=True)
LAST_OFFERED = (
    select(D.c.recipient_code, func.max(D.c.created_at))
    .join(M)
    .where(
        M.c.sender_code == bindparam("sender_code"),
        M.c.kind == MessageKind.EDOC,
        M.c.document_uid == bindparam("document_uid"),
        M.c.business_kind.in_(BROUGHT),
        D.c.recipient_code.in_(CODES),
        D.c.state != DeliveryState.FAIL,
    )
    .group_by(D.c.recipient_code)
)
# A status may name the document by its reference alone.
ABOUT_IT = or_(
    M.c.document_uid == bindparam("document_uid"),
    and_(M.c.document_uid == "", M.c.reference == bindparam("reference")),
)
LAST_REFUSED = (
    select(M.c.sender_code, func.max(M.c.created_at))
    .join(D, D.c.message_id == M.c.id)
    .where(
        M.c.sender_code.in_(CODES),
        M.c.kind == MessageKind.STATUS,
        M.c.status_code == BusinessCode.REFUSED,
        ABOUT_IT,
        D.c.recipient_code == bindparam("sender_code"),
        D.c.fetched_at.is_not(None),
    )
    .group_by(M.c.sender_code)
)


def by(session: Session, envelope: Envelope, codes: Collection[str]) -> set[str]:
    """Those of the recipients `codes` who have given this document back."""
    if not codes or envelope.kind != MessageKind.EDOC or envelope.business_kind not in BROUGHT:
        return set()
    values = {
        "sender_code": envelope.sender,
        "document_uid": envelope.document_uid,
        "reference": envelope.reference,
        "codes": list(codes),
    }
    offered = dict(session.execute(LAST_OFFERED, values).all())
    refused = dict(session.execute(LAST_REFUSED, values).all())
    return {code for code, at in offered.items() if code in refused and refused[code] > at}
