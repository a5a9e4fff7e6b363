"""The one door for what people do with an assignment. The first start of the lead and its
completion move the document and are reported to the sender."""

from collections.abc import Callable, Mapping
from datetime import date

from domain.assignment_flow import ASSIGNMENT_FLOW, FITTING, AssignmentKind
from domain.errors import Conflict, Invalid
from domain.incoming_flow import IncomingState
from domain.permissions import allowing, require
from domain.roles import ASSIGNABLE, Actor
from models.agencies import Appointment
from models.assignments import Assignment
from services.accounts import posts
from services.assignments import access
from services.assignments.state import move
from services.incoming.actions import same_version
from services.incoming.arrival import summary
from services.incoming.reporting import report
from services.incoming.state import move as move_document
from services.incoming.text import typed
from services.office import Office
from services.unit_of_work import Work, transaction

Form = Mapping[str, object]


def perform(
    office: Office, actor: Actor, assignment_id: int, action: str, form: Form
) -> Assignment:
    """Does one step on an assignment.

    Raises NotFound, Forbidden("not-allowed"), Conflict("wrong-state" | "wrong-kind" | "stale"),
    Invalid("required" | "too-long" | "person-unknown" | "deadline-past" | "deadline-after-parent").
    """
    with transaction(office, actor) as work:
        assignment = access.locked(work, assignment_id)
        headed = access.headed_units(work.session, assignment.agency_id, office.today())
        relations = access.relations(actor, assignment, assignment.unit_id in headed)
        require(actor, f"assignment:{action}", relations)
        _fits(assignment, action)
        if assignment.is_moot:
            raise Conflict("wrong-state", action=action, state=assignment.state)
        step = ASSIGNMENT_FLOW.step(action, assignment.state)
        same_version(assignment, form)
        for name in sorted(step.needs):
            if not typed(form, name):
                raise Invalid("required", field=name)
        ACTIONS[action](work, assignment, form)
        return assignment


def available(actor: Actor, assignment: Assignment, headed: bool) -> list[str]:
    """The actions this person may take now on this assignment."""
    if assignment.is_moot:
        return []
    relations = access.relations(actor, assignment, headed)
    return [
        step.action
        for step in ASSIGNMENT_FLOW.from_state(assignment.state)
        if step.action in FITTING[assignment.kind]
        and not step.by_system
        and allowing(actor, ASSIGNMENT_FLOW.permission(step), relations)
    ]


def hand_on(work: Work, assignment: Assignment, form: Form) -> None:
    """To an officer of the unit, as a child assignment with its own instruction and deadline."""
    officer = _officer(work, assignment, form.get("person"))
    child = Assignment(
        document_id=assignment.document_id,
        directive_id=assignment.directive_id,
        parent_id=assignment.id,
        agency_id=assignment.agency_id,
        unit_id=assignment.unit_id,
        person_id=officer.person_id,
        kind=assignment.kind,
        instruction=typed(form, "instruction", 4000),
        deadline=_deadline(work, assignment, form.get("deadline")),
        assigned_by=work.actor.name,
        created_at=work.now,
    )
    work.session.add(child)
    move(work, assignment, "hand_on", person=officer.person.full_name, to=child.instruction)
    work.notify(officer.person_id, "assignment:new", child, summary(assignment.document))


def start(work: Work, assignment: Assignment, _form: Form) -> None:
    move(work, assignment, "start")
    document = assignment.document
    if assignment.kind == AssignmentKind.LEAD and document.state == IncomingState.DIRECTED:
        move_document(work, document, "started", by=work.actor.name)
        report(work, document, "05", assignment.unit.name)


def progress(work: Work, assignment: Assignment, form: Form) -> None:
    move(work, assignment, "progress", note=typed(form, "note", 2000))


def complete(work: Work, assignment: Assignment, form: Form) -> None:
    """Closes the own part and what it was handed on from; only the lead closes the document."""
    assignment.result = typed(form, "result", 4000)
    move(work, assignment, "complete", result=assignment.result)
    top = _close_upwards(work, assignment)
    if top.kind == AssignmentKind.LEAD:
        move_document(work, top.document, "completed", by=work.actor.name)
        report(work, top.document, "06", assignment.result[:500])


def acknowledge(work: Work, assignment: Assignment, _form: Form) -> None:
    move(work, assignment, "acknowledge")
    _close_upwards(work, assignment)


def _close_upwards(work: Work, assignment: Assignment) -> Assignment:
    """An assignment handed on is done when what came of it is done; gives the topmost."""
    while assignment.parent is not None:
        parent = assignment.parent
        parent.result = assignment.result
        move(work, parent, "child_done")
        assignment = parent
    return assignment


def _fits(assignment: Assignment, action: str) -> None:
    if action not in FITTING[assignment.kind]:
        raise Conflict("wrong-kind", action=action, kind=assignment.kind)


def _officer(work: Work, assignment: Assignment, person_id: object) -> Appointment:
    today = work.office.today()
    for each in posts.holders(work.session, assignment.agency_id, ASSIGNABLE, today):
        if each.unit_id == assignment.unit_id and str(each.person_id) == str(person_id):
            return each
    raise Invalid("person-unknown", field="person")


def _deadline(work: Work, assignment: Assignment, day: date | None) -> date | None:
    """The child's deadline: within the parent's, which it takes over where none is named."""
    limit = assignment.deadline
    if day is None:
        return limit
    if day < work.office.today():
        raise Invalid("deadline-past", field="deadline")
    if limit is not None and day > limit:
        raise Invalid("deadline-after-parent", field="deadline", limit=limit.strftime("%d/%m/%Y"))
    return day


ACTIONS: dict[str, Callable[[Work, Assignment, Form], None]] = {
    "hand_on": hand_on,
    "start": start,
    "progress": progress,
    "complete": complete,
    "acknowledge": acknowledge,
}
