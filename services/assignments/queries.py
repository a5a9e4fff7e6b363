"""Reading assignments: the list of a person and of a unit, whom to hand on to, who may answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from domain.errors import NotFound
from domain.incoming_flow import VOID
from domain.permissions import allowing
from domain.roles import ASSIGNABLE, Actor
from domain.text import by_given_name
from models.agencies import Appointment
from models.assignments import Assignment
from models.incoming import IncomingDocument
from services.accounts import posts
from services.assignments import access, waiting
from services.assignments.actions import available
from services.assignments.waiting import OPEN
from services.incoming import access as incoming
from services.office import Office

PER_PAGE = 30
# What waits in one way, as the home page links to it, lies under the tab that holds it.
NARROW = {"to_hand_on": "mine", "to_do": "mine", "to_know": "inform"}


@dataclass(frozen=True)
class Listing:
    """One page of the list: the actions allowed on each row and the officers of its unit."""

    rows: Sequence[Assignment]
    total: int
    tab: str
    counts: Mapping[str, int]
    actions: Mapping[int, list[str]]
    officers: Mapping[int, list[Appointment]]
    page: int = 1


def listing(office: Office, actor: Actor, shown: str, page: int) -> Listing:
    """Thirty assignments of a tab or a part of one, overdue ones first, then by deadline."""
    session = office.session()
    conditions = _conditions(office, actor)
    shown = shown if shown in conditions else "mine"
    tab = NARROW.get(shown, shown)
    counts = _counts(office, actor)
    rows = session.scalars(
        _detailed(actor)
        .where(conditions[shown])
        .order_by(*_order(tab))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return replace(_listing(office, actor, rows, counts[shown], tab, counts), page=page)


def one(office: Office, actor: Actor, assignment_id: int) -> Listing:
    """One row again, after something was done to it; NotFound when the actor may not see it."""
    rows = (
        office.session()
        .scalars(
            _detailed(actor)
            .where(Assignment.id == assignment_id)
            .execution_options(populate_existing=True)
        )
        .all()
    )
    if not rows:
        raise NotFound("not-found")
    return _listing(office, actor, rows, 1, "", _counts(office, actor))


def officers(
    office: Office, actor: Actor, unit_ids: Collection[int]
) -> dict[int, list[Appointment]]:
    """The people of these units to whom an assignment can be handed on, by name."""
    found: dict[int, list[Appointment]] = {}
    if unit_ids:
        for each in posts.holders(office.session(), actor.agency_id, ASSIGNABLE, office.today()):
            if each.unit_id in unit_ids:
                found.setdefault(each.unit_id, []).append(each)
    for people in found.values():
        people.sort(key=lambda each: by_given_name(each.person.full_name))
    return found


def may_answer(actor: Actor, document: IncomingDocument) -> bool:
    """Whether this person may draft the reply: those who are assigned, while it is in force."""
    if document.state in VOID:
        return False
    return bool(allowing(actor, "incoming:answer", incoming.relations(actor, document)))


def _counts(office: Office, actor: Actor) -> dict[str, int]:
    conditions = _conditions(office, actor)
    sums = [func.sum(case((where, 1), else_=0)).label(key) for key, where in conditions.items()]
    counted = select(*sums).join(Assignment.document).where(access.seen(actor))
    return {key: n or 0 for key, n in office.session().execute(counted).one()._mapping.items()}


def _conditions(office: Office, actor: Actor) -> dict[str, ColumnElement[bool]]:
    """Of each tab, and of each way of waiting."""
    ways = waiting.conditions(actor, office.today())
    return ways | {
        "mine": or_(ways["to_hand_on"], ways["to_do"]),
        "inform": ways["to_know"],
        "unit": and_(access.of_unit(actor), Assignment.state.in_(OPEN), ~waiting.is_closed()),
        "done": and_(access.of_unit(actor), waiting.is_closed()),
    }


def _detailed(actor: Actor):
    return (
        select(Assignment)
        .join(Assignment.document)
        .where(access.seen(actor))
        .options(
            contains_eager(Assignment.document).selectinload(IncomingDocument.papers),
            joinedload(Assignment.unit),
            joinedload(Assignment.person),
            selectinload(Assignment.children).joinedload(Assignment.person),
        )
    )


def _order(tab: str) -> tuple:
    if tab == "done":
        return (Assignment.done_at.desc(), Assignment.id.desc())
    without = case((Assignment.deadline.is_(None), 1), else_=0)
    return (without, Assignment.deadline, Assignment.id)


def _listing(
    office: Office,
    actor: Actor,
    rows: Sequence[Assignment],
    total: int,
    tab: str,
    counts: Mapping[str, int],
) -> Listing:
    headed = access.headed_units(office.session(), actor.agency_id, office.today())
    actions = {row.id: available(actor, row, row.unit_id in headed) for row in rows}
    handing = {row.unit_id for row in rows if "hand_on" in actions[row.id]}
    return Listing(rows, total, tab, counts, actions, officers(office, actor, handing))
