"""What a person has under way with signing, what was signed, what failed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from domain.errors import NotFound
from domain.roles import Actor
from models.copies import CopySigning
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningState
from services.office import Office
from services.outgoing import access
from services.signing import on_token

MOST = 50
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """A document or certified copy that waits for the person's own token."""

    kind: str  # "document" or "copy"
    asked: SigningRequest | CopySigning


@dataclass(frozen=True)
class Desk:
    """One person's signing: requests by how they stand, newest first. What waits for them is a list
    to choose from (services/batches/choosing.py). `documents_on_token` and `copies_on_token` count
    all that waits for the token, also what the list is too short for."""

    on_token: list[Waiting] = field(default_factory=list)
    documents_on_token: int = 0
    copies_on_token: int = 0
    under_way: list[SigningRequest] = field(default_factory=list)
    failed: list[SigningRequest] = field(default_factory=list)
    signed: list[SigningRequest] = field(default_factory=list)


def desk(office: Office, actor: Actor) -> Desk:
    """Everything about signing for the actor in their present agency."""
    query = (
        select(SigningRequest)
        .join(SigningRequest.document)
        .where(
            SigningRequest.person_id == actor.person_id,
            OutgoingDocument.agency_id == actor.agency_id,
            SigningRequest.requested_at > office.now() - RECENT,
        )
        .options(joinedload(SigningRequest.document))
        .order_by(SigningRequest.id.desc())
        .limit(MOST)
    )
    session = office.session()
    found = session.scalars(query).all()
    requests = _newest(found)
    # Asked for by itself only where there may be some: most people have no token.
    waits = any(each.state == SigningState.AWAITING_TOKEN for each in found)
    some = waits or len(found) == MOST
    documents = _on_token(session, actor, "document") if some else ([], 0)
    copies = _on_token(session, actor, "copy")
    return Desk(
        on_token=[*documents[0], *copies[0]],
        documents_on_token=documents[1],
        copies_on_token=copies[1],
        under_way=[each for each in requests if each.state == SigningState.REQUESTED],
        failed=[each for each in requests if each.state == SigningState.FAILED],
        signed=[each for each in requests if each.state == SigningState.DONE],
    )


def request_of(office: Office, actor: Actor, request_id: int) -> SigningRequest:
    """A request whose document the actor may see; NotFound otherwise."""
    session = office.session()
    request = session.get(SigningRequest, request_id)
    if request is None:
        raise NotFound("not-found")
    access.find(session, actor, request.document_id)
    return request


def _on_token(session: Session, actor: Actor, kind: str) -> tuple[list[Waiting], int]:
    """The oldest of what waits, and how many there are. Counted beside the rows: one statement."""
    condition = on_token.conditions(actor).get(kind)
    if condition is None:
        return [], 0
    asked, _document = on_token.KINDS[kind]
    query = (
        select(asked, func.count().over())
        .join(asked.document)
        .where(condition)
        .options(contains_eager(asked.document))
        .order_by(asked.id)
        .limit(MOST)
    )
    rows = session.execute(query).all()
    return [Waiting(kind, each) for each, _count in rows], rows[0][1] if rows else 0


def _newest(requests: Iterable[SigningRequest]) -> list[SigningRequest]:
    """Of each document and role only the last request: an older one was made good since."""
    newest: dict[tuple, SigningRequest] = {}
    for request in requests:
        newest.setdefault((request.document_id, request.role), request)
    return list(newest.values())
