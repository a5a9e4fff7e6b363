"""The one door for what people do with an incoming document: register, refuse, submit to a leader,
direct, close. `form` holds typed values; texts may be missing, numbers and dates may be None."""

from collections.abc import Callable, Mapping
from datetime import date

from domain.errors import Conflict, Invalid
from domain.incoming_flow import INCOMING_FLOW
from domain.permissions import allowing, require
from domain.roles import LEADERS, Actor
from models.agencies import Appointment
from models.incoming import IncomingDocument, IncomingSource
from models.registers import RegisterKind
from services import numbering
from services.accounts import posts
from services.incoming import access
from services.incoming.arrival import summary
from services.incoming.directing import direct
from services.incoming.reporting import report
from services.incoming.state import move
from services.incoming.text import search_text, typed
from services.office import Office
from services.unit_of_work import Work, transaction

Form = Mapping[str, object]


def perform(
    office: Office, actor: Actor, document_id: int, action: str, form: Form
) -> IncomingDocument:
    """Does one step. `form["version"]`, where given, is the version the person saw.

    Raises NotFound, Forbidden("not-allowed"), Conflict("wrong-state" | "stale" | "number-taken"),
    Invalid("required" | "too-long" | "arrival-date-future" | "arrival-date-old" | "deadline-past" |
    "deadline-before-issue" | "leader-unknown" | "unit-unknown" | "unit-twice" | "days-range" |
    "number-not-next").
    """
    with transaction(office, actor) as work:
        document = access.locked(work, document_id)
        require(actor, f"incoming:{action}", access.relations(actor, document))
        step = INCOMING_FLOW.step(action, document.state)
        same_version(document, form)
        for name in sorted(step.needs):
            if not typed(form, name):
                raise Invalid("required", field=name)
        ACTIONS[action](work, document, form)
        return document


def available(actor: Actor, document: IncomingDocument) -> list[str]:
    """The actions this person may take now: the buttons of the page."""
    relations = access.relations(actor, document)
    return [
        step.action
        for step in INCOMING_FLOW.from_state(document.state)
        if not step.by_system and allowing(actor, INCOMING_FLOW.permission(step), relations)
    ]


def same_version(thing, form: Form) -> None:
    """Raises Conflict("stale") when somebody changed the thing after this person saw it."""
    seen = form.get("version")
    if seen not in (None, "") and str(seen) != str(thing.version):
        raise Conflict("stale")


def register(work: Work, document: IncomingDocument, form: Form) -> None:
    """Gives the arrival number (NĐ 30/2020, Điều 22); with a `director` also submits: the clerk's
    two steps in one go."""
    day = arrival_day(work, form)
    document.deadline = deadline_of(work, document, form)
    document.note = typed(form, "note", 500)
    entry = numbering.give_number(
        work, document.agency, RegisterKind.INCOMING, day, form.get("number")
    )
    document.number_entry_id, document.arrival_number = entry.id, entry.number
    document.arrival_date, document.registered_by = day, work.actor.name
    document.search_text = search_text(document)
    move(work, document, "register", number=entry.number)
    report(work, document, "03")
    if form.get("director"):
        require(work.actor, "incoming:submit", access.relations(work.actor, document))
        submit(work, document, form)


def refuse(work: Work, document: IncomingDocument, form: Form) -> None:
    """Gives it back to the sender with the reason (NĐ 30/2020, Điều 21; QĐ 28/2018, Điều 9)."""
    document.refusal_reason = typed(form, "reason", 500)
    move(work, document, "refuse", reason=document.refusal_reason)
    report(work, document, "02", document.refusal_reason)


def submit(work: Work, document: IncomingDocument, form: Form) -> None:
    """To the leader who shall direct (NĐ 30/2020, Điều 23)."""
    leader = leader_of(work, document.agency_id, form.get("director"), "director")
    document.director_id = leader.id
    move(work, document, "submit", leader=leader.person.full_name)
    work.notify(leader.person_id, "incoming:submit", document, summary(document))


def close(work: Work, document: IncomingDocument, form: Form) -> None:
    document.closing_note = typed(form, "reason", 500)
    move(work, document, "close", reason=document.closing_note)
    report(work, document, "06", document.closing_note)


def arrival_day(work: Work, form: Form) -> date:
    """The day of arrival: last year's for what is entered late at the turn of the year."""
    today = work.office.today()
    day = form.get("arrival_date") or today
    if day > today:
        raise Invalid("arrival-date-future", field="arrival_date")
    if day.year < today.year - 1:
        raise Invalid("arrival-date-old", field="arrival_date", first=date(today.year - 1, 1, 1))
    return day


def deadline_of(work: Work, document: IncomingDocument, form: Form) -> date | None:
    """The deadline typed at registration. One that the sender set may have passed before the
    document arrived: on paper any, else the one in the package."""
    day, issued = form.get("deadline"), document.main.issued_date
    if day is None or day >= work.office.today() or day == document.asked_by:
        return day
    if document.source != IncomingSource.PAPER:
        raise Invalid("deadline-past", field="deadline")
    if issued and day < issued:
        raise Invalid("deadline-before-issue", field="deadline")
    return day


def leader_of(work: Work, agency_id: int, appointment_id: object, field: str) -> Appointment:
    """A leader of the agency in office today; Invalid("leader-unknown") for anybody else."""
    today = work.office.today()
    for leader in posts.holders(work.session, agency_id, LEADERS, today):
        if str(leader.id) == str(appointment_id):
            return leader
    raise Invalid("leader-unknown", field=field)


def _direct(work: Work, document: IncomingDocument, form: Form) -> None:
    """As the leader asked, or by the clerk for a leader, which the directive says."""
    leader_id = form.get("leader") or document.director_id
    if work.actor.role in LEADERS:
        leader_id = work.actor.appointment_id
    direct(work, document, leader_of(work, document.agency_id, leader_id, "leader"), form)


ACTIONS: dict[str, Callable[[Work, IncomingDocument, Form], None]] = {
    "register": register,
    "refuse": refuse,
    "submit": submit,
    "direct": _direct,
    "close": close,
}
