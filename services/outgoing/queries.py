"""Reading outgoing documents: one with all its page needs, and lists of what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from domain import permissions
from domain.exchange_flow import BusinessCode, TransportState
from domain.outgoing_flow import OUTGOING_FLOW, OutgoingState
from domain.roles import Actor
from domain.text import fold
from models.agencies import Appointment, Person, Unit
from models.audit import AuditEntry
from models.batches import BatchItem
from models.delegations import Delegation
from models.exchange import Dispatch
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument, Review, Signer
from models.registers import RegisterKind
from models.signing import SigningRequest
from services import incoming, numbering
from services.office import Office
from services.outgoing import access
from services.outgoing.waiting import waiting

PER_PAGE = 30
HISTORY = frozenset({"outgoing:create"}) | {f"outgoing:{a}" for a in OUTGOING_FLOW.actions}
S = OutgoingState
T = TransportState
TABS: dict[str, frozenset[OutgoingState]] = {
    "all": frozenset(S) - {S.CANCELLED},
    "draft": frozenset({S.DRAFT}),
    "review": frozenset({S.IN_REVIEW, S.FORM_CHECK}),
    "signing": frozenset({S.AWAITING_LEADER, S.SIGNING}),
    "issuing": frozenset({S.SIGNED, S.SEALING, S.NUMBERED}),
    "issued": frozenset({S.ISSUED}),
    "dispatched": frozenset({S.DISPATCHED}),
    "void": frozenset({S.REVOKED, S.REPLACED}),
    "cancelled": frozenset({S.CANCELLED}),
}


@dataclass(frozen=True)
class Filters:
    """What a list shows; empty values filter nothing."""

    state: str = "all"  # a tab, or one state
    text: str = ""
    type_name: str = ""
    unit_id: int | None = None
    mine: bool = False
    waiting: bool = False  # only what waits for the actor
    batch: int | None = None  # only what was decided at once


@dataclass(frozen=True)
class Outcome:
    """Of a document that was sent: recipients who refused it, whom it did not reach, and to whom it
    has not left yet."""

    refused: int
    failed: int
    waiting: int


@dataclass(frozen=True)
class Listing:
    rows: list[OutgoingDocument]
    total: int
    page: int
    tab: str
    counts: dict[str, int]  # documents in each tab, under the same other filters
    outcomes: dict[int, Outcome] = field(default_factory=dict)


def listing(office: Office, actor: Actor, filters: Filters, page: int = 1) -> Listing:
    """One page of the documents the actor may see, newest step first."""
    session = office.session()
    where = [access.visible(actor), *_conditions(actor, filters)]
    if filters.waiting:
        where.append(waiting(actor, office.today()))
    by_state = dict(
        session.execute(
            select(OutgoingDocument.state, func.count())
            .where(*where)
            .group_by(OutgoingDocument.state)
        ).all()
    )
    counts = {tab: sum(by_state.get(s, 0) for s in states) for tab, states in TABS.items()}
    tab, states = _chosen(filters.state)
    total = sum(by_state.get(state, 0) for state in states)
    page = max(1, min(page, (total + PER_PAGE - 1) // PER_PAGE))
    query = (
        select(OutgoingDocument)
        .where(*where, OutgoingDocument.state.in_(states))
        .options(
            joinedload(OutgoingDocument.unit),
            joinedload(OutgoingDocument.drafter),
            joinedload(OutgoingDocument.signer).joinedload(Appointment.person),
        )
        .order_by(OutgoingDocument.updated_at.desc(), OutgoingDocument.id.desc())
    )
    rows = session.scalars(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return Listing(list(rows), total, page, tab, counts, _outcomes(session, rows))


def _outcomes(session: Session, rows: Sequence[OutgoingDocument]) -> dict[int, Outcome]:
    """What became of those that were sent, where it is worth saying in a list."""
    sent = [doc.id for doc in rows if doc.state == S.DISPATCHED]
    if not sent:
        return {}
    counted = (
        select(
            Dispatch.document_id,
            _number(Dispatch.business_state == BusinessCode.REFUSED),
            _number(Dispatch.transport_state.in_([T.FAILED, T.PARKED])),
            _number(Dispatch.transport_state == T.QUEUED),
        )
        .where(Dispatch.document_id.in_(sent))
        .group_by(Dispatch.document_id)
    )
    return {row[0]: Outcome(*row[1:]) for row in session.execute(counted)}


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _chosen(state: str) -> tuple[str, frozenset[OutgoingState]]:
    """The tab to mark and the states to list for a tab's key or the name of one state."""
    if state in TABS:
        return state, TABS[state]
    for tab, states in TABS.items():
        if tab != "all" and state in states:
            return tab, frozenset({OutgoingState(state)})
    return "all", TABS["all"]


def _conditions(actor: Actor, filters: Filters) -> Iterable:
    column = OutgoingDocument.search_text
    yield from (column.contains(word, autoescape=True) for word in fold(filters.text).split())
    if filters.type_name:
        yield OutgoingDocument.type_name == filters.type_name
    if filters.unit_id:
        yield OutgoingDocument.unit_id == filters.unit_id
    if filters.batch:
        of_batch = select(BatchItem.document_id).where(BatchItem.batch_id == filters.batch)
        yield OutgoingDocument.id.in_(of_batch)
    if filters.mine:
        yield OutgoingDocument.drafter_id == actor.person_id


