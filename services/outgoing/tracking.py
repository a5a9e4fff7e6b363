"""What became of a document at each of its recipients: counted for all of them, listed a page at a
time, the troubled first where only some are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload

from domain.exchange_flow import BusinessCode, TransportState
from domain.text import fold
from models.exchange import Dispatch
from models.outgoing import OutgoingDocument
from services.office import Office

PER_PAGE = 50
T = TransportState
REFUSED = Dispatch.business_state == BusinessCode.REFUSED
IN_TROUBLE = or_(Dispatch.transport_state.in_([T.FAILED, T.PARKED]), REFUSED)
TABS: dict[str, ColumnElement[bool] | None] = {
    "all": None,
    "waiting": Dispatch.transport_state == T.QUEUED,
    "sent": Dispatch.transport_state == T.SENT,
    "delivered": Dispatch.transport_state == T.DELIVERED,
    "trouble": IN_TROUBLE,
    "unanswered": Dispatch.business_state.is_(None),
}


@dataclass(frozen=True)
class Count:
    """So many dispatches are in these two states."""

    transport: str
    business: str | None
    number: int


def counted(rows: Sequence[Dispatch]) -> list[Count]:
    """The same of rows at hand."""
    return [Count(row.transport_state, row.business_state, 1) for row in rows]


@dataclass(frozen=True)
class Tracked:
    rows: Sequence[Dispatch]
    page: int
    total: int
    tab: str
    counts: dict[str, int]


def counts(office: Office, doc: OutgoingDocument) -> list[Count]:
    query = (
        select(Dispatch.transport_state, Dispatch.business_state, func.count())
        .where(Dispatch.document_id == doc.id)
        .group_by(Dispatch.transport_state, Dispatch.business_state)
    )
    return [Count(*row) for row in office.session().execute(query)]


def first(office: Office, doc: OutgoingDocument, number: int) -> Sequence[Dispatch]:
    """The first recipients, those that need a person before all others."""
    by_need = case((IN_TROUBLE, 0), else_=1)
    query = _of(doc).order_by(by_need, Dispatch.id).limit(number)
    return office.session().scalars(query).unique().all()


def listing(
    office: Office, doc: OutgoingDocument, tab: str, text: str = "", page: int = 1
) -> Tracked:
    """One page of the recipients whose name or code has the words of `text`."""
    tab = tab if tab in TABS else "all"
    session, fitting = office.session(), _fitting(office, doc, text)
    tallies = [func.count() if c is None else func.count().filter(c) for c in TABS.values()]
    tallied = session.execute(select(*tallies).select_from(Dispatch).where(*fitting)).one()
    numbers = dict(zip(TABS, tallied, strict=True))
    page = max(1, min(page, (numbers[tab] + PER_PAGE - 1) // PER_PAGE))
    query = _of(doc).where(*fitting)
    if TABS[tab] is not None:
        query = query.where(TABS[tab])
    ordered = query.order_by(Dispatch.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    rows = session.scalars(ordered).unique().all()
    return Tracked(rows, page, numbers[tab], tab, numbers)


def _of(doc: OutgoingDocument) -> Select[tuple[Dispatch]]:
    return (
        select(Dispatch)
        .where(Dispatch.document_id == doc.id)
        .options(joinedload(Dispatch.events), joinedload(Dispatch.changes))
    )


def _fitting(office: Office, doc: OutgoingDocument, text: str) -> list[ColumnElement[bool]]:
    """Names are compared in memory: databases do not fold Vietnamese, and these are a thousand at
    the most."""
    ours = Dispatch.document_id == doc.id
    words = fold(text).split()
    if not words:
        return [ours]
    names = select(Dispatch.id, Dispatch.recipient_code, Dispatch.recipient_name).where(ours)
    fitting = [
        row.id
        for row in office.session().execute(names)
        if all(word in fold(f"{row.recipient_code} {row.recipient_name}") for word in words)
    ]
    return [ours, Dispatch.id.in_(fitting)]
