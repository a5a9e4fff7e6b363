"""A leader's direction becomes assignments: one unit leads, others support or are informed
(NĐ 30/2020, Điều 23)."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from domain.assignment_flow import AssignmentKind
from domain.deadlines import add_working_days
from domain.errors import Invalid
from domain.roles import LEADERS, Role
from models.agencies import Appointment, Unit
from models.assignments import Assignment, Directive
from models.incoming import IncomingDocument
from services.accounts import posts
from services.incoming.arrival import summary
from services.incoming.reporting import report
from services.incoming.state import move
from services.incoming.text import typed
from services.office import holidays_around
from services.unit_of_work import Work

MOST_DAYS = 250


def direct(
    work: Work, document: IncomingDocument, leader: Appointment, form: Mapping[str, object]
) -> None:
    """Records the directive with its assignments, tells the heads of the units, reports 04."""
    deadline = deadline_of(work.office.today(), form)
    chosen = chosen_units(work, document.agency_id, form)
    directive = Directive(
        document_id=document.id,
        leader_id=leader.id,
        leader_name=leader.person.full_name,
        entered_by=work.actor.name,
        text=typed(form, "text", 4000),
        deadline=deadline,
        at=work.now,
    )
    work.session.add(directive)
    work.session.flush()
    document.deadline = deadline or document.deadline
    for kind, unit in chosen:
        _assign(work, document, directive, kind, unit)
    lead = chosen[0][1]
    move(
        work,
        document,
        "direct",
        leader=leader.person.full_name,
        text=directive.text,
        lead=lead.name,
        on_behalf=work.actor.role not in LEADERS,
    )
    report(work, document, "04", lead.name)


def deadline_of(today: date, form: Mapping[str, object]) -> date | None:
    """That many working days from today, else the date: the form proposes a date, so that whoever
    types days means them."""
    day, days = form.get("deadline"), form.get("days")
    if days is not None:
        if not 0 < days <= MOST_DAYS:
            raise Invalid("days-range", field="days", most=MOST_DAYS)
        return add_working_days(today, days, holidays_around(today))
    if day is not None and day < today:
        raise Invalid("deadline-past", field="deadline")
    return day


def chosen_units(
    work: Work, agency_id: int, form: Mapping[str, object]
) -> list[tuple[AssignmentKind, Unit]]:
    """Exactly one lead unit first, then support and inform; each unit once."""
    wanted = [(AssignmentKind.LEAD, form.get("lead"))]
    wanted += [(AssignmentKind.SUPPORT, unit_id) for unit_id in form.get("support") or ()]
    wanted += [(AssignmentKind.INFORM, unit_id) for unit_id in form.get("inform") or ()]
    if not wanted[0][1]:
        raise Invalid("required", field="lead")
    units = {str(unit.id): unit for unit in active_units(work.session, agency_id)}
    seen: set[str] = set()
    for kind, unit_id in wanted:
        if str(unit_id) not in units:
            raise Invalid("unit-unknown", field=str(kind))
        if str(unit_id) in seen:
            raise Invalid("unit-twice", field=str(kind), unit=units[str(unit_id)].name)
        seen.add(str(unit_id))
    return [(kind, units[str(unit_id)]) for kind, unit_id in wanted]


def active_units(session, agency_id: int) -> Sequence[Unit]:
    return session.scalars(
        select(Unit)
        .where(Unit.agency_id == agency_id, Unit.is_active)
        .order_by(Unit.position, Unit.id)
    ).all()


def _assign(
    work: Work,
    document: IncomingDocument,
    directive: Directive,
    kind: AssignmentKind,
    unit: Unit,
) -> None:
    assignment = Assignment(
        document_id=document.id,
        directive_id=directive.id,
        agency_id=document.agency_id,
        unit_id=unit.id,
        kind=kind,
        deadline=None if kind is AssignmentKind.INFORM else directive.deadline,
        assigned_by=directive.leader_name,
        created_at=work.now,
    )
    document.assignments.append(assignment)
    work.session.flush()
    for person_id in _told(work, unit):
        work.notify(person_id, "assignment:new", assignment, summary(document))


def _told(work: Work, unit: Unit) -> set[int]:
    """The unit's head; where it has none, whoever hands on for it: the chief of office."""
    roles = {Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE}
    holders = posts.holders(work.session, unit.agency_id, roles, work.office.today())
    heads = {each.person_id for each in holders if each.unit_id == unit.id}
    return heads or {each.person_id for each in holders if each.role == Role.CHIEF_OF_OFFICE}
