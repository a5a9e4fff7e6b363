"""What a person has under way with signing, what was signed, what failed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from domain.errors import NotFound
from domain.roles import Actor
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningState
from services.office import Office
from services.outgoing import access

MOST = 50
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Desk:
    """One person's signing: requests by how they stand, newest first. What waits for them is a list
    to choose from (services/batches/choosing.py)."""

    on_token: list[SigningRequest] = field(default_factory=list)
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
    requests = _newest(office.session().scalars(query))
    return Desk(
        on_token=[each for each in requests if each.state == SigningState.AWAITING_TOKEN],
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


def _newest(requests: Iterable[SigningRequest]) -> list[SigningRequest]:
    """Of each document and role only the last request: an older one was made good since."""
    newest: dict[tuple, SigningRequest] = {}
    for request in requests:
        newest.setdefault((request.document_id, request.role), request)
    return list(newest.values())