def load(office: Office, actor: Actor, document_id: int) -> OutgoingDocument:
    """The document with everything its page shows; NotFound when the actor may not see it."""
    return access.find(
        office.session(),
        actor,
        document_id,
        *_with_files(),
        # With what each reviewer was then: shown beside their mark.
        selectinload(OutgoingDocument.reviews)
        .joinedload(Review.person)
        .joinedload(Person.appointments),
        selectinload(OutgoingDocument.recipients),
    )


def load_with_files(office: Office, actor: Actor, document_id: int) -> OutgoingDocument:
    """As `load`, for a page about one file: reviews and recipients come only when asked for."""
    return access.find(office.session(), actor, document_id, *_with_files())


def _with_files() -> tuple:
    return (
        joinedload(OutgoingDocument.agency),
        joinedload(OutgoingDocument.unit),
        joinedload(OutgoingDocument.drafter),
        joinedload(OutgoingDocument.signer).joinedload(Appointment.person),
        joinedload(OutgoingDocument.number_entry),
        joinedload(OutgoingDocument.signers)
        .joinedload(Signer.appointment)
        .joinedload(Appointment.person),
        joinedload(OutgoingDocument.delegation).options(
            joinedload(Delegation.grantor),
            joinedload(Delegation.passed_from).joinedload(Delegation.holder),
        ),
        joinedload(OutgoingDocument.answers).joinedload(IncomingDocument.papers),
        joinedload(OutgoingDocument.replaces),
        joinedload(OutgoingDocument.replaced_by),
        selectinload(OutgoingDocument.versions),
        selectinload(OutgoingDocument.enclosures),
    )


def open_draft(office: Office, actor: Actor, document_id: int) -> OutgoingDocument:
    """The document for its drafter to edit; refuses as `perform("edit")` does."""
    doc = load(office, actor, document_id)
    permissions.require(actor, "outgoing:edit", access.relations(actor, doc))
    OUTGOING_FLOW.step("edit", doc.state)
    return doc


def may_step(office: Office, actor: Actor, document_id: int, action: str) -> OutgoingDocument:
    """The document with its recipients, for the page that prepares a step; refuses as `perform`
    does."""
    doc = access.find(
        office.session(), actor, document_id, selectinload(OutgoingDocument.recipients)
    )
    permissions.require(actor, f"{OUTGOING_FLOW.name}:{action}", access.relations(actor, doc))
    OUTGOING_FLOW.step(action, doc.state)
    return doc


def brief(office: Office, actor: Actor, document_id: int) -> OutgoingDocument:
    """The document alone; NotFound when the actor may not see it."""
    return access.find(office.session(), actor, document_id)


def for_preview(office: Office, actor: Actor, document_id: int) -> OutgoingDocument:
    """As `brief`, with what is drawn on it when it is signed."""
    options = (
        joinedload(OutgoingDocument.agency),
        joinedload(OutgoingDocument.number_entry),
        joinedload(OutgoingDocument.signer).joinedload(Appointment.person),
        joinedload(OutgoingDocument.signers)
        .joinedload(Signer.appointment)
        .joinedload(Appointment.person),
    )
    return access.find(office.session(), actor, document_id, *options)


def history(office: Office, doc: OutgoingDocument) -> list[AuditEntry]:
    """Every step and version of the document, from the audit chain."""
    query = select(AuditEntry).where(
        AuditEntry.subject_type == OutgoingDocument.__tablename__,
        AuditEntry.subject_id == doc.id,
        AuditEntry.tag.in_(HISTORY),
    )
    return list(office.session().scalars(query.order_by(AuditEntry.sequence)))


def units(office: Office, actor: Actor) -> list[Unit]:
    """Units of the agency, for the list's filter."""
    query = select(Unit).where(Unit.agency_id == actor.agency_id).order_by(Unit.position)
    return list(office.session().scalars(query))


def answers_to(office: Office, actor: Actor, doc: OutgoingDocument) -> list[IncomingDocument]:
    """Arrivals that answer this document, as far as the actor may see them."""
    query = (
        select(IncomingDocument)
        .where(
            IncomingDocument.agency_id == actor.agency_id,
            IncomingDocument.answers_outgoing_id == doc.id,
            incoming.access.visible(actor),
        )
        .options(joinedload(IncomingDocument.papers))
        .order_by(IncomingDocument.id)
    )
    return list(office.session().scalars(query).unique())


def last_request(office: Office, doc: OutgoingDocument) -> SigningRequest | None:
    """The newest signature asked for, to follow its job."""
    query = select(SigningRequest).where(SigningRequest.document_id == doc.id)
    return office.session().scalars(query.order_by(SigningRequest.id.desc()).limit(1)).first()


def proposed_number(office: Office, doc: OutgoingDocument) -> int:
    """The number that would be given today."""
    year = office.today().year
    return numbering.next_number(office.session(), doc.agency_id, RegisterKind.OUTGOING, year)
