"""The store of files as administrators of a whole node see it: what no row names and lies aside,
when it was last looked at, what was moved (services/leftovers.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from domain.errors import Forbidden
from domain.roles import Actor
from models.audit import AuditEntry
from models.exchange import OutboxItem
from services import leftovers
from services.admin import access
from services.office import Office

ACTION = "audit:view"
MOST_MOVES = 20


@dataclass(frozen=True)
class Overview:
    """`first` and `latest`: when the oldest and the newest of what lies aside was set there.
    `looked`: the entry of the last time that the store was looked at."""

    count: int
    size: int
    first: datetime | None
    latest: datetime | None
    looked: AuditEntry | None
    next_look: datetime | None
    moves: Sequence[AuditEntry]

    @property
    def first_removal(self) -> datetime | None:
        return self.first and self.first + leftovers.ASIDE_FOR


def may_see(office: Office, actor: Actor) -> bool:
    """Files are the whole node's: whoever administers its host agency, or the hub."""
    return office.settings.is_hub or access.is_host(office.session(), actor)


def overview(office: Office, actor: Actor) -> Overview:
    """Forbidden("not-allowed") for whoever administers another agency of the node."""
    access.require(actor, ACTION)
    if not may_see(office, actor):
        raise Forbidden("not-allowed", action=ACTION)
    aside = list(office.files.sizes_aside())
    since = [datetime.fromtimestamp(at, UTC) for at, _size in aside]
    session = office.session()
    entries = select(AuditEntry).order_by(AuditEntry.sequence.desc())
    looked = entries.where(AuditEntry.tag == leftovers.LOOKED).limit(1)
    moved = entries.where(AuditEntry.tag.in_(leftovers.MOVES)).limit(MOST_MOVES)
    due = select(OutboxItem.due_at).where(
        OutboxItem.kind == leftovers.KIND, OutboxItem.repeat_seconds > 0
    )
    return Overview(
        count=len(aside),
        size=sum(size for _at, size in aside),
        first=min(since, default=None),
        latest=max(since, default=None),
        looked=session.scalars(looked).one_or_none(),
        next_look=session.scalar(due.limit(1)),
        moves=session.scalars(moved).all(),
    )
