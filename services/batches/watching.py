"""Watching a batch: the result of each document, stopping what has not begun or waits for the
person's token, and forgetting what was authorised too long ago."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, selectinload

from domain.errors import Conflict, Forbidden, NotFound, Refusal
from domain.roles import SYSTEM, Actor
from models.batches import BatchItem, BatchItemState, SigningBatch
from models.signing import SigningState
from models.tokens import TokenSigning
from services.office import Office
from services.tokens.kinds import DOCUMENT
from services.tokens.waiting import give_back
from services.unit_of_work import Work, transaction

RECENT = timedelta(days=7)
MOST_RECENT = 5
WAITING, UNDER_WAY, ON_TOKEN, DONE, FAILED, GIVEN_BACK = (
    "waiting", "under_way", "on_token", "done", "failed", "given_back",
)  # fmt: skip
OF_REQUEST = {
    SigningState.REQUESTED: UNDER_WAY,
    SigningState.AWAITING_TOKEN: ON_TOKEN,
    SigningState.DONE: DONE,
    SigningState.FAILED: FAILED,
}


@dataclass(frozen=True)
class Line:
    """One document and how far it is; `refusal` says why it failed, or why a token has not signed
    it yet."""

    item: BatchItem
    outcome: str
    refusal: Refusal | None


@dataclass(frozen=True)
class Progress:
    batch: SigningBatch
    lines: Sequence[Line]

    @property
    def trouble(self) -> str:
        """What hinders the person's token, as a refusal's code: of the first that waits for it."""
        told = (
            line.refusal.code for line in self.lines if line.outcome == ON_TOKEN and line.refusal
        )
        return next(told, "")

    @property
    def counts(self) -> Counter:
        return Counter(line.outcome for line in self.lines)

    @property
    def is_over(self) -> bool:
        return not any(self.counts[each] for each in (WAITING, UNDER_WAY, ON_TOKEN))


def progress(office: Office, actor: Actor, batch_id: int) -> Progress:
    """How the actor's own batch stands; NotFound for anybody else's."""
    batch = _own(office, actor, batch_id)
    troubles = _troubles(office, batch)
    return Progress(batch, [_line(item, troubles) for item in batch.items])


def whole(session: Session, batch_id: int) -> Progress:
    """The same for the machine that ends it."""
    batch = _loaded(session, SigningBatch.id == batch_id)
    return Progress(batch, [_line(item, {}) for item in batch.items])


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
    """Gives back what has not begun or waits for a token, and says how many these are. What is
    being signed goes on, what is signed stays."""
    _own(office, actor, batch_id)
    with transaction(office, actor) as work:
        batch = work.session.get_one(SigningBatch, batch_id, populate_existing=True)
        given_back = work.session.execute(
            update(BatchItem)
            .where(BatchItem.batch_id == batch_id, BatchItem.state == BatchItemState.WAITING)
            .values(state=BatchItemState.GIVEN_BACK, authorisation=None, finished_at=work.now)
            .execution_options(synchronize_session=False)
        ).rowcount
        given_back += _from_token(work, batch)
        if given_back:
            batch.stopped_at = batch.stopped_at or work.now
            work.audit("batch:stop", batch, given_back=given_back)
        return given_back


def _from_token(work: Work, batch: SigningBatch) -> int:
    """Numbers that were given stay with their documents."""
    waiting = [
        item
        for item in batch.items
        if item.request is not None and item.request.state == SigningState.AWAITING_TOKEN
    ]
    given_back = 0
    for item in waiting:
        try:
            give_back(work, DOCUMENT, item.request_id, Forbidden("token-abandoned"))
        except Conflict:  # signed meanwhile
            continue
        item.state, item.finished_at = BatchItemState.GIVEN_BACK, work.now
        given_back += 1
    return given_back


def _troubles(office: Office, batch: SigningBatch) -> dict[int, str]:
    """What hinders the token at each request that waits for it."""
    waiting = (item.request for item in batch.items if item.request is not None)
    ids = [each.id for each in waiting if each.state == SigningState.AWAITING_TOKEN]
    query = select(TokenSigning.request_id, TokenSigning.problem).where(
        TokenSigning.request_id.in_(ids),
        TokenSigning.problem != "",
        TokenSigning.is_done.is_(False),
    )
    return dict(office.session().execute(query).all()) if ids else {}


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


def _line(item: BatchItem, troubles: Mapping[int, str]) -> Line:
    if item.state == BatchItemState.FAILED:
        return Line(item, FAILED, Refusal(item.failure, **item.failure_fields))
    if item.request is None or item.state == BatchItemState.GIVEN_BACK:
        return Line(item, str(BatchItemState(item.state)), None)
    outcome = OF_REQUEST[SigningState(item.request.state)]
    code = item.request.failure if outcome == FAILED else troubles.get(item.request.id, "")
    return Line(item, outcome, Refusal(code) if code else None)
