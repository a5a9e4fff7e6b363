"""Requests that wait for the person's own token, as the person sees them: what waits, what is known
of it, giving it up. What nobody signs within a day is given back by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from domain.errors import Conflict, Forbidden, NotFound
from domain.roles import SYSTEM, Actor
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningState
from models.tokens import FilePass, TokenSigning
from services.office import Office
from services.outgoing import access
from services.signing import ending
from services.unit_of_work import Work, transaction

EXPIRED_AT_ONCE = 50


@dataclass(frozen=True)
class OnToken:
    """A request and what its token has to do with it."""

    request: SigningRequest
    signing: TokenSigning

    @property
    def waits(self) -> bool:
        return self.request.state == SigningState.AWAITING_TOKEN


def shown(office: Office, actor: Actor, request_id: int) -> OnToken:
    """The actor's own request, for its page; NotFound for anyone else's, and for what was never to
    be signed with a token."""
    session = office.session()
    found = _find(session, request_id)
    if found is None or found.request.person_id != actor.person_id:
        raise NotFound("not-found")
    access.find(session, actor, found.request.document_id)
    return found


def waiting_of(session: Session, person_id: int) -> Sequence[SigningRequest]:
    """What waits for the tokens of this person, in whichever agency, the oldest first."""
    query = (
        select(SigningRequest)
        .where(
            SigningRequest.person_id == person_id,
            SigningRequest.state == SigningState.AWAITING_TOKEN,
        )
        .options(*_WHOLE)
        .order_by(SigningRequest.id)
    )
    return session.scalars(query).all()


def abandon(office: Office, actor: Actor, request_id: int) -> int:
    """Gives the document back to the step before; gives its id. Raises NotFound,
    Conflict("token-not-awaited")."""
    shown(office, actor, request_id)
    with transaction(office, actor) as work:
        found = locked(work, request_id)
        doc = locked_document(work, found.request)
        refusal = Forbidden("token-abandoned")
        work.audit("signing:token_abandoned", doc, **ending.why(found.request, refusal))
        forget(work, request_id)
        ending.give_back(work, found.request, doc, refusal)
        return doc.id


def expire(office: Office) -> None:
    """Gives back what no token signed in time."""
    over = (
        SigningRequest.state == SigningState.AWAITING_TOKEN,
        SigningRequest.authorised_until < office.now(),
    )
    due = select(SigningRequest.id).where(*over).limit(EXPIRED_AT_ONCE)
    for request_id in office.session().scalars(due).all():  # most seconds none: no lock is taken
        with transaction(office, SYSTEM) as work:
            try:
                found = locked(work, request_id)
            except Conflict:
                continue
            doc = locked_document(work, found.request)
            refusal = Forbidden("token-late")
            work.audit("signing:token_expired", doc, **ending.why(found.request, refusal))
            forget(work, request_id)
            ending.give_back(work, found.request, doc, refusal)


def locked(work: Work, request_id: int) -> OnToken:
    """The request while it waits, this transaction's own; Conflict("token-not-awaited") when it
    does not wait any more: it was signed, given up, or is out of time."""
    request = work.session.get(
        SigningRequest, request_id, with_for_update=True, populate_existing=True
    )
    if request is None or request.state != SigningState.AWAITING_TOKEN:
        raise Conflict("token-not-awaited")
    query = select(TokenSigning).where(TokenSigning.request_id == request_id)
    return OnToken(request, work.session.scalars(query).one())


def locked_document(work: Work, request: SigningRequest) -> OutgoingDocument:
    return work.session.get_one(
        OutgoingDocument, request.document_id, with_for_update=True, populate_existing=True
    )


def forget(work: Work, request_id: int) -> None:
    """Nothing prepared and no address outlives its request."""
    signing = of_request(work.session, request_id)
    if signing is not None:
        signing.prepared = signing.signature = None
        work.session.execute(delete(FilePass).where(FilePass.request_id == request_id))


def of_request(session: Session, request_id: int) -> TokenSigning | None:
    query = select(TokenSigning).where(TokenSigning.request_id == request_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


_WHOLE = (
    joinedload(SigningRequest.binding),
    joinedload(SigningRequest.document).joinedload(OutgoingDocument.agency),
    joinedload(SigningRequest.document).joinedload(OutgoingDocument.number_entry),
)


def _find(session: Session, request_id: int) -> OnToken | None:
    query = (
        select(TokenSigning)
        .where(TokenSigning.request_id == request_id)
        .options(joinedload(TokenSigning.request).options(*_WHOLE))
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).one_or_none()
    return OnToken(found.request, found) if found else None
