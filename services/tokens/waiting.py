"""Requests that wait for the person's own token, as the person sees them: what waits, what is known
of it, giving it up. What nobody signs within a day is given back by the clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.errors import Conflict, Forbidden, NotFound, Refusal
from domain.roles import SYSTEM, Actor
from models.copies import CertifiedCopy, CopySigning
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningState
from models.tokens import TokenSigning
from services.office import Office
from services.signing.token_rows import Asked, forget, rows_of
from services.tokens.kinds import COPY, DOCUMENT, KINDS, Kind
from services.unit_of_work import Work, transaction

EXPIRED_AT_ONCE = 50
MODELS = {DOCUMENT.name: SigningRequest, COPY.name: CopySigning}


@dataclass(frozen=True)
class OnToken:
    """A request and what its token has to do with it, file by file."""

    kind: Kind
    asked: Asked
    rows: Sequence[TokenSigning]

    @property
    def waits(self) -> bool:
        return self.asked.state == SigningState.AWAITING_TOKEN

    @property
    def open(self) -> list[TokenSigning]:
        """The files that are not signed yet."""
        return [row for row in self.rows if not row.is_done]

    def row(self, part: int) -> TokenSigning:
        """NotFound where the request has no such file."""
        for row in self.rows:
            if row.part == part:
                return row
        raise NotFound("not-found")


def shown(office: Office, actor: Actor, kind: str, asked_id: int) -> OnToken:
    """The actor's own request, for its page; NotFound for anyone else's, and for what was never to
    be signed with a token."""
    if kind not in KINDS:
        raise NotFound("not-found")
    found = find(office, KINDS[kind], asked_id)
    if found is None or not found.rows or found.asked.person_id != actor.person_id:
        raise NotFound("not-found")
    found.kind.see(office, actor, found.asked)
    return found


def find(office: Office, kind: Kind, asked_id: int) -> OnToken | None:
    asked = kind.load(office, asked_id)
    return OnToken(kind, asked, rows_of(office.session(), asked)) if asked else None


def own(office: Office, kind: Kind, asked_id: int, person_id: int) -> OnToken:
    """What waits for the token of this person; NotFound for any other, Conflict otherwise
    ("token-not-awaited")."""
    found = find(office, kind, asked_id)
    if found is None or found.asked.person_id != person_id:
        raise NotFound("not-found")
    if not found.waits:
        raise Conflict("token-not-awaited")
    return found


def waiting_of(session: Session, person_id: int) -> list[OnToken]:
    """What waits for the tokens of this person, in whichever agency, the oldest first."""
    found: list[OnToken] = []
    for kind, whole in ((DOCUMENT, _DOCUMENT), (COPY, _COPY)):
        model = MODELS[kind.name]
        query = (
            select(model)
            .where(model.person_id == person_id, model.state == SigningState.AWAITING_TOKEN)
            .options(joinedload(model.binding), *whole)
            .order_by(model.id)
        )
        found += _with_rows(session, kind, session.scalars(query).all())
    return found


def abandon(office: Office, actor: Actor, kind: str, asked_id: int) -> int:
    """Gives the document or copy back to the step before; gives its id. Raises NotFound,
    Conflict("token-not-awaited")."""
    found = shown(office, actor, kind, asked_id)
    with transaction(office, actor) as work:
        refusal = Forbidden("token-abandoned")
        return give_back(work, found.kind, asked_id, refusal)


def expire(office: Office) -> None:
    """Gives back what no token signed in time."""
    for kind in KINDS.values():
        model = MODELS[kind.name]
        over = (
            model.state == SigningState.AWAITING_TOKEN,
            model.authorised_until < office.now(),
        )
        due = select(model.id).where(*over).limit(EXPIRED_AT_ONCE)
        for asked_id in office.session().scalars(due).all():  # most seconds none: no lock is taken
            with transaction(office, SYSTEM) as work:
                try:
                    refusal = Forbidden("token-late")
                    give_back(work, kind, asked_id, refusal)
                except Conflict:
                    continue


def give_back(work: Work, kind: Kind, asked_id: int, refusal: Refusal) -> int:
    """Ends a request that still waits, in this transaction; Conflict("token-not-awaited")."""
    asked = locked(work, kind, asked_id).asked
    forget(work, asked)
    given_up = refusal.code == "token-abandoned"
    tag = "signing:token_abandoned" if given_up else "signing:token_expired"
    role = asked.role if kind is DOCUMENT else kind.name
    work.audit(tag, asked.document, request=asked.id, role=role, code=refusal.code)
    return kind.give_back(work, asked, refusal)


def locked(work: Work, kind: Kind, asked_id: int) -> OnToken:
    """The request while it waits, this transaction's own; Conflict("token-not-awaited") when it
    does not wait any more: it was signed, given up, or is out of time."""
    asked = work.session.get(
        MODELS[kind.name], asked_id, with_for_update=True, populate_existing=True
    )
    if asked is None or asked.state != SigningState.AWAITING_TOKEN:
        raise Conflict("token-not-awaited")
    return OnToken(kind, asked, rows_of(work.session, asked))


def _with_rows(session: Session, kind: Kind, asked: Sequence[Asked]) -> Iterable[OnToken]:
    rows: dict[int, list[TokenSigning]] = {each.id: [] for each in asked}
    for row in rows_of(session, *asked):
        rows[row.request_id or row.copy_signing_id].append(row)
    return [OnToken(kind, each, rows[each.id]) for each in asked]


_DOCUMENT = (
    joinedload(SigningRequest.document).joinedload(OutgoingDocument.agency),
    joinedload(SigningRequest.document).joinedload(OutgoingDocument.number_entry),
)
_COPY = (
    joinedload(CopySigning.document).joinedload(CertifiedCopy.agency),
    joinedload(CopySigning.document).joinedload(CertifiedCopy.number_entry),
)
