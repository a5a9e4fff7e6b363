"""Notifications: list them, read one, read all; in which appointment one can be followed up."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from domain.errors import NotFound
from domain.roles import Actor
from models.agencies import Agency, Appointment, HubLink, Person
from models.assignments import Assignment
from models.audit import Notification
from models.batches import SigningBatch
from models.changes import Change
from models.copies import CertifiedCopy
from models.exchange import ExchangeMessage
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from models.reconciling import Reconciliation
from services import accounts
from services.office import Office
from services.unit_of_work import transaction

PER_PAGE = 30
OF_AGENCIES = (
    OutgoingDocument,
    IncomingDocument,
    CertifiedCopy,
    SigningBatch,
    Assignment,
    Change,
    ExchangeMessage,
    HubLink,
    Reconciliation,
)
# By the kind of thing a notification is about: its id and whose it is.
OWNERS = {model.__tablename__: (model.id, model.agency_id) for model in OF_AGENCIES}
OWNERS[Agency.__tablename__] = (Agency.id, Agency.id)


def listing(office: Office, actor: Actor, page: int) -> tuple[Sequence[Notification], int]:
    """One page of the actor's own, newest first, and how many there are."""
    session, own = office.session(), Notification.person_id == actor.person_id
    total = session.scalar(select(func.count(Notification.id)).where(own))
    newest = select(Notification).where(own).order_by(Notification.id.desc())
    return session.scalars(newest.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all(), total


def read(office: Office, actor: Actor, notification_id: int) -> Notification:
    """Marks one of the actor's own as read and gives it."""
    with transaction(office, actor) as work:
        found = work.session.get(Notification, notification_id)
        if found is None or found.person_id != actor.person_id:
            raise NotFound("not-found")
        found.read_at = found.read_at or work.now
        return found


def elsewhere(office: Office, actor: Actor, note: Notification) -> list[Appointment]:
    """Where the thing belongs to another agency than the actor's: the appointments that the person
    holds there and in which the thing can be seen."""
    owner = _owner(office, note)
    if owner in (None, actor.agency_id):
        return []
    person = office.session().get_one(Person, actor.person_id)
    held = accounts.held_on(person, office.today())
    return [each for each in held if each.agency_id == owner]


def _owner(office: Office, note: Notification) -> int | None:
    if note.subject_type not in OWNERS:
        return None
    id_column, agency_column = OWNERS[note.subject_type]
    return office.session().scalar(select(agency_column).where(id_column == note.subject_id))


def read_all(office: Office, actor: Actor) -> None:
    with transaction(office, actor) as work:
        work.session.execute(
            update(Notification)
            .where(Notification.person_id == actor.person_id, Notification.read_at.is_(None))
            .values(read_at=work.now)
        )
