"""Reading incoming documents: one by id, the list with its tabs, and all that its page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from domain.assignment_flow import AssignmentKind, AssignmentState
from domain.dates import VIETNAM
from domain.errors import NotFound
from domain.incoming_flow import IncomingState
from domain.permissions import Relation, allowing
from domain.roles import LEADERS, Actor, Role
from domain.text import fold
from models.agencies import Appointment
from models.assignments import Assignment
from models.incoming import IncomingDocument, Paper
from services.accounts import posts
from services.incoming import access
from services.incoming.actions import available
from services.incoming.waiting import waiting
from services.office import Office

PER_PAGE = 30
S = IncomingState
OPEN = (S.REGISTERED, S.AWAITING_DIRECTION, S.DIRECTED, S.IN_PROGRESS)
UNASSIGNED = (S.ARRIVED, S.REGISTERED, S.AWAITING_DIRECTION)
TABS: dict[str, tuple[IncomingState, ...]] = {
    "arrived": (S.ARRIVED,),
    "awaiting": (S.REGISTERED, S.AWAITING_DIRECTION),
    "working": (S.DIRECTED, S.IN_PROGRESS),
    "overdue": OPEN,
    "done": (S.DONE,),
    "refused": (S.REFUSED,),
    "void": (S.WITHDRAWN, S.REPLACED),
    "all": tuple(S),
}
# One state alone, as the home page links to it, lies under the tab that holds it.
NARROW: dict[str, str] = {S.REGISTERED: "awaiting", S.AWAITING_DIRECTION: "awaiting"}


@dataclass(frozen=True)
class Listing:
    """One page of the list; `counts` are those of the tabs, `holders` says who has each now."""

    rows: Sequence[IncomingDocument]
    total: int
    tab: str
    counts: Mapping[str, int]
    holders: Mapping[int, list[Assignment]] = field(default_factory=dict)
    actions: Mapping[int, list[str]] = field(default_factory=dict)
    page: int = 1
    may_create: bool = False
    leader: Appointment | None = None  # to whom a row is submitted in one go


def load(office: Office, actor: Actor, document_id: int) -> IncomingDocument:
    """The document with its papers, if the actor may see it; NotFound("not-found")."""
    found = office.session().scalars(
        select(IncomingDocument)
        .where(IncomingDocument.id == document_id, access.visible(actor))
        .options(
            joinedload(IncomingDocument.papers),
            joinedload(IncomingDocument.changes),
            joinedload(IncomingDocument.replacing),
            joinedload(IncomingDocument.director).joinedload(Appointment.person),
        )
        .execution_options(populate_existing=True)
    )
    document = found.unique().one_or_none()
    if document is None:
        raise NotFound("not-found")
    return document


def listing(office: Office, actor: Actor, filters: Mapping[str, object], page: int) -> Listing:
    """Thirty rows of one tab. Filters: `state` (a tab or one state), `q`, `since` and `until`
    (day of arrival), `urgent`, `source`, `waiting` (for the actor)."""
    session, today = office.session(), office.today()
    state = str(filters.get("state") or "")
    tab = NARROW.get(state, state if state in TABS else first_tab(actor))
    counts = _counts(office, actor)
    where = and_(access.visible(actor), _in_tab(tab, state, today), *_filtered(actor, filters))
    query = select(IncomingDocument).join(IncomingDocument.papers).where(where, Paper.ordinal == 1)
    rows = session.scalars(
        _ordered(query, tab, actor)
        .options(
            selectinload(IncomingDocument.papers),
            joinedload(IncomingDocument.director).joinedload(Appointment.person),
        )
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    total = session.scalar(select(func.count()).select_from(query.subquery()))
    return _listing(office, actor, rows, (total, tab, counts), page)


def first_tab(actor: Actor) -> str:
    """What this role comes for: clerks register, leaders direct, the others work."""
    return {"clerk": "arrived", "leader": "awaiting", "deputy_leader": "awaiting"}.get(
        actor.role or "", "all"
    )


def row(office: Office, actor: Actor, document_id: int) -> Listing:
    """One row again, after something was done to it, with the counts as they are now."""
    document = load(office, actor, document_id)
    return _listing(office, actor, [document], (1, "", _counts(office, actor)))


def _listing(
    office: Office, actor: Actor, rows: Sequence[IncomingDocument], where: tuple, page: int = 1
) -> Listing:
    actions = {each.id: _actions(actor, each) for each in rows}
    leader = None
    if any({"register", "submit"} & set(found) for found in actions.values()):
        leaders = posts.holders(office.session(), actor.agency_id, LEADERS, office.today())
        leader = min(leaders, key=lambda each: each.role != Role.LEADER, default=None)
    may_create = bool(allowing(actor, "incoming:create", {Relation.AGENCY}))
    return Listing(rows, *where, _holders(office, rows), actions, page, may_create, leader)


def _actions(actor: Actor, document: IncomingDocument) -> list[str]:
    if document.state not in UNASSIGNED:
        return []
    set_committed_value(document, "assignments", [])  # there are none yet: no statement a row
    return available(actor, document)


def _counts(office: Office, actor: Actor) -> dict[str, int]:
    today = office.today()
    sums = [func.sum(case((_in_tab(tab, tab, today), 1), else_=0)).label(tab) for tab in TABS]
    found = office.session().execute(select(*sums).where(access.visible(actor))).one()
    return {tab: getattr(found, tab) or 0 for tab in TABS}


def _in_tab(tab: str, state: str, today: date) -> ColumnElement[bool]:
    if tab == "all":
        return true()
    if tab == "overdue":
        return and_(IncomingDocument.state.in_(OPEN), IncomingDocument.deadline < today)
    return IncomingDocument.state.in_((state,) if state in NARROW else TABS[tab])


def _filtered(actor: Actor, filters: Mapping[str, object]) -> list[ColumnElement[bool]]:
    conditions = [
        IncomingDocument.search_text.contains(word, autoescape=True)
        for word in fold(str(filters.get("q") or ""))[:200].split()
    ]
    if since := filters.get("since"):
        conditions.append(IncomingDocument.arrived_at >= _midnight(since))
    if until := filters.get("until"):
        conditions.append(IncomingDocument.arrived_at <= _midnight(until, last=True))
    if filters.get("waiting"):
        conditions.append(waiting(actor))
    if filters.get("urgent"):
        conditions.append(Paper.urgency > 0)
    if source := filters.get("source"):
        conditions.append(IncomingDocument.source == source)
    return conditions


def _midnight(day: date, last: bool = False) -> datetime:
    return datetime.combine(day, time.max if last else time.min, tzinfo=VIETNAM)


def _ordered(query: Select, tab: str, actor: Actor) -> Select:
    """Urgent first where work waits; what waits for me before what waits for others."""
    newest = (IncomingDocument.arrived_at.desc(), IncomingDocument.id.desc())
    if tab == "overdue":
        return query.order_by(IncomingDocument.deadline, *newest)
    if tab in ("done", "refused", "all"):
        return query.order_by(*newest)
    theirs = IncomingDocument.director_id == actor.appointment_id
    mine_first = case((theirs, 0), else_=1)
    return query.order_by(mine_first, Paper.urgency.desc(), *newest)


def _holders(office: Office, rows: Sequence[IncomingDocument]) -> dict[int, list[Assignment]]:
    """Who has each document now: the open lead assignment furthest down."""
    assigned = [each.id for each in rows if each.state in (S.DIRECTED, S.IN_PROGRESS)]
    if not assigned:
        return {}
    found = office.session().scalars(
        select(Assignment)
        .where(
            Assignment.document_id.in_(assigned),
            Assignment.kind == AssignmentKind.LEAD,
            or_(
                Assignment.state == AssignmentState.NEW,
                Assignment.state == AssignmentState.STARTED,
            ),
        )
        .options(joinedload(Assignment.unit), joinedload(Assignment.person))
    )
    holders: dict[int, list[Assignment]] = {}
    for each in found:
        holders.setdefault(each.document_id, []).append(each)
    return holders
