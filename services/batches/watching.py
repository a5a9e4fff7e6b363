"""Watching a batch: the result of each document, stopping what has not begun, and forgetting what
was authorised too long ago."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, selectinload

from domain.errors import NotFound, Refusal
from domain.roles import SYSTEM, Actor
from models.batches import BatchItem, BatchItemState, SigningBatch
from models.signing import SigningState
from services.office import Office
from services.unit_of_work import transaction

RECENT = timedelta(days=7)
MOST_RECENT = 5
WAITING, UNDER_WAY, DONE, FAILED, GIVEN_BACK = (
    "waiting", "under_way", "done", "failed", "given_back",
)  # fmt: skip
OF_REQUEST = {
    SigningState.REQUESTED: UNDER_WAY,
    SigningState.DONE: DONE,
    SigningState.FAILED: FAILED,
}


@dataclass(frozen=True)
class Line:
    """One document and how far it is; `refusal` says why it failed."""

    item: BatchItem
    outcome: str
    refusal: Refusal | None


@dataclass(frozen=True)
class Progress:
    batch: SigningBatch
    lines: Sequence[Line]

    @property
    def counts(self) -> Counter:
        return Counter(line.outcome for line in self.lines)

    @property
    def is_over(self) -> bool:
        return not (self.counts[WAITING] or self.counts[UNDER_WAY])


def progress(office: Office, actor: Actor, batch_id: int) -> Progress:
    """How the actor's own batch stands; NotFound for anybody else's."""
    batch = _own(office, actor, batch_id)
    return Progress(batch, [_line(item) for item in batch.items])


def whole(session: Session, batch_id: int) -> Progress:
    """The same for the machine that ends it."""
    batch = _loaded(session, SigningBatch.id == batch_id)
    return Progress(batch, [_line(item) for item in batch.items])


def recent(office: Office, actor: Actor) -> list[SigningBatch]:
    """The actor's batches of these days, newest first."""
    query = (
        select(SigningBatch)
        .where(
            SigningBatch.person_id == actor.person_id,
            SigningBatch.agency_id == actor.agency_id,
            SigningBatch.created_at > office.now() - RECENT,
        )
        .order_by(SigningBatch.id.desc())
        .limit(MOST_RECENT)
    )
    return list(office.session().scalars(query))


def stop(office: Office, actor: Actor, batch_id: int) -> int:
    """Gives back what has not begun, and says how many these are. What is being signed goes on."""
    _own(office, actor, batch_id)
    with transaction(office, actor) as work:
        batch = work.session.get_one(SigningBatch, batch_id, populate_existing=True)
        given_back = work.session.execute(
            update(BatchItem)
            .where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.WAITING)
            .values(state=BatchItemState.GIVEN_BACK, authorisation=None, finished_at=work.now)
            .execution_options(synchronize_session=False)
        ).rowcount
        if given_back:
            batch.stopped_at = batch.stopped_at or work.now
            work.audit("batch:stop", batch, given_back=given_back)
        return given_back


def forget_expired(office: Office) -> None:
    """Erases authorisations whose time is over, although no worker came for them."""
    late = select(SigningBatch.id).where(SigningBatch.authorised_until < office.now())
    over = BatchItem.authorisation.is_not(None) & BatchItem.batch_id.in_(late)
    if office.session().scalar(select(BatchItem.id).where(over).limit(1)) is None:
        return  # most seconds: no need to take the lock of writers
    with transaction(office, SYSTEM) as work:
        work.session.execute(
            update(BatchItem)
            .where(over)
            .values(authorisation=None)
            .execution_options(synchronize_session=False)
        )


def _own(office: Office, actor: Actor, batch_id: int) -> SigningBatch:
    batch = _loaded(
        office.session(),
        SigningBatch.id == batch_id,
        SigningBatch.person_id == actor.person_id,
        SigningBatch.agency_id == actor.agency_id,
    )
    if batch is None:
        raise NotFound("not-found")
    return batch


def _loaded(session: Session, *where: ColumnElement[bool]) -> SigningBatch | None:
    items = selectinload(SigningBatch.items)
    query = (
        select(SigningBatch)
        .where(*where)
        .options(items.joinedload(BatchItem.document), items.joinedload(BatchItem.request))
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).unique().one_or_none()


def _line(item: BatchItem) -> Line:
    if item.state == BatchItemState.FAILED:
        return Line(item, FAILED, Refusal(item.failure, **item.failure_fields))
    if item.request is None:
        return Line(item, str(BatchItemState(item.state)), None)
    outcome = OF_REQUEST[SigningState(item.request.state)]
    return Line(item, outcome, Refusal(item.request.failure) if outcome == FAILED else None)
