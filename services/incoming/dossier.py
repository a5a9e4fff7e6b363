"""All that the page of an incoming document shows, read with few statements: each part only in the
states in which it can exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from domain.deadlines import proposed_deadline
from domain.incoming_flow import VOID, IncomingState
from domain.roles import LEADERS, Actor
from models.agencies import Appointment, Unit
from models.assignments import Assignment
from models.audit import AuditEntry
from models.changes import Change
from models.exchange import ExchangeMessage
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from models.registers import RegisterKind
from models.signing import Signature
from services import assignments, numbering
from services.accounts import posts
from services.assignments.access import headed_units
from services.incoming import duplicates, queries
from services.incoming.actions import available
from services.incoming.directing import active_units
from services.office import Office, holidays_around
from services.outgoing import access as outgoing
from services.preservation import levels

ASSIGNED = {IncomingState.DIRECTED, IncomingState.IN_PROGRESS, IncomingState.DONE} | VOID


@dataclass
class Dossier:
    """What the page needs; parts that this state or this person has no use for stay empty."""

    document: IncomingDocument
    actions: list[str]
    today: date
    next_number: int | None = None
    proposed_deadline: date | None = None
    leaders: Sequence[Appointment] = ()
    units: Sequence[Unit] = ()
    alike: Sequence[IncomingDocument] = ()
    signatures: Mapping[str, list[Signature]] = field(default_factory=dict)
    preserved: Mapping[str, levels.State] = field(default_factory=dict)
    answered: OutgoingDocument | None = None
    answers: Sequence[OutgoingDocument] = ()
    assigned: Sequence[Assignment] = ()
    assignment_actions: Mapping[int, list[str]] = field(default_factory=dict)
    officers: Mapping[int, list[Appointment]] = field(default_factory=dict)
    may_answer: bool = False
    evidence: dict | None = None  # what the XML signature of its package is worth
    on_behalf: bool = False  # the directive would be recorded for a leader
    changes: Sequence[Change] = ()  # what its sender asked about it
    entries: Sequence[AuditEntry] = ()

    @property
    def answer_due(self) -> date | None:
        """When the sender asks for an answer, be it over already; no day before the document's."""
        asked, issued = self.document.asked_by, self.document.main.issued_date
        return None if asked and issued and asked < issued else asked


def open_dossier(office: Office, actor: Actor, document_id: int) -> Dossier:
    """The document and everything around it; NotFound("not-found")."""
    document = queries.load(office, actor, document_id)
    dossier = Dossier(document, [], office.today())
    if document.state in ASSIGNED:
        _add_assignments(office, actor, dossier)
    else:
        # Nobody has been assigned yet: spares the page a statement.
        set_committed_value(document, "assignments", [])
    dossier.actions = available(actor, document)
    _add_choices(office, actor, dossier)
    _add_surroundings(office, actor, dossier)
    return dossier


def _add_assignments(office: Office, actor: Actor, dossier: Dossier) -> None:
    session, document = office.session(), dossier.document
    session.scalars(
        select(IncomingDocument)
        .where(IncomingDocument.id == document.id)
        .options(
            selectinload(IncomingDocument.directives),
            selectinload(IncomingDocument.assignments).options(
                joinedload(Assignment.unit), joinedload(Assignment.person)
            ),
            # Read already, but reading anew forgets what is not asked for again.
            joinedload(IncomingDocument.director).joinedload(Appointment.person),
            joinedload(IncomingDocument.papers),
            joinedload(IncomingDocument.changes),
            joinedload(IncomingDocument.replacing),
        )
        .execution_options(populate_existing=True)
    ).unique().one()
    dossier.assigned = document.assignments
    dossier.answers = _outgoing(session, actor, OutgoingDocument.answers_id == document.id)
    headed = headed_units(session, document.agency_id, office.today())
    dossier.assignment_actions = {
        each.id: assignments.available(actor, each, each.unit_id in headed)
        for each in document.assignments
    }
    handing = {
        each.unit_id
        for each in document.assignments
        if "hand_on" in dossier.assignment_actions[each.id]
    }
    dossier.officers = assignments.officers(office, actor, handing)
    dossier.may_answer = assignments.may_answer(actor, document)


def _add_choices(office: Office, actor: Actor, dossier: Dossier) -> None:
    """What the forms of the allowed actions offer."""
    session, document, actions = office.session(), dossier.document, dossier.actions
    today = office.today()
    if "register" in actions:
        dossier.next_number = numbering.next_number(
            session, document.agency_id, RegisterKind.INCOMING, today.year
        )
    if {"register", "submit", "direct"} & set(actions):
        dossier.leaders = posts.holders(session, document.agency_id, LEADERS, today)
        dossier.proposed_deadline = _proposed_deadline(document, today)
    dossier.on_behalf = "direct" in actions and actor.role not in LEADERS
    if "direct" in actions:
        dossier.units = active_units(session, document.agency_id)


def _proposed_deadline(document: IncomingDocument, today: date) -> date:
    """The document's own while it lies ahead: nobody can be given work till yesterday."""
    if document.deadline and document.deadline >= today:
        return document.deadline
    return proposed_deadline(
        today, document.main.urgency, document.asked_by, holidays_around(today)
    )


def _add_surroundings(office: Office, actor: Actor, dossier: Dossier) -> None:
    session, document = office.session(), dossier.document
    if document.state == IncomingState.ARRIVED:
        dossier.alike = duplicates.like(session, actor.agency_id, document.main, but=document.id)
    digests = [paper.sha256 for paper in document.papers if paper.sha256]
    if digests and document.verdict not in (None, "unsigned"):
        found, dossier.preserved = levels.of_files(office, digests, document.names)
        dossier.signatures = _by_file(found)
    if document.message_id:
        dossier.evidence = session.scalar(
            select(ExchangeMessage.evidence).where(ExchangeMessage.id == document.message_id)
        )
    if document.answers_outgoing_id:
        wanted = OutgoingDocument.id == document.answers_outgoing_id
        dossier.answered = next(iter(_outgoing(session, actor, wanted)), None)
    dossier.changes = [*reversed(document.changes), *document.replacing]
    dossier.entries = _entries(office, document, dossier.assigned)


def _outgoing(
    session: Session, actor: Actor, wanted: ColumnElement[bool]
) -> Sequence[OutgoingDocument]:
    """Documents beside this one, as far as the actor may see them in their own right."""
    found = select(OutgoingDocument).where(wanted, outgoing.visible(actor))
    return session.scalars(found.order_by(OutgoingDocument.id)).all()


def _by_file(signatures: Sequence[Signature]) -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = {}
    for signature in signatures:
        found.setdefault(signature.file_sha256, []).append(signature)
    return found


def _entries(
    office: Office, document: IncomingDocument, assigned: Sequence[Assignment]
) -> Sequence[AuditEntry]:
    own = and_(AuditEntry.subject_type == "incoming_document", AuditEntry.subject_id == document.id)
    theirs = and_(
        AuditEntry.subject_type == "assignment",
        AuditEntry.subject_id.in_([each.id for each in assigned]),
    )
    return (
        office.session()
        .scalars(select(AuditEntry).where(or_(own, theirs)).order_by(AuditEntry.sequence))
        .all()
    )
