"""What waits for a person: counts for the navigation, and the lists of the home page
("việc của tôi"), each by role."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, and_, case, func, literal, select, union_all
from sqlalchemy.sql import ColumnElement

from domain.incoming_flow import IncomingState
from domain.outgoing_flow import OutgoingState
from domain.roles import LEADERS, STAFF, Actor, Role
from models.assignments import Assignment
from models.audit import AuditEntry, Notification
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services.assignments import waiting as assignments
from services.changes import queries as changes
from services.copies import waiting as copies
from services.exchange import needing
from services.incoming import waiting as incoming
from services.incoming.queries import OPEN
from services.office import Office
from services.outgoing import waiting as outgoing
from services.search import Hit, incoming_hits, outgoing_hits
from services.signing import on_token

OUTGOING = {
    OutgoingState.AWAITING_LEADER: "to_sign",
    OutgoingState.IN_REVIEW: "to_review",
    OutgoingState.FORM_CHECK: "to_check",
    OutgoingState.SIGNED: "to_number",
    OutgoingState.NUMBERED: "to_reseal",
    OutgoingState.ISSUED: "to_dispatch",
    OutgoingState.DRAFT: "my_drafts",
}
INCOMING = {
    IncomingState.ARRIVED: "to_register",
    IncomingState.REGISTERED: "to_submit",
    IncomingState.AWAITING_DIRECTION: "to_direct",
}
ON_TOKEN = {"document": "on_token", "copy": "copies_on_token"}
COPIES = {"requested": "copies_to_approve", "approved": "copies_to_number"}
# Who watches over the deadlines of the agency; what is late there may wait for them as well.
WATCHING = LEADERS | {Role.CHIEF_OF_OFFICE}
OVERDUE = "overdue"


@dataclass(frozen=True)
class Queue:
    """One kind of waiting work: where it is listed, how much, how much of it is late."""

    key: str
    feature: str
    filters: Mapping[str, str]
    count: int
    overdue: int


@dataclass(frozen=True)
class _Rule:
    key: str
    feature: str  # blueprint that lists it
    filters: Mapping[str, str]  # of that list, which then shows the same
    where: ColumnElement
    deadline: ColumnElement | None = None


def queues(office: Office, actor: Actor) -> list[Queue]:
    """Every kind of work that may wait for this actor, with counts; one statement."""
    today = office.today()
    rules = _rules(office, actor, today)
    if not rules:
        return []
    counts = union_all(*(_count(rule, today) for rule in rules))
    found = {row.key: row for row in office.session().execute(counts)}
    return [
        Queue(rule.key, rule.feature, rule.filters, found[rule.key].n, found[rule.key].late or 0)
        for rule in rules
    ]


def together(queues: Collection[Queue]) -> tuple[int, int]:
    """Count and overdue of a feature's queues with each document once: those watched because they
    are late hold the late ones of the other queues again."""
    count = sum(queue.count for queue in queues)
    overdue = sum(queue.overdue for queue in queues)
    again = 0
    if any(queue.key == OVERDUE for queue in queues):
        again = sum(queue.overdue for queue in queues if queue.key != OVERDUE)
    return count - again, overdue - again


def _count(rule: _Rule, today: date):
    late = literal(0, Integer)
    if rule.deadline is not None:
        late = func.sum(case((rule.deadline < today, 1), else_=0))
    return select(
        literal(rule.key).label("key"), func.count().label("n"), late.label("late")
    ).where(rule.where)


def _rules(office: Office, actor: Actor, today: date) -> list[_Rule]:
    if actor.role not in STAFF:
        return []
    return [
        *_outgoing_rules(actor, today),
        *_incoming_rules(actor, today),
        *_assignment_rules(actor, today),
        *_copy_rules(actor),
        *_token_rules(actor),
        *_exchange_rules(office, actor),
    ]


def _copy_rules(actor: Actor) -> Iterable[_Rule]:
    waiting = copies.conditions(actor)
    for tab, key in COPIES.items():
        if tab in waiting:
            yield _Rule(key, "copies", {"state": tab, "waiting": "1"}, waiting[tab])


def _token_rules(actor: Actor) -> Iterable[_Rule]:
    """At the place of the list on its page: what waits for the person's own token."""
    for kind, where in on_token.conditions(actor).items():
        yield _Rule(ON_TOKEN[kind], "signing", {"_anchor": "cho-token"}, where)


def _outgoing_rules(actor: Actor, today: date) -> Iterable[_Rule]:
    waiting = outgoing.conditions(actor, today)
    for state, key in OUTGOING.items():
        if state not in waiting:
            continue
        if key == "to_sign":
            yield _Rule(key, "signing", {}, waiting[state])
        else:
            yield _Rule(key, "outgoing", {"state": state, "waiting": "1"}, waiting[state])


def _incoming_rules(actor: Actor, today: date) -> Iterable[_Rule]:
    waiting, deadline = incoming.conditions(actor), IncomingDocument.deadline
    for state, key in INCOMING.items():
        if state in waiting:
            filters = {"state": state, "waiting": "1"}
            yield _Rule(key, "incoming", filters, waiting[state], deadline)
    if actor.role in WATCHING:
        here = IncomingDocument.agency_id == actor.agency_id
        late = and_(here, IncomingDocument.state.in_(OPEN), deadline < today)
        yield _Rule(OVERDUE, "incoming", {"state": OVERDUE}, late, deadline)


def _assignment_rules(actor: Actor, today: date) -> Iterable[_Rule]:
    for key, where in assignments.conditions(actor, today).items():
        yield _Rule(key, "assignments", {"state": key}, where, Assignment.deadline)


def _exchange_rules(office: Office, actor: Actor) -> Iterable[_Rule]:
    """What a sender asks back, and what became of our own documents that nobody may overlook."""
    if needing.is_shown_to(actor):
        yield _Rule("to_answer", "exchange", {"tab": "answer"}, changes.waiting(actor))
        yield _Rule("sent_needs", "exchange", {"tab": "needs"}, needing.counted(office, actor))


def unread(office: Office, actor: Actor, limit: int = 10) -> list[Notification]:
    """The newest unread notifications of the person."""
    return list(
        office.session().scalars(
            select(Notification)
            .where(Notification.person_id == actor.person_id, Notification.read_at.is_(None))
            .order_by(Notification.id.desc())
            .limit(limit)
        )
    )


def recent(office: Office, actor: Actor, limit: int = 8) -> list[Hit]:
    """Documents the person acted on last and may still see, newest first; two statements."""
    hits = []
    for model, query in ((OutgoingDocument, outgoing_hits), (IncomingDocument, incoming_hits)):
        last = (
            select(AuditEntry.subject_id, func.max(AuditEntry.at).label("at"))
            .where(
                AuditEntry.person_id == actor.person_id,
                AuditEntry.subject_type == model.__tablename__,
            )
            .group_by(AuditEntry.subject_id)
            .subquery()
        )
        rows = query(actor).join(last, last.c.subject_id == model.id).add_columns(last.c.at)
        found = office.session().execute(rows.order_by(last.c.at.desc()).limit(limit))
        hits += [Hit(r.kind, r.id, r.reference, r.subject, r.party, r.at, r.state) for r in found]
    return sorted(hits, key=lambda hit: hit.at, reverse=True)[:limit]
