"""The registers as pages: documents in and out with the columns of NĐ 30/2020, Phụ lục IV."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from domain import permissions
from domain.permissions import Relation
from domain.roles import Actor
from domain.text import fold
from models.agencies import Appointment
from models.assignments import Assignment
from models.copies import CertifiedCopy
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument, Recipient
from models.registers import Register, RegisterEntry, RegisterKind
from services.office import Office
from services.search import contains

PER_PAGE = 50
NAMED = 5  # recipients of one document that its row tells


@dataclass(frozen=True)
class Filters:
    """What the register page was asked for; None or "" leaves a condition out."""

    year: int
    text: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True)
class Page:
    """One page of a register: entries by falling number, each with its document; for each outgoing
    one the first of its recipients, and how many there are."""

    rows: Sequence[tuple[RegisterEntry, object]]
    total: int
    years: list[int]
    recipients: dict[int, tuple[list[str], int]] = field(default_factory=dict)


def incoming(office: Office, actor: Actor, filters: Filters) -> Page:
    """The register of incoming documents."""
    day = IncomingDocument.arrival_date
    assigned = selectinload(IncomingDocument.assignments)
    options = (
        selectinload(IncomingDocument.papers),
        assigned.joinedload(Assignment.unit),
        assigned.joinedload(Assignment.person),
    )
    return _page(office, actor, RegisterKind.INCOMING, IncomingDocument, day, filters, options)


def outgoing(office: Office, actor: Actor, filters: Filters) -> Page:
    """The register of outgoing documents."""
    signer = joinedload(OutgoingDocument.signer).joinedload(Appointment.person)
    options = (signer, joinedload(OutgoingDocument.unit))
    day = OutgoingDocument.issued_date
    page = _page(office, actor, RegisterKind.OUTGOING, OutgoingDocument, day, filters, options)
    sent = [document.id for _entry, document in page.rows if document is not None]
    return replace(page, recipients=_recipients(office, sent))


def copies(office: Office, actor: Actor, filters: Filters) -> Page:
    """The register of certified copies, of all kinds in one series."""
    options = (joinedload(CertifiedCopy.signer).joinedload(Appointment.person),)
    day = CertifiedCopy.issued_date
    return _page(office, actor, RegisterKind.COPY, CertifiedCopy, day, filters, options)


def _recipients(office: Office, documents: list[int]) -> dict[int, tuple[list[str], int]]:
    """One document may go to a thousand: a page of the register names a few of each."""
    of_one = {"partition_by": Recipient.document_id}
    placed = (
        select(
            Recipient.document_id,
            Recipient.name,
            func.row_number().over(**of_one, order_by=Recipient.id).label("place"),
            func.count().over(**of_one).label("total"),
        )
        .where(Recipient.document_id.in_(documents))
        .subquery()
    )
    first = select(placed).where(placed.c.place <= NAMED).order_by(placed.c.place)
    found: dict[int, tuple[list[str], int]] = {}
    for row in office.session().execute(first) if documents else ():
        found.setdefault(row.document_id, ([], row.total))[0].append(row.name)
    return found


def _page(office, actor, kind, model, day, filters: Filters, options) -> Page:
    permissions.require(actor, "registers:view", {Relation.AGENCY})
    session = office.session()
    where = and_(
        Register.agency_id == actor.agency_id,
        Register.kind == kind,
        Register.year == filters.year,
        *_conditions(model, day, filters),
    )
    query = (
        select(RegisterEntry, model)
        .join(Register, RegisterEntry.register_id == Register.id)
        .outerjoin(model, model.number_entry_id == RegisterEntry.id)
        .where(where)
    )
    counted = query.with_only_columns(func.count(RegisterEntry.id))
    rows = session.execute(
        query.options(*options)
        .order_by(RegisterEntry.number.desc(), RegisterEntry.sub_number.desc())
        .limit(PER_PAGE)
        .offset((filters.page - 1) * PER_PAGE)
    )
    found = [(entry, document) for entry, document in rows.unique()]
    return Page(found, session.scalar(counted), _years(office, actor, kind))


def _conditions(model, day, filters: Filters) -> list[ColumnElement]:
    conditions = []
    if words := fold(filters.text).split():
        conditions.append(contains(model.search_text, words))
    if filters.since:
        conditions.append(day >= filters.since)
    if filters.until:
        conditions.append(day <= filters.until)
    return conditions


def _years(office: Office, actor: Actor, kind: RegisterKind) -> list[int]:
    held = select(Register.year).where(Register.agency_id == actor.agency_id, Register.kind == kind)
    return sorted({office.today().year, *office.session().scalars(held)}, reverse=True)
